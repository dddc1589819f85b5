import FlowExpression

/// What signature version 4 takes from a credential.
struct SignatureScheme: Sendable {
    /// Names of its fields.
    var accessKey: String
    var secretKey: String
    var sessionToken: String?
    var region: String
    /// The name of the service in the signature: `s3`.
    var service: String
    /// Whether the first part of a path stands before the host, as ``BucketHost`` does it.
    var hasBucketInHost: Expression?
}

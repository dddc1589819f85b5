import FlowExpression

/// What a key signs to get a token with, which requests then carry: claims in a JSON Web Token (RFC 7523), exchanged for
/// a token that lives for a while.
struct AssertionScheme: Sendable {
    /// The credential's field that has the private key.
    var key: String
    /// Besides `iat` and `exp`; templates see the credential's open fields.
    var claims: [(name: String, value: ValueTemplate)]
    /// How long the signed claims are good for.
    var lifetime: Duration
    /// Asks for the token, with the signed claims as a bearer token.
    var request: RequestTemplate
    /// Where the answer has the token.
    var token: Template
    /// Where it says when the token ends; nil where it doesn't.
    var expires: Template?

    /// The field that the token is kept in while the process runs; no file and no vault gets it.
    static let tokenField = "access_token"
}

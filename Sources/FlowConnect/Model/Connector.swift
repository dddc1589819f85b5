import FlowCore
import FlowExpression
package import FlowSpec

/// One app as data: what a connector file says, read and checked.
package struct Connector: Sendable {
    /// `slack`: the group of its nodes and the name of its file.
    package var name: String
    package var title: String
    package var summary: String
    /// The vendor's pages.
    package var documentation: String?
    /// The address that paths of requests are added to; may be computed from the credential.
    var base: Template
    /// Further addresses whose origins may get the credential.
    var hosts: [Template]
    /// The vendor's machine-readable document that tests compare requests with.
    package var contract: String?
    /// Whether it may stand in for an embedded connector of the same name.
    package var isOverride: Bool
    /// Sent with each request, unless the request says otherwise.
    var headers: [(name: String, value: HeaderTemplate)]
    /// Those of the headers that the service refuses a request without.
    var requiredHeaders: [String] = []
    var defaults: Defaults
    /// The default first.
    var auth: [AuthScheme]
    var errors: ErrorRules
    /// Values that operations look up before they are sent, for any that reads them.
    var lookups: [Lookup] = []
    /// In the order of the file.
    package var operations: [Operation]
    package var source: NodeSpec.Source

    /// What an operation does where it says nothing itself.
    struct Defaults: Sendable {
        /// Where the parameters of a request with a body go.
        var body = BodyKind.json
        var form = FormStyle.json
        var decode: Decoding?
        var limit: RateLimit?
    }

    enum BodyKind: String, Sendable, CaseIterable { case json, form }

    package func operation(_ name: String) -> Operation? { operations.first { $0.name == name } }

    /// The credential types of its own, the default first; grants of a login are of a type that all share.
    package var credentialTypes: [CredentialType] { credentialTypes(of: auth) }

    /// Those that an operation takes.
    func credentialTypes(for operation: Operation) -> [CredentialType] { credentialTypes(of: schemes(for: operation)) }

    private func credentialTypes(of schemes: [AuthScheme]) -> [CredentialType] {
        schemes.filter { $0.login == nil }.map { $0.credentialType(of: self) }
    }

    /// How requests of an operation may show who asks: with a secret in the path where they have a place for it, and in
    /// the other ways where they have none.
    func schemes(for operation: Operation) -> [AuthScheme] {
        guard auth.contains(where: \.isInPath), auth.contains(where: { !$0.isInPath }) else { return auth }
        let hasPlace = operation.requests.contains(where: \.namesCredential)
        return auth.filter { $0.isInPath == hasPlace }
    }
}

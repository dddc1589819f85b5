import FlowCore
import FlowExpression
import FlowOAuth
import FlowSpec

/// One way an app recognises who asks, and the credential it takes.
struct AuthScheme: Sendable {
    enum Signer: Sendable {
        /// `Authorization: Bearer` with the field.
        case bearer(field: String)
        /// `Authorization: Basic` (RFC 7617).
        case basic(user: String, password: String)
        case header(name: String, field: String, prefix: String)
        case query(name: String, field: String)
        /// Where a path says `{credential}`; of a field that begins with `prefix`, what follows.
        case path(field: String, prefix: String)
        /// ``SignatureV4``
        case signatureV4(SignatureScheme)
        /// ``OAuth1Signature``
        case oauth1(OAuth1Scheme)
        /// `Authorization: Bearer` with what ``AssertionExchange`` gets.
        case assertion(AssertionScheme)
    }

    /// The OAuth 2.0 grant that a login brings.
    struct Login: Sendable {
        /// Whose grants it takes, by name.
        var provider: String
        /// What the file itself says of the provider; nil where it is known by its name.
        var description: OAuthProvider?
        /// What the operations need.
        var scopes: [String]
    }

    /// The credential type: `slack_bot`. Of a login only a name: its credentials are all of one type.
    var name: String
    var help: String
    /// The page where one gets such a credential.
    var console: String?
    var signer: Signer
    var fields: [CredentialType.Field]
    /// nil where the credential is not from a login.
    var login: Login?
    /// How it is found out whether a credential works.
    var probe: CredentialProbe?
    /// Replaces the connector's base and hosts.
    var base: Template?
    /// What has to be asked for before the base is known, at that of the connector.
    var lookups: [Lookup] = []
    var hosts: [Template]?
    var span: SourceSpan

    /// The field every credential of an app may have: a server of one's own.
    static let baseURLField = "base_url"

    /// The type of the credentials it takes.
    var typeName: String { login == nil ? name : StoredGrant.credentialType.name }

    var isInPath: Bool { if case .path = signer { true } else { false } }

    /// Whether a signature says when it was made, so that it isn't good for ever.
    var hasTimedSignature: Bool {
        switch signer {
        case .signatureV4, .oauth1: true
        default: false
        }
    }

    func takes(_ credential: Credential) -> Bool {
        guard credential.type == typeName else { return false }
        return login == nil || credential.fields["provider"]?.stringValue == login?.provider
    }

    func credentialType(of connector: Connector) -> CredentialType {
        let base = base ?? connector.base
        let literal = base.literal
        var fields = fields
        if !fields.contains(where: { $0.name == AuthScheme.baseURLField }) {
            fields.append(
                CredentialType.Field(
                    AuthScheme.baseURLField, required: false,
                    help: "Address of a server of your own" + (literal.map { " instead of \($0)" } ?? "") + ".",
                    form: FieldForm(.url)))
        }
        let addresses = ([base] + (hosts ?? connector.hosts)).compactMap(\.literal)
        return CredentialType(
            name, service: connector.name, help: help, console: console, fields: fields,
            origins: Set(addresses.compactMap { Origin($0) }),
            testNode: probe.map { "\(connector.name).\($0.operation)" })
    }
}

extension Template {
    /// Its text, where that isn't computed from a credential.
    var literal: String? { try? evaluate(EvaluationScope(ValueMap())).stringValue }
}

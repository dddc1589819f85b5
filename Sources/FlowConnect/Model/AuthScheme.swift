import FlowCore
import FlowExpression
import FlowSpec

/// One way an app recognises who asks, and the credential it takes.
struct AuthScheme: Sendable {
    enum Signer: Sendable, Hashable {
        /// `Authorization: Bearer` with the field.
        case bearer(field: String)
        /// `Authorization: Basic` (RFC 7617).
        case basic(user: String, password: String)
        case header(name: String, field: String, prefix: String)
        case query(name: String, field: String)
    }

    /// The credential type: `slack_bot`.
    var name: String
    var help: String
    /// The page where one gets such a credential.
    var console: String?
    var signer: Signer
    var fields: [CredentialType.Field]
    /// How it is found out whether a credential works.
    var probe: CredentialProbe?
    /// Replaces the connector's base and hosts.
    var base: Template?
    var hosts: [Template]?
    var span: SourceSpan

    /// The field every credential of an app may have: a server of one's own.
    static let baseURLField = "base_url"

    func credentialType(of connector: Connector) -> CredentialType {
        let base = base ?? connector.base
        let literal = try? base.evaluate(EvaluationScope(ValueMap())).stringValue
        var fields = fields
        if !fields.contains(where: { $0.name == AuthScheme.baseURLField }) {
            fields.append(
                CredentialType.Field(
                    AuthScheme.baseURLField, required: false,
                    help: "Address of a server of your own" + (literal.map { " instead of \($0)" } ?? "") + ".",
                    form: FieldForm(.url)))
        }
        let addresses = ([base] + (hosts ?? connector.hosts)).compactMap {
            try? $0.evaluate(EvaluationScope(ValueMap())).stringValue
        }
        return CredentialType(
            name, service: connector.name, help: help, console: console, fields: fields,
            origins: Set(addresses.compactMap { Origin($0) }),
            testNode: probe.map { "\(connector.name).\($0.operation)" })
    }
}

package import FlowCore
import FlowOAuth
package import FlowSpec

/// The credential types that every service shares; connectors bring their own.
package enum CredentialTypes {
    package static let shared: [CredentialType] = [
        CredentialType(
            "bearer", help: "A token sent as \"Authorization: Bearer …\".",
            fields: [.init("token", secret: true, help: "The token")]),
        CredentialType(
            "api_key", help: "A key sent in a header of the service's own.",
            fields: [
                .init("key", secret: true, help: "The key"),
                .init("header", required: false, help: "The header it is sent in", default: "X-API-Key"),
            ]),
        CredentialType(
            "basic", help: "A user name and a password (HTTP Basic).",
            fields: [.init("username", help: "The user name"), .init("password", secret: true, help: "The password")]),
        CredentialType(
            "header", help: "Any one header.",
            fields: [.init("name", help: "The header"), .init("value", secret: true, help: "Its value")]),
        CredentialType(
            "query", help: "A key sent as a parameter of the URL.",
            fields: [.init("name", help: "The parameter"), .init("value", secret: true, help: "Its value")]),
        StoredGrant.credentialType,
        CredentialType(
            "aws", help: "An access key of AWS or of a service that signs as AWS does.",
            fields: [
                .init("access_key_id", help: "The id of the access key"),
                .init("secret_access_key", secret: true, help: "The secret access key"),
                .init("session_token", secret: true, required: false, help: "The token of a temporary key"),
                .init("region", required: false, help: "The region, such as eu-central-1"),
            ]),
        CredentialType("custom", help: "Any fields; all of them are secret.", fields: []),
    ]

    package static func shared(named name: String) -> CredentialType? { shared.first { $0.name == name } }
}

extension CredentialType {
    /// The fields as this type has them: secrets marked, defaults filled in.
    ///
    /// A type without fields of its own takes any, and all are secret. Any type takes the fields that say where its
    /// service is and how to get there.
    ///
    /// - Parameter source: what the fields come from, for messages: `credential "x"`.
    /// - Throws: `invalid` where a required field is missing or empty, or a field is unknown; values are never named.
    package func checked(_ given: ValueMap, source: String) throws(Failure) -> ValueMap {
        var fields = ValueMap()
        for field in self.fields {
            let value = given[field.name] ?? .null
            let isMissing = value.isNull || value.isAbsent || value.stringValue == ""
            if !isMissing {
                fields[field.name] = field.isSecret ? value.markedSecret : value
            } else if let defaultValue = field.defaultValue {
                fields[field.name] = .string(defaultValue)
            } else if field.isRequired {
                throw Failure(
                    .invalid, "\(source) has no \"\(field.name)\", which the type \(name) needs",
                    hint: "give it as \(example)", code: "credential_field")
            }
        }
        for (key, value) in given where fields[key] == nil && self.fields.allSatisfy({ $0.name != key.text }) {
            if let field = CredentialType.routeFields.first(where: { $0.name == key.text }) {
                fields[key] = field.isSecret ? value.markedSecret : value
                continue
            }
            guard self.fields.isEmpty else {
                let names = self.fields.map(\.name)
                throw Failure(
                    .invalid, "\(source) has the field \"\(key.text)\", which the type \(name) does not know",
                    hint: Suggestion.didYouMean(key.text, among: names)
                        ?? "its fields are \(names.joined(separator: ", "))", code: "credential_field")
            }
            fields[key] = value.markedSecret
        }
        return fields
    }

    /// `{"username": "…", "password": "…"}`: the fields that must be there, as JSON to fill in.
    package var example: String {
        "{" + fields.filter(\.isRequired).map { "\"\($0.name)\": \"…\"" }.joined(separator: ", ") + "}"
    }
}

package import FlowCore

/// A credential as it is put into the vault.
package struct CredentialRecord: Sendable {
    package var name: String
    /// Such as `bearer` or `slack_bot`.
    package var type: String
    /// `slack`, or nil for the types every service shares.
    package var service: String?
    /// Secret fields carry the secret mark. `access_token`, `refresh_token`, `expires_at` and `scopes` go to the
    /// vault's table of tokens and come back from it.
    package var fields: ValueMap
    /// The only origins it may be sent to; nil means those of the embedded connector that uses it.
    package var origins: Set<Origin>?
    /// The only workflows that may use it: real paths of their files, and of folders with a slash at the end; nil means
    /// all. Names would be no limit, as a file calls itself what it likes.
    package var workflows: Set<String>?

    package init(
        name: String, type: String, service: String? = nil, fields: ValueMap, origins: Set<Origin>? = nil,
        workflows: Set<String>? = nil
    ) {
        self.name = name
        self.type = type
        self.service = service
        self.fields = fields
        self.origins = origins
        self.workflows = workflows
    }

    /// With the limits of another, whose place it takes, where it has none of its own.
    package func limited(as old: CredentialRecord) -> CredentialRecord {
        var record = self
        record.origins = origins ?? old.origins
        record.workflows = workflows ?? old.workflows
        return record
    }
}

/// What may be shown of a credential: all but its fields.
package struct CredentialInfo: Sendable, Hashable {
    /// 32 hexadecimal digits; stays the same when the credential is renamed.
    package var id: String
    package var name: String
    package var type: String
    package var service: String?
    package var origins: Set<Origin>?
    package var workflows: Set<String>?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// False once the service has refused it for good.
    package var isValid: Bool
    /// When it ends, as far as that was noted with it; an access token that is renewed has no end.
    package var expiresAt: Timestamp?
}

/// A credential read from the vault.
package struct StoredCredential: Sendable {
    package var info: CredentialInfo
    /// In clear; secret fields carry the secret mark.
    package var fields: ValueMap

    /// The fields with `***` for each secret.
    package var maskedFields: ValueMap {
        fields.mapValues { $0.containsSecret ? .string(Masker.replacement) : $0 }
    }

    /// What ``VaultFile/update(_:to:)`` takes to store it again with changes.
    package var record: CredentialRecord {
        CredentialRecord(
            name: info.name, type: info.type, service: info.service, fields: fields, origins: info.origins,
            workflows: info.workflows)
    }
}

extension CredentialRecord: CustomStringConvertible, CustomReflectable {
    package var description: String { "credential \"\(name)\" of type \(type)" }
    /// Empty, so that no dump of a structure shows a field.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension StoredCredential: CustomStringConvertible, CustomReflectable {
    package var description: String { record.description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

package import FlowCore

/// A credential ready for use: its fields are in clear, so it is never logged, stored or described.
package struct Credential: Sendable {
    /// Where a credential was found.
    package enum Source: Sendable, Hashable {
        case vault
        /// The process variable of this name.
        case environment(variable: String)
        /// Made up for apps that are mocked: any connector takes it.
        case mock
    }

    package var name: String
    /// Such as `bearer` or `slack_bot`.
    package var type: String
    /// Secret fields carry the secret mark.
    package var fields: ValueMap
    /// The only origins its secrets may be sent to; nil means those of the embedded connector that uses it.
    package var origins: Set<Origin>?
    /// The only workflows that may use it: real paths of their files, and of folders with a slash at the end; nil means
    /// all.
    package var workflows: Set<String>?
    package var source: Source
    /// When it is to be asked for again, as its token will soon have ended; nil where it stays as it is.
    package var renewalDue: Timestamp?

    package init(
        name: String, type: String, fields: ValueMap, origins: Set<Origin>? = nil, workflows: Set<String>? = nil,
        source: Source = .vault
    ) {
        self.name = name
        self.type = type
        self.fields = fields
        self.origins = origins
        self.workflows = workflows
        self.source = source
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "credential \"\(name)\" of type \(type)" }
    package var debugDescription: String { description }
    /// Empty, so that no dump of a structure shows a field.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Finds credentials by name: in the environment first, then in the vault.
package protocol CredentialSource: Sendable {
    /// - Parameter defaultType: the default credential type of the node that asks; decides what a bare secret from the
    ///   environment becomes.
    /// - Returns: nil where there is none of that name.
    /// - Throws: a `Failure` of kind `auth` where the vault can't be opened or read.
    func credential(named name: String, defaultType: CredentialType?) async throws -> Credential?

    /// A credential that the service has refused, with another token: one that somebody else has got meanwhile, or one
    /// that is asked for now.
    ///
    /// - Returns: nil where it can't be renewed.
    /// - Throws: a `Failure` of kind `auth` where the grant behind it has ended, or what keeps it from being renewed.
    func renewed(_ refused: Credential) async throws -> Credential?

    /// Names that exist, for suggestions; empty where the vault is locked.
    func names() async -> [String]
}

/// A kind of credential: which fields it has and which of them are secret.
package struct CredentialType: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var isSecret: Bool
        package var isRequired: Bool
        package var help: String
        package var defaultValue: String?
        package var form: FieldForm

        /// - Parameter form: nil for a token where it is secret, else for any text.
        package init(
            _ name: String, secret isSecret: Bool = false, required isRequired: Bool = true, help: String = "",
            default defaultValue: String? = nil, form: FieldForm? = nil
        ) {
            self.name = name
            self.isSecret = isSecret
            self.isRequired = isRequired
            self.help = help
            self.defaultValue = defaultValue
            self.form = form ?? FieldForm(isSecret ? .token : .text)
        }
    }

    /// `slack_bot`, `bearer`
    package var name: String
    /// `slack`, or nil for the types every service shares.
    package var service: String?
    package var help: String
    /// The page where one gets such a credential.
    package var console: String?
    package var fields: [Field]
    /// Whether it takes others beside its own; those are secret.
    package var isOpen: Bool
    /// The origins it is made for, where the type itself says so.
    package var origins: Set<Origin>
    /// The node that shows whether such a credential works, such as `slack.auth_test`.
    package var testNode: String?

    package init(
        _ name: String, service: String? = nil, help: String = "", console: String? = nil, fields: [Field],
        isOpen: Bool = false, origins: Set<Origin> = [], testNode: String? = nil
    ) {
        self.name = name
        self.service = service
        self.help = help
        self.console = console
        self.fields = fields
        self.isOpen = isOpen
        self.origins = origins
        self.testNode = testNode
    }

    /// The only secret field, for a bare secret from the environment; nil where there are several or none.
    package var soleSecretField: Field? {
        let secrets = fields.filter(\.isSecret)
        return secrets.count == 1 ? secrets[0] : nil
    }
}

extension CredentialType {
    /// When a credential ends that does not say so itself.
    package static let expiryField = Field(
        "expires", required: false, help: "When it ends, as 2030-01-31", form: FieldForm(.date))

    /// Fields that any credential may have beside those of its type.
    package static let commonFields = routeFields + [expiryField]
}

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
                .init(
                    "header", required: false, help: "The header it is sent in", default: "X-API-Key",
                    form: FieldForm(.header)),
            ]),
        CredentialType(
            "basic", help: "A user name and a password (HTTP Basic).",
            fields: [.init("username", help: "The user name"), password()]),
        CredentialType(
            "header", help: "Any one header.",
            fields: [
                .init("name", help: "The header", form: FieldForm(.header)),
                .init("value", secret: true, help: "Its value", form: FieldForm(.password)),
            ]),
        CredentialType(
            "query", help: "A key sent as a parameter of the URL.",
            fields: [.init("name", help: "The parameter"), .init("value", secret: true, help: "Its value")]),
        StoredGrant.credentialType,
        CredentialType(
            "aws", help: "An access key of AWS or of a service that signs as AWS does.",
            fields: [
                .init("access_key_id", help: "The id of the access key", form: FieldForm(.accessKeyID)),
                .init(
                    "secret_access_key", secret: true, help: "The secret access key",
                    form: FieldForm(
                        .token, mistakes: [.init("AKIA", "the id of the key"), .init("ASIA", "the id of the key")])),
                .init("session_token", secret: true, required: false, help: "The token of a temporary key"),
                .init("region", required: false, help: "The region, such as eu-central-1", form: FieldForm(.region)),
            ]),
        CredentialType(
            "service_account", help: "The key of a service account, from the JSON file that was made with it.",
            fields: [
                .init("key", secret: true, help: "The JSON file", form: FieldForm(.serviceAccount)),
                .init("scopes", required: false, help: "What it may do, separated by spaces"),
                .init("subject", required: false, help: "The person it acts for", form: FieldForm(.email)),
                .init("provider", required: false, help: "The provider whose connectors may use it, such as google"),
            ]),
        CredentialType(
            "postgres", help: "The account of a PostgreSQL server.",
            fields: databaseServer(port: "5432", schemes: ["postgresql", "postgres"]), testNode: "postgres.check"),
        CredentialType(
            "mysql", help: "The account of a MySQL or MariaDB server.",
            fields: databaseServer(port: "3306", schemes: ["mysql", "mariadb"]), testNode: "mysql.check"),
        CredentialType(
            "mongodb", help: "The account of a server of MongoDB, or of several that belong together.",
            fields: [
                .init(
                    "url", secret: true, required: false,
                    help: "All of it as an address (mongodb://user:password@host/database); the other fields win",
                    form: FieldForm(.password, prefixes: ["mongodb://", "mongodb+srv://"])),
                .init("host", required: false, help: "The server, or several separated by commas"),
                .init("port", required: false, help: "Its port; 27017 by default", form: FieldForm(.port)),
                .init("database", required: false, help: "The database that steps use where they name none"),
                .init("username", required: false, help: "The user name"),
                .init(
                    "password", secret: true, required: false, help: "The password", form: FieldForm(.password)),
                .init("auth_source", required: false, help: "The database that the account is in; admin by default"),
                .init(
                    "auth_mechanism", required: false, help: "How the password is proved; agreed on by default",
                    form: FieldForm(.text, choices: ["SCRAM-SHA-256", "SCRAM-SHA-1", "MONGODB-X509"])),
                .init("replica_set", required: false, help: "The name of the replica set"),
                .init(
                    "tls", required: false, help: "How it is encrypted; verify by default",
                    form: FieldForm(.text, choices: ["verify", "insecure-no-verify", "insecure-off"])),
                .init("ca_file", required: false, help: "The whole path of a PEM file with the authorities to trust"),
                .init("client_cert", required: false, help: "The whole path of a PEM file with certificate and key"),
                .init(
                    "connect_timeout", required: false,
                    help: "Seconds until a server must have let us in; 10 by default",
                    form: FieldForm(.number)),
                .init(
                    "connections", required: false, help: "How many may be open at a time; 4 by default",
                    form: FieldForm(.number)),
            ], testNode: "mongodb.check"),
        CredentialType(
            "smtp", help: "The account of a server that sends mail.",
            fields: mailServer(
                port: "Its port; else 587, or 465 with tls", security: "starttls, unless the port is 465",
                needsLogin: false)
                + [
                    .init("from", required: false, help: "The sender's address", form: FieldForm(.email)),
                    .init(
                        "helo_name", required: false, help: "What this machine calls itself; else its own name",
                        form: FieldForm(.host)),
                ], testNode: "email.test_connection"),
        CredentialType(
            "imap", help: "The account of a server that keeps mail.",
            fields: mailServer(
                port: "Its port; else 993, or 143 with starttls", security: "tls, unless the port is 143",
                needsLogin: true), testNode: "email.test_mailbox"),
        CredentialType(
            "webhook", help: "The secret that a service signs its calls with.",
            fields: [.init("secret", secret: true, help: "The secret", form: FieldForm(.password))]),
        CredentialType("custom", help: "Any fields, for what no other type is made for.", fields: [], isOpen: true),
    ]

    private static func password() -> CredentialType.Field {
        .init("password", secret: true, help: "The password", form: FieldForm(.password))
    }

    /// No field has a default here: it would win over what the address says.
    ///
    /// - Parameter schemes: of its addresses.
    private static func databaseServer(port: String, schemes: [String]) -> [CredentialType.Field] {
        [
            .init(
                "url", secret: true, required: false,
                help: "All in one, as \(schemes[0])://USER:PASSWORD@HOST/DATABASE; fields that are given beside it win",
                form: FieldForm(.password, prefixes: schemes.map { $0 + "://" })),
            .init(
                "host", required: false, help: "The server, or the path of its Unix socket",
                form: FieldForm(.text)),
            .init("port", required: false, help: "Its port; \(port) where it is left out", form: FieldForm(.port)),
            .init("database", required: false, help: "The name of the database"),
            .init("username", required: false, help: "The user name"),
            .init("password", secret: true, required: false, help: "The password", form: FieldForm(.password)),
            .init(
                "tls", required: false, help: "How far the connection is protected; verify by default",
                form: FieldForm(.text, choices: ["verify", "verify-ca", "insecure-no-verify", "insecure-off"])),
            .init(
                "connect_timeout", required: false, help: "Seconds the server may take to let us in; 10 by default",
                form: FieldForm(.number)),
            .init(
                "connections", required: false, help: "How many may be open at a time; 4 by default",
                form: FieldForm(.number)),
            .init(
                "read_only", required: false, help: "Whether nothing may be changed with it; false by default",
                form: FieldForm(.text, choices: ["true", "false"])),
        ]
    }

    private static func mailServer(port: String, security: String, needsLogin: Bool) -> [CredentialType.Field] {
        [
            .init("host", help: "The server", form: FieldForm(.host)),
            .init("port", required: false, help: port, form: FieldForm(.port)),
            .init(
                "security", required: false, help: "How it is encrypted; else \(security)",
                form: FieldForm(.text, choices: ["tls", "starttls", "none"])),
            .init("username", required: needsLogin, help: "The user name, often the address"),
            .init(
                "password", secret: true, required: false, help: "The password, or an app password",
                form: FieldForm(.password)),
            .init("token", secret: true, required: false, help: "An access token in place of the password (XOAUTH2)"),
            .init(
                "connections", required: false, help: "How many connections a run may have at a time", default: "4",
                form: FieldForm(.number)),
        ]
    }

    package static func shared(named name: String) -> CredentialType? { shared.first { $0.name == name } }
}

/// Credential types by name. Each is looked for when it is asked for: to read all connectors takes longer than a run.
package protocol CredentialTypeSource: Sendable {
    /// nil where there is none of that name.
    func type(named name: String) -> CredentialType?
    /// All there are, which may take long.
    var typeNames: [String] { get }
}

/// Those that no connector brings.
struct SharedCredentialTypes: CredentialTypeSource {
    func type(named name: String) -> CredentialType? { CredentialTypes.shared(named: name) }

    var typeNames: [String] { CredentialTypes.shared.map(\.name) }
}

import FlowCore
import FlowSpec

/// `email.test_connection`: logs in to the server that sends mail, and sends nothing.
struct EmailTestConnection: MailNode {
    let spec = NodeSpec(
        "email.test_connection", summary: "Log in to the server that sends mail, and send nothing.",
        effect: .read, parameters: [],
        output: """
            {who, host, port, security, extensions, authentication, size_limit}: who logged in where, and what the \
            server offers; size_limit is in bytes.
            """,
        credentialTypes: ["smtp", "oauth2"], needsCredential: true, sharedCredentials: ["smtp"],
        example: .init(
            params: ValueMap(),
            output: [
                "who": "ada@example.com at smtp.example.com:587", "host": "smtp.example.com", "port": 587,
                "security": "starttls",
                "extensions": ["SIZE", "8BITMIME", "PIPELINING", "AUTH"], "authentication": ["PLAIN", "LOGIN"],
                "size_limit": 52_428_800,
            ]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .record([
            ("who", .string), ("host", .string), ("port", .int), ("security", .string),
            ("extensions", .list(of: .string)), ("authentication", .list(of: .string)), ("size_limit", .int.orNull),
        ])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let account = try SMTPAccount(context)
        let server = account.server
        let features = try await account.withConnection { try await $0.features() }
        return [
            "who": .string("\(server.user.isEmpty ? "nobody" : server.user) at \(server.authority)"),
            "host": .string(server.host), "port": .int(Int64(server.port)),
            "security": .string(server.security.rawValue),
            "extensions": .list(features.extensions.map { .string($0.name) }),
            "authentication": .list(features.authentication.map(Value.string)),
            "size_limit": features.largestMessage.map(Value.int) ?? .null,
        ]
    }
}

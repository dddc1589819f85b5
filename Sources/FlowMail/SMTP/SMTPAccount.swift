import FlowCore
import FlowMIME
import FlowSpec

/// The server and the login that a step sends mail with.
struct SMTPAccount {
    private static let usualConnections = 4

    let server: MailServer
    private let credential: Credential
    private let context: NodeContext

    /// - Throws: `auth` where the step has no credential, or something is missing in it.
    init(_ context: NodeContext) throws(Failure) {
        guard let credential = context.credential else {
            throw Failure(
                .auth, "mail can't be sent without a credential", hint: "add one: flowctl credentials add smtp --type smtp",
                nothingSent: true)
        }
        server = try MailServer(.smtp, credential)
        self.credential = credential
        self.context = context
    }

    /// The arguments of `email.send` as a message, with the account's address as the sender where none is given.
    func addingSender(to arguments: ValueMap) -> ValueMap {
        var message = ValueMap(
            arguments.filter { MailMessage.keys.contains($0.key.text) }.map { ($0.key.text, $0.value) })
        if message["from"]?.isNull ?? true {
            message["from"] = credential.fields["from"] ?? (server.user.contains("@") ? .string(server.user) : .null)
        }
        return message
    }

    /// Lends a connection that is logged in once work begins with it. Where the server refuses an access token, that is
    /// renewed once.
    func withConnection<Result: Sendable>(
        _ work: @Sendable (SMTPConnection) async throws -> Result
    ) async throws -> Result {
        do {
            return try await lend(server, work)
        } catch let refusal as Failure where refusal.kind == .auth && server.isTokenHolder {
            guard let renewed = try await context.renew(credential) else { throw refusal }
            return try await lend(try MailServer(.smtp, renewed), work)
        }
    }

    private func lend<Result: Sendable>(
        _ server: MailServer, _ work: @Sendable (SMTPConnection) async throws -> Result
    ) async throws -> Result {
        let limit = credential.fields["connections"].flatMap { field in
            field.intValue.map(Int.init) ?? field.stringValue.flatMap { Int($0) }
        }
        let key = ConnectionKey(
            service: "smtp", credential: credential.name, options: [server.url, server.user])
        return try await context.world.connections.withConnection(
            key, limit: limit ?? Self.usualConnections, open: { try SMTPConnection(server) }, work)
    }
}

extension MailSurroundings {
    init(_ context: NodeContext) {
        self.init(
            now: context.world.clock.now(),
            identifier: context.idempotencyKey.isEmpty ? context.world.random.uuid() : context.idempotencyKey,
            boundary: { "flowctl-" + Hexadecimal.encode(context.world.random.bytes(10)) },
            file: { path throws(Failure) in try context.file(path) })
    }
}

import FlowCore
import FlowSpec
import Synchronization

/// A connection to an IMAP server that steps share, one at a time. The folder that was open stays open.
final class ImapSession: PooledConnection {
    private let client: Mutex<ImapClient>
    private let cancellation: Cancellation

    private init(_ client: sending ImapClient, _ cancellation: Cancellation) {
        self.client = Mutex(client)
        self.cancellation = cancellation
    }

    static func open(_ server: MailServer) async throws -> ImapSession {
        let cancellation = try Cancellation()
        return try await withTaskCancellationHandler {
            try await OwnThread.run { ImapSession(try ImapClient(server, cancellation), cancellation) }
        } onCancel: {
            cancellation.fire()
        }
    }

    /// Has a conversation on a thread of its own. Where the task is cancelled, the connection ends.
    func use<Result: Sendable>(_ work: @escaping @Sendable (ImapClient) throws -> Result) async throws -> Result {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await OwnThread.run {
                try self.client.withLock { client in
                    client.beginUse()
                    return try work(client)
                }
            }
        } onCancel: {
            cancellation.fire()
        }
    }

    func reset() async -> Bool { !cancellation.hasFired && client.withLock { !$0.isBroken } }

    func isAlive() async -> Bool { (try? await use { _ = try $0.run(Command("NOOP")) }) != nil }

    func close() async { client.withLock { $0.logOut() } }
}

/// How nodes reach the mailbox of their credential.
struct Mailbox {
    /// Connections for a credential where it doesn't say; Gmail takes 15 of all programs together.
    static let usualConnections = 4

    private let context: NodeContext
    private let credential: Credential
    let server: MailServer

    init(_ context: NodeContext) throws(Failure) {
        guard let credential = context.credential else {
            throw Failure(
                .auth, "there is no credential for the mailbox", hint: "name one with credential:", nothingSent: true)
        }
        self.context = context
        self.credential = credential
        server = try MailServer(.imap, credential)
    }

    /// Before each further connection where one breaks.
    private static let pauses: [Duration] = [.zero, .seconds(1), .seconds(2), .seconds(4)]
    /// A connection that held for so long has nothing to do with a break before it.
    private static let steadiness: Duration = .seconds(60)

    /// Lends a connection to `work`. Where it breaks in the middle of what may be repeated, `work` is done once more over
    /// another one, as a server that is restarted is back soon.
    ///
    /// - Parameter isWait: whether the work is to wait, so that only breaks one after the other end it. Other work begins
    ///   anew with each connection, and might never come to its end.
    func use<Result: Sendable>(
        isWait: Bool = false, _ work: @escaping @Sendable (ImapClient) throws -> Result
    ) async throws -> Result {
        var pauses = Mailbox.pauses
        var wasConnected = false
        while true {
            let lent = Mutex<Duration?>(nil)
            do {
                return try await once(lent, work)
            } catch let failure as Failure where Mailbox.isBreak(failure) {
                if let lent = lent.withLock({ $0 }) {
                    wasConnected = true
                    let time = context.world.clock.monotonic() - lent
                    if isWait, time >= Mailbox.steadiness { pauses = Mailbox.pauses }
                }
                guard wasConnected, !pauses.isEmpty else { throw failure }
                let pause = pauses.removeFirst()
                context.log.log(.info, "\(failure.message); once more in \(pause.humanText)")
                try await context.world.clock.sleep(pause)
            }
        }
    }

    private static func isBreak(_ failure: Failure) -> Bool {
        failure.kind == .network || failure.kind == .transient && failure.code == "BYE"
    }

    /// - Parameter lent: when the connection was there.
    private func once<Result: Sendable>(
        _ lent: borrowing Mutex<Duration?>, _ work: @escaping @Sendable (ImapClient) throws -> Result
    ) async throws -> Result {
        let limit = credential.fields["connections"].flatMap { field in
            field.intValue.map(Int.init) ?? field.stringValue.flatMap { Int($0) }
        }
        let key = ConnectionKey(
            service: "imap", credential: credential.name, options: [server.url, server.user])
        let start = Mutex<Duration?>(nil)
        defer {
            let time = start.withLock { $0 }
            lent.withLock { $0 = time }
        }
        return try await context.world.connections.withConnection(
            key, limit: limit ?? Mailbox.usualConnections, open: { try await open() },
            { connection in
                let now = context.world.clock.monotonic()
                start.withLock { $0 = now }
                return try await connection.use(work)
            })
    }

    /// A new connection; with another token where the server refuses the one there is.
    private func open() async throws -> ImapSession {
        do {
            return try await ImapSession.open(server)
        } catch let failure as Failure where failure.kind == .auth && server.isTokenHolder {
            guard let renewed = try await context.renew(credential) else { throw failure }
            context.log.log(.info, "token renewed")
            return try await ImapSession.open(try MailServer(.imap, renewed))
        }
    }
}

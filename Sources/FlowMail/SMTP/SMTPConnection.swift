import FlowCore
import FlowSpec

/// A conversation with a server as the steps of a run share it: one letter after the other goes over one connection.
///
/// Only one task uses it at a time; all that waits for the server does so on a thread made for it.
final class SMTPConnection: PooledConnection, @unchecked Sendable {
    private let server: MailServer
    private let cancellation: Cancellation
    private var session: SMTPSession?

    init(_ server: MailServer) throws(Failure) {
        self.server = server
        cancellation = try Cancellation()
    }

    /// Has the server take a letter.
    ///
    /// - Throws: what ``SMTPSession/deliver(_:)`` does; why there is no connection, or the login was refused.
    func deliver(_ letter: SMTPLetter) async throws -> SMTPReceipt {
        try await onThread { connection in
            if let session = connection.session {
                do {
                    return try session.deliver(letter)
                } catch is SMTPSession.Stale {
                    connection.session = nil
                }
            }
            return try connection.connected().deliver(letter)
        }
    }

    /// What the server says of itself once the login is through.
    func features() async throws -> SMTPFeatures { try await onThread { try $0.connected().features } }

    private func connected() throws -> SMTPSession {
        if let session { return session }
        let session = try SMTPSession(server, cancellation)
        self.session = session
        return session
    }

    /// Cancellation of the task ends the work soon, and the connection with it.
    private func onThread<Result: Sendable>(
        _ work: @escaping @Sendable (SMTPConnection) throws -> Result
    ) async throws -> Result {
        try await withTaskCancellationHandler {
            try await OwnThread.run { try work(self) }
        } onCancel: {
            cancellation.fire()
        }
    }

    func reset() async -> Bool { session?.isReady == true && !cancellation.hasFired }

    func isAlive() async -> Bool { (try? await onThread { $0.session?.isAlive() ?? false }) ?? false }

    func close() async { try? await onThread { $0.session?.quit() } }
}

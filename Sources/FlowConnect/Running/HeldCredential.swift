import FlowCore
import FlowSpec
import Synchronization

/// The credential of one use of an operation, whose token may be renewed while that goes on.
final class HeldCredential: Sendable {
    private let state: Mutex<Credential?>

    init(_ credential: Credential?) { state = Mutex(credential) }

    var current: Credential? { state.withLock { $0 } }

    /// - Returns: whether there is another token now, for this request and those that follow.
    func renew(in context: NodeContext) async throws -> Bool {
        guard let refused = current, let renewed = try await context.renew(refused) else { return false }
        state.withLock { $0 = renewed }
        return true
    }
}

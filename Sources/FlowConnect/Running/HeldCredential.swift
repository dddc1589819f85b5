import FlowCore
import FlowSpec
import Synchronization

/// The credential of one use of an operation, whose token may be renewed while that goes on.
final class HeldCredential: Sendable {
    private struct State {
        var credential: Credential?
        /// The token it was exchanged for, where it is only a key.
        var exchanged: ConnectorMemory.Token?
    }

    private let state: Mutex<State>

    init(_ credential: Credential?) { state = Mutex(State(credential: credential)) }

    var current: Credential? { state.withLock { $0.credential } }

    /// The token that ``hold(_:)`` took last.
    var exchanged: Value? { state.withLock { $0.exchanged?.value } }

    /// - Returns: whether there is another token now, for this request and those that follow.
    func renew(in context: NodeContext) async throws -> Bool {
        guard let refused = current, let renewed = try await context.renew(refused) else { return false }
        state.withLock { $0.credential = renewed }
        return true
    }

    /// Whether a credential that is only a key has no token, or one that is about to end.
    func lacksToken(at now: Timestamp) -> Bool {
        state.withLock { state in
            guard let credential = state.credential else { return false }
            return credential.fields[AssertionScheme.tokenField] == nil
                || state.exchanged?.due.map { $0 <= now } ?? false
        }
    }

    func hold(_ token: ConnectorMemory.Token) {
        state.withLock { state in
            state.credential?.fields[AssertionScheme.tokenField] = token.value
            state.exchanged = token
        }
    }
}

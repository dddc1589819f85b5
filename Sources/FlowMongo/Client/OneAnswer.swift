import Synchronization

/// What a task waits for, and may get from several sides; the first counts.
final class OneAnswer<Result: Sendable>: Sendable {
    private enum State {
        case empty
        case waited(CheckedContinuation<Result, any Error>)
        case early(Swift.Result<Result, any Error>)
        case over
    }

    private let state = Mutex(State.empty)

    func give(_ result: Swift.Result<Result, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<Result, any Error>? in
            switch state {
            case .empty:
                state = .early(result)
                return nil
            case .waited(let continuation):
                state = .over
                return continuation
            case .early, .over: return nil
            }
        }
        continuation?.resume(with: result)
    }

    /// Called once.
    func wait() async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let early = state.withLock { state -> Swift.Result<Result, any Error>? in
                if case .early(let result) = state {
                    state = .over
                    return result
                }
                state = .waited(continuation)
                return nil
            }
            if let early { continuation.resume(with: early) }
        }
    }
}

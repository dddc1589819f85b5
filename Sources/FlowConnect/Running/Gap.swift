import Synchronization

/// Whether a result of one use of an operation could not be kept.
final class Gap: Sendable {
    private let state = Mutex(false)

    var isThere: Bool { state.withLock { $0 } }

    func note() { state.withLock { $0 = true } }
}

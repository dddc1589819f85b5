import Synchronization

/// Whether the next request that isn't a read may have been sent before, by an earlier process that didn't hear what
/// came of it.
final class Doubt: Sendable {
    private let state: Mutex<Bool>

    init(_ isThere: Bool) { state = Mutex(isThere) }

    var isThere: Bool { state.withLock { $0 } }

    func end() { state.withLock { $0 = false } }
}

import Synchronization

/// The writes of an operation of several requests that are under way, or of which it isn't kept what they gave.
///
/// Where there are none, the operation may be cut off: a resumed run goes on behind what is kept, and sends again only
/// what does no harm.
final class OpenWrites: Sendable {
    private struct State {
        var count = 0
        /// Whether the last request was one of them, and has been answered.
        var isAnswered = false
        /// Whether the journal has it that there are none. An attempt begins without.
        var isQuiet = false
    }

    private let state = Mutex(State())

    /// A write is about to be sent.
    ///
    /// - Returns: whether the journal has to know that first.
    func begin() -> Bool {
        state.withLock { state in
            defer { state.isQuiet = false }
            state.count += 1
            state.isAnswered = false
            return state.isQuiet
        }
    }

    /// Another request is about to be sent, or a pause begins.
    ///
    /// - Returns: whether the journal is to know that nothing is open.
    func rest() -> Bool {
        state.withLock { state in
            state.isAnswered = false
            guard state.count == 0, !state.isQuiet else { return false }
            state.isQuiet = true
            return true
        }
    }

    /// The last request was a success.
    func noteAnswer(toWrite isWrite: Bool) { state.withLock { $0.isAnswered = isWrite } }

    /// What the last request gave is in the journal.
    func noteKept() {
        state.withLock { state in
            if state.isAnswered { state.count -= 1 }
            state.isAnswered = false
        }
    }
}

package import FlowCore
import FlowSpec
import Synchronization

/// A clock that moves only when a test says so.
package final class ManualClock: WallClock {
    private struct Sleeper {
        var id: Int
        var end: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var elapsed: Duration = .zero
        var sleeps: [Duration] = []
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var nextID = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let start: Timestamp
    private let skipsSleep: Bool
    private let state = Mutex(State())

    /// - Parameter skipsSleep: whether a sleep ends at once with the clock moved to its end; else it lasts until
    ///   ``advance(by:)`` reaches it.
    package init(start: Timestamp = Timestamp(seconds: 1_800_000_000), skipsSleep: Bool = true) {
        self.start = start
        self.skipsSleep = skipsSleep
    }

    package func now() -> Timestamp { start.adding(monotonic()) ?? start }

    package func monotonic() -> Duration { state.withLock { $0.elapsed } }

    /// The length of each sleep that was begun, in order.
    package var sleeps: [Duration] { state.withLock { $0.sleeps } }

    package func sleep(_ duration: Duration) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.sleeps.append(duration)
            state.nextID += 1
            if skipsSleep { state.elapsed += duration }
            return state.nextID
        }
        if skipsSleep { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let woken = state.withLock { state -> [(count: Int, continuation: CheckedContinuation<Void, Never>)] in
                    if state.cancelled.remove(id) != nil {
                        continuation.resume(throwing: CancellationError())
                    } else {
                        state.sleepers.append(
                            Sleeper(id: id, end: state.elapsed + duration, continuation: continuation))
                    }
                    let woken = state.waiters.filter { $0.count <= state.sleepers.count }
                    state.waiters.removeAll { $0.count <= state.sleepers.count }
                    return woken
                }
                for waiter in woken { waiter.continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock and ends the sleeps that it reaches, earliest first.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.elapsed += duration
            let due = state.sleepers.filter { $0.end <= state.elapsed }.sorted { $0.end < $1.end }
            state.sleepers.removeAll { $0.end <= state.elapsed }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Waits until `count` tasks sleep on this clock.
    package func sleepers(atLeast count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

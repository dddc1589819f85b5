import Synchronization

/// When things happened, noted from any thread.
final class Times: Sendable {
    private let state = Mutex<[ContinuousClock.Instant]>([])

    var all: [ContinuousClock.Instant] { state.withLock { $0 } }

    /// - Returns: how many there are now.
    func add(_ time: ContinuousClock.Instant) -> Int {
        state.withLock { times in
            times.append(time)
            return times.count
        }
    }
}

import Synchronization

/// Bounds the retries of a run, so that a service that fails doesn't get several times the requests it got before.
///
/// Each call earns half a retry, and a hundred are there from the start: a service that fails one request in three
/// still has every call repeated until it works, and one that fails all of them sees half as many again.
package final class RetryBudget: Sendable {
    /// In halves of a retry.
    private let halves: Mutex<Int>

    private static let start = 200
    /// A long run that went well must not have saved up for a storm.
    private static let most = 2000

    package init() { halves = Mutex(RetryBudget.start) }

    func earn() { halves.withLock { $0 = min($0 + 1, RetryBudget.most) } }

    /// - Returns: false where nothing is left.
    func spend() -> Bool {
        halves.withLock { halves in
            guard halves >= 2 else { return false }
            halves -= 2
            return true
        }
    }
}

import FlowCore
import FlowStore

/// Runs that may go on, in a process that can't be seen from here: of another machine or container, or of this machine
/// before it was started anew. Who lives says so every ten seconds, so that a minute tells.
struct DoubtfulRuns {
    enum Finding {
        /// Nothing is heard of it any more; the lease that its process had, where that is still written down as valid.
        case abandoned(RunSummary, Lease?)
        /// It goes on, or has ended meanwhile.
        case settled(RunSummary)
    }

    private let history: RunHistory
    private var waiting: [RunSummary]
    private let begin = ContinuousClock.now

    init(in history: RunHistory) throws(Failure) {
        self.history = history
        var waiting: [RunSummary] = []
        for status in [RunStatus.running, .queued] {
            waiting += try history.runs(status: status, limit: .max).filter { $0.isInDoubt && !$0.isImported }
        }
        self.waiting = waiting
    }

    var names: [String] { waiting.map(\.id.text) }

    /// Waits until it is known how one of them stands; nil where none is left.
    ///
    /// - Throws: a `Failure`, or a `CancellationError`.
    mutating func next() async throws -> Finding? {
        guard let seen = waiting.popLast() else { return nil }
        while true {
            let run = try history.run(named: seen.id.text)
            if run.status == .interrupted { return .abandoned(run, nil) }
            guard run.isInDoubt, let lease = run.lease, lease == seen.lease else { return .settled(run) }
            // Its clock may be ahead, so that by ours nothing is late.
            if ContinuousClock.now - begin >= Lease.patience {
                return .abandoned(try history.run(named: seen.id.text, without: lease), lease)
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}

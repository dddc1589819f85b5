import FlowCore

/// How long runs stay in the history by themselves.
package struct Retention: Sendable, Hashable {
    /// How long after their end runs that succeeded or were skipped stay; nil is for ever.
    package var succeeded: Duration?
    /// The same for those that could still be resumed.
    package var unfinished: Duration?

    /// Of each workflow the latest runs stay, however old they are.
    static let keep = 100

    /// Succeeded runs go after thirty days; what could be resumed is the user's to give up.
    package static let standard = Retention(succeeded: .seconds(30 * 86_400), unfinished: nil)

    package init(succeeded: Duration?, unfinished: Duration?) {
        self.succeeded = succeeded
        self.unfinished = unfinished
    }

    func rules(at now: Timestamp) -> [PruneRule] {
        let unfinished = PruneRule.everyEnd.subtracting(PruneRule.done)
        let ages: [(Duration?, Set<RunStatus>)] = [(succeeded, PruneRule.done), (self.unfinished, unfinished)]
        return ages.compactMap { age, statuses in
            guard let before = age.flatMap({ now.adding(.zero - $0) }) else { return nil }
            return PruneRule(endedBefore: before, keep: Retention.keep, statuses: statuses)
        }
    }
}

extension RunStore {
    private static let interval = Duration.seconds(86_400)

    /// Once a day, deletes what has become too old. Other days cost one look at a small table.
    ///
    /// - Parameter budget: about how long it may take; what is left goes after the next run.
    package func tidy(_ retention: Retention, within budget: Duration = .milliseconds(100)) async {
        limitWaiting(to: budget)
        // The run is over and written down; nobody waits for this, and it is tried again anyway.
        _ = try? await writer.read { database throws(Failure) in
            let now = Timestamp.wallClock
            let last = try database.query("SELECT done_at FROM upkeep WHERE task = 'retention'").first?[0].storedTime
            if let last, last <= now, now.since(last) < RunStore.interval { return }
            let deadline = ContinuousClock.now + budget
            let removal = RunRemoval(database)
            var isComplete = true
            for rule in retention.rules(at: now) where isComplete {
                isComplete = try removal.prune(rule, until: deadline).isComplete
            }
            guard isComplete else { return }
            // What these two leave can wait: it takes space, and nothing else.
            _ = try removal.sweep(until: deadline)
            try removal.reclaim(until: deadline)
            try database.execute(
                "INSERT OR REPLACE INTO upkeep (task, done_at) VALUES ('retention', ?)", [.micros(now)])
        }
    }
}

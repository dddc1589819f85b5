import FlowCore
import FlowSpec
import FlowStore
import Synchronization

/// What a node says goes, masked, to the journal and to whoever watches.
struct StepLog: LogSink {
    private let place: Place
    private let executor: Executor

    init(_ place: Place, executor: Executor) {
        self.place = place
        self.executor = executor
    }

    var subject: String { place.path + (place.item.map { "[\($0)]" } ?? "") }

    func log(_ level: LogLevel, _ message: String) { write(level.rawValue, message) }

    func attempt(_ record: HTTPAttempt) {
        var text = "\(record.method) \(record.url)"
        if let waited = record.waited { text += " after \(waited.duration.humanText) for \(waited.reason)" }
        if let status = record.status { text += " → \(status)" }
        if let failure = record.failure { text += " (\(failure.kind.rawValue): \(failure.message))" }
        text += " in \(record.elapsed.humanText)"
        if record.renewsToken { text += "; token renewed, it follows once more" }
        if let pause = record.retryIn { text += "; try \(record.number + 1) follows in \(pause.humanText)" }
        write("http", text)
        if let command = record.command, record.retryIn == nil, !record.renewsToken {
            write("curl", command.text(executor.setup.masker))
        }
        if let pause = record.retryIn, let failure = record.failure {
            executor.setup.observer.observe(
                .retryWaiting(
                    path: place.path, item: place.item, failure: executor.setup.masker.mask(failure), pause: pause))
        }
    }

    func waiting(_ wait: HTTPWait) {
        write("http", "waiting \(wait.duration.humanText) for \(wait.reason)")
        executor.setup.observer.observe(.waiting(path: place.path, item: place.item, wait))
    }

    private func write(_ level: String, _ message: String) {
        let line = LogLine(
            path: place.path, item: place.item, at: executor.setup.world.clock.now(), level: level,
            message: executor.setup.masker.mask(message))
        executor.journal.note([.log(line)])
        executor.setup.observer.observe(.log(line))
    }
}

/// Keeps the parts of a step that are done.
struct StepCheckpoints: Checkpoints {
    private let place: Place
    private let executor: Executor
    /// The number of the attempt that they are for.
    private let attempt: Int

    init(_ place: Place, executor: Executor, attempt: Int = 0) {
        self.place = place
        self.executor = executor
        self.attempt = attempt
    }

    func load(_ name: String) async throws -> Value? {
        try await executor.journal.checkpoint(name, of: place.path, item: place.item).map { try executor.open($0) }
    }

    func save(_ name: String, _ value: Value) async throws -> Bool {
        guard executor.setup.sealing != nil || !value.containsSecret else {
            warnOfLoss()
            return false
        }
        let stored = try executor.store(value)
        try await executor.journal.commit(
            [.checkpoint(path: place.path, item: place.item, name: name, stored)], synced: false)
        return true
    }

    /// Of a loop the first item stands for all.
    private func warnOfLoss() {
        guard executor.stepsWithoutVault.withLock({ $0.insert(place.path).inserted }) else { return }
        StepLog(place, executor: executor).log(
            .warning,
            "no vault: what this step has sent can't be kept, as it holds a secret, so that it begins anew when resumed; "
                + "\"flowctl vault init\" keeps it from the next run on")
    }

    func noteWrite(isOpen: Bool) async throws {
        let stored = try executor.store(.int(isOpen ? 0 : Int64(attempt)))
        try await executor.journal.commit(
            [.checkpoint(path: place.path, item: place.item, name: JournalRecord.quietName, stored)],
            synced: isOpen, isShared: isOpen && executor.hasCompany)
    }
}

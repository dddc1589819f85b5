package import FlowCore

/// Where one run writes down what it is about to do and what came of it.
///
/// Records reach the database in the order in which they were given, whatever was asked to wait for them.
package protocol Journal: Sendable {
    /// Takes records that nobody waits for; they are written with the next that somebody does, or soon.
    func note(_ records: [JournalRecord])

    /// Takes the end of work that needs no commit of its own: what is committed later is committed after it, or together
    /// with it. It may be lost where the process is killed before that. Waits only where much has come that isn't written
    /// yet.
    ///
    /// - Throws: as ``commit(_:synced:isShared:)``.
    func noteEnd(_ records: [JournalRecord]) async throws

    /// Writes records.
    ///
    /// - Parameters:
    ///   - synced: whether they must survive a power cut, too, as the intent of a write without a key.
    ///   - isShared: whether others are at work whose records come soon, so that a common commit is worth the wait.
    /// - Throws: a `Failure`, from then on for every call: what follows a lost record can't be believed.
    func commit(_ records: [JournalRecord], synced: Bool, isShared: Bool) async throws

    /// What is known of a step from before this process; nil where it never started.
    func step(_ path: String) async throws -> StoredStep?
    /// The finished items of a loop from an index on, in order.
    ///
    /// - Parameter hasOutputs: whether their outputs are read, too.
    func items(of path: String, from first: Int, limit: Int, hasOutputs: Bool) async throws -> [StoredItem]
    /// The attempts of a step or item, in order.
    func attempts(of path: String, item: Int?) async throws -> [StoredAttempt]
    /// Attempts of the run that sent an idempotency key, and have not been done with; in an order that stays.
    ///
    /// - Parameter last: only those after this one.
    func keyedAttempts(after last: KeyedAttempt?, limit: Int) async throws -> [KeyedAttempt]
    /// The last attempt of each item that has no result of its own yet.
    func openAttempts(of path: String) async throws -> [Int: StoredAttempt]
    func checkpoint(_ name: String, of path: String, item: Int?) async throws -> StoredValue?
    /// What is known of the workflow that the step or item of this path called; nil where it never began.
    func call(_ path: String) async throws -> StoredCall?

    /// Takes the run's place in a group of runs, or a place in its queue.
    func enter(_ claim: GroupClaim) async throws -> GroupStanding
    /// How the run stands in its group now; where its turn has come, it is under way from here on.
    func standing() async throws -> GroupStanding

    /// Takes a file that a node left in the run's own folder: it lies among the run's files from then on, as long as a
    /// run names it.
    ///
    /// - Returns: the file where it lies now.
    func keep(_ file: FileReference) async throws -> FileReference

    /// Waits for all that was noted, then gives up the lease. Nothing may be written afterwards.
    func close() async
}

extension Journal {
    package func commit(_ records: [JournalRecord], synced: Bool) async throws {
        try await commit(records, synced: synced, isShared: false)
    }
}

/// One try of one step or item.
package struct AttemptID: Sendable, Hashable {
    /// Names of the steps from the top, as `deploy/upload`, with the index of each loop item: `deploy[3]/upload`.
    package var path: String
    /// The index of the item where the step itself is a loop over one node.
    package var item: Int?
    /// From 1, over all resumes.
    package var number: Int

    package init(path: String, item: Int? = nil, number: Int) {
        self.path = path
        self.item = item
        self.number = number
    }
}

/// One line of the journal.
package enum JournalRecord: Sendable {
    case stepStarted(path: String, node: String?, at: Timestamp)
    /// Values that would come out differently on resume, such as arguments with `uuid()` in them.
    case resolved(path: String, item: Int?, StoredValue)
    case attemptStarted(AttemptID, AttemptIntent)
    case attemptEnded(AttemptID, AttemptEnd)
    /// Also for a step that never started, such as one that is skipped.
    case stepEnded(path: String, StepEnd)
    case itemEnded(path: String, index: Int, key: String, StepEnd)
    case checkpoint(path: String, item: Int?, name: String, StoredValue)
    /// What stands inside a step or item counts no more.
    case skippedInside(path: String, note: String)
    /// A workflow that a step calls begins, or is taken up again; the path has the item's index.
    indirect case callStarted(StoredCall)
    indirect case callEnded(path: String, RunEnd)
    /// The handlers of the run, or of the workflow that the step or item of this path calls, begin anew.
    case handlersBegun(call: String?, attempt: Int)
    case log(LogLine)
    /// A credential was taken from the vault or the environment.
    case credentialUsed(name: String, at: Timestamp)
    indirect case runEnded(RunEnd)
}

extension JournalRecord {
    /// What a checkpoint is called that holds a page of a step's output. A node's own names can't begin with a colon.
    ///
    /// - Parameter number: from 1.
    package static func pageName(_ number: Int) -> String { ":page.\(number)" }

    /// What a checkpoint is called that holds the number of the attempt that could be cut off when it was written, as no
    /// write was open; 0 where one is.
    package static let quietName = ":quiet"

    /// Whether a value in it belongs into a file.
    var isLarge: Bool {
        switch self {
        case .resolved(_, _, let value), .checkpoint(_, _, _, let value): value.isLarge
        case .stepEnded(_, let end), .itemEnded(_, _, _, let end): end.output?.isLarge ?? false
        case .callStarted(let call): call.inputs.isLarge || call.vars.isLarge
        case .runEnded(let end), .callEnded(_, let end): end.outputs?.isLarge ?? false
        case .stepStarted, .attemptStarted, .attemptEnded, .skippedInside, .handlersBegun, .log, .credentialUsed: false
        }
    }

    func mapValues(_ transform: (StoredValue) throws(Failure) -> StoredValue) throws(Failure) -> JournalRecord {
        switch self {
        case .resolved(let path, let item, let value): return .resolved(path: path, item: item, try transform(value))
        case .checkpoint(let path, let item, let name, let value):
            return .checkpoint(path: path, item: item, name: name, try transform(value))
        case .stepEnded(let path, var end):
            if let output = end.output { end.output = try transform(output) }
            return .stepEnded(path: path, end)
        case .itemEnded(let path, let index, let key, var end):
            if let output = end.output { end.output = try transform(output) }
            return .itemEnded(path: path, index: index, key: key, end)
        case .callStarted(var call):
            call.inputs = try transform(call.inputs)
            call.vars = try transform(call.vars)
            return .callStarted(call)
        case .callEnded(let path, var end):
            if let outputs = end.outputs { end.outputs = try transform(outputs) }
            return .callEnded(path: path, end)
        case .runEnded(var end):
            if let outputs = end.outputs { end.outputs = try transform(outputs) }
            return .runEnded(end)
        case .stepStarted, .attemptStarted, .attemptEnded, .skippedInside, .handlersBegun, .log, .credentialUsed:
            return self
        }
    }
}

package struct AttemptIntent: Sendable, Hashable {
    package var effect: Effect
    /// The idempotency key and when the other side forgets it, where a write sends one.
    package var key: String?
    package var keyValidUntil: Timestamp?
    package var startedAt: Timestamp
    /// The path of the step that follows, where that is a write without a key whose intent may be taken for written with
    /// this one.
    package var next: String?

    package init(
        effect: Effect, key: String? = nil, keyValidUntil: Timestamp? = nil, startedAt: Timestamp, next: String? = nil
    ) {
        self.next = next
        self.effect = effect
        self.key = key
        self.keyValidUntil = keyValidUntil
        self.startedAt = startedAt
    }

    /// A write that must not be repeated when its outcome is unknown.
    package var isUnrepeatable: Bool { effect == .write && key == nil }
}

package struct AttemptEnd: Sendable, Hashable {
    package var status: RunStatus
    @Boxed package var failure: Failure?
    package var endedAt: Timestamp

    package init(status: RunStatus, failure: Failure? = nil, endedAt: Timestamp) {
        self.status = status
        self.failure = failure
        self.endedAt = endedAt
    }
}

package struct StepEnd: Sendable, Hashable {
    package var status: RunStatus
    package var output: StoredValue?
    @Boxed package var failure: Failure?
    package var attempts: Int
    package var endedAt: Timestamp
    /// Whether the run goes on as if it had succeeded (`continue_on_error`).
    package var isHandled: Bool
    /// Why it was skipped.
    package var note: String?

    package init(
        status: RunStatus, output: StoredValue? = nil, failure: Failure? = nil, attempts: Int, endedAt: Timestamp,
        isHandled: Bool = false, note: String? = nil
    ) {
        self.status = status
        self.output = output
        self.failure = failure
        self.attempts = attempts
        self.endedAt = endedAt
        self.isHandled = isHandled
        self.note = note
    }
}

package struct RunEnd: Sendable, Hashable {
    package var status: RunStatus
    package var outputs: StoredValue?
    package var failure: Failure?
    /// The step that failed first.
    package var failedStep: String?
    package var endedAt: Timestamp

    package init(
        status: RunStatus, outputs: StoredValue? = nil, failure: Failure? = nil, failedStep: String? = nil,
        endedAt: Timestamp
    ) {
        self.status = status
        self.outputs = outputs
        self.failure = failure
        self.failedStep = failedStep
        self.endedAt = endedAt
    }
}

/// A remark of a node, or one HTTP try.
package struct LogLine: Sendable, Hashable {
    package var path: String
    package var item: Int?
    package var at: Timestamp
    /// `debug`, `info`, `warning`, `error` or `http`.
    package var level: String
    package var message: String

    package init(path: String, item: Int? = nil, at: Timestamp, level: String, message: String) {
        self.path = path
        self.item = item
        self.at = at
        self.level = level
        self.message = message
    }
}

package import FlowCore

extension RunSummary {
    /// Before the paths of its steps in the journal.
    var base: String { call.map { "\($0)/" } ?? "" }

    /// What a called workflow has of its own; the rest is its run's.
    fileprivate func calling(_ call: StoredCall) -> RunSummary {
        var summary = self
        summary.call = call.path
        summary.workflow = call.workflow
        summary.file = call.file
        summary.trigger = RunSnapshot.callTrigger
        // A call that is under way is as alive as its run.
        summary.status = call.status == .running && !status.isLeased ? .interrupted : call.status
        summary.attempt = call.attempt
        summary.startedAt = call.startedAt
        summary.endedAt = call.endedAt
        summary.failure = call.failure
        summary.failedStep = call.failedStep
        return summary
    }
}

extension RunHistory {
    /// The workflows that the steps of a run called, and those that these called, in the order in which they began.
    package func calls(of run: RunSummary, limit: Int = 1000) throws(Failure) -> [RunSummary] {
        try reader(run).calls(limit: limit).map(run.calling)
    }

    /// The calls of a run that go on when it is taken up.
    package func unfinishedCalls(of run: RunSummary) throws(Failure) -> [StoredCall] {
        try reader(run).unfinishedCalls()
    }

    /// - Throws: `not_found` where the step called none.
    func call(_ path: String, of run: RunSummary) throws(Failure) -> RunSummary {
        guard let call = try reader(run).call(path) else {
            throw Failure(
                .notFound, "the step \"\(path)\" of run \(run.id) called no workflow",
                hint: Suggestion.didYouMean(path, among: try calls(of: run).compactMap(\.call))
                    ?? "run \"flowctl runs show \(run.id)\" for what it did")
        }
        return run.calling(call)
    }

    /// What a called workflow was started with, as a run of its own would have it.
    func called(_ path: String, of summary: RunSummary, in run: StoredRun) throws(Failure) -> StoredRun {
        guard let call = try JournalReader(database: database, run: summary.number).call(path) else { return run }
        var part = run
        part.snapshot.workflow = call.workflow
        part.snapshot.file = call.file
        part.snapshot.source = run.snapshot.calledFiles[call.file] ?? []
        part.snapshot.trigger = RunSnapshot.callTrigger
        part.snapshot.inputs = call.inputs
        part.snapshot.vars = call.vars
        part.snapshot.event = .null
        part.attempt = call.attempt
        part.handlersAttempt = call.handlersAttempt
        part.startedAt = call.startedAt
        return part
    }

    func calledFiles(of run: RunSummary) throws(Failure) -> [String: [UInt8]] {
        let rows = try database.query("SELECT name, source FROM called_files WHERE run = ?", [.int(run.number)])
        return Dictionary(rows.map { ($0[0].stringValue ?? "", $0[1].storedBytes) }) { $1 }
    }
}

extension RunSnapshot {
    /// How a workflow was started that a step calls.
    package static let callTrigger = "call"
}

extension Value {
    var storedBytes: [UInt8] { if case .bytes(let bytes) = self { bytes } else { [] } }
}

package import FlowCore

/// What `runs list` shows of a run.
package struct RunSummary: Sendable, Hashable {
    package var id: RunID
    /// The path of the step that called the workflow, where this is a part of the run; nil for the run itself.
    package var call: String?
    package var workflow: String
    package var labels: [String: String] = [:]
    package var file: String
    package var trigger: String
    /// `interrupted` where the process that ran it is gone.
    package var status: RunStatus
    package var attempt: Int
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var failure: Failure?
    package var failedStep: String?
    /// Who runs it; nil where nobody does.
    package var lease: Lease?
    /// Whether it ran elsewhere.
    package var isImported: Bool
    var number: Int64

    /// What people call it: `0v3k8xq2m7`, and of a called workflow `0v3k8xq2m7/deploy`.
    package var name: String { id.text + (call.map { "/\($0)" } ?? "") }

    /// Whether nobody can see who runs it, so that only its silence tells whether it goes on.
    package var isInDoubt: Bool { status.isLeased && lease?.holder.isRunning == nil }

    /// The run as it stands where the holder of `lease` has been found to be gone.
    func without(_ abandoned: Lease?) -> RunSummary {
        guard let lease, lease == abandoned else { return self }
        var run = self
        run.status = .interrupted
        run.lease = nil
        return run
    }

    /// Whether nothing has happened to the run since the other was read.
    func stands(as other: RunSummary) -> Bool { attempt == other.attempt && status == other.status }

    /// - Throws: a `Failure` of kind `invalid` where the run was imported, so that its secrets aren't here.
    package func requireItRanHere() throws(Failure) {
        guard isImported else { return }
        throw Failure(
            .invalid, "run \(id) was imported and can't be resumed: its secrets stayed where it ran",
            hint: "start a new one with \"flowctl run\"")
    }

    /// - Throws: a `Failure` of kind `conflict` that says who runs it.
    package func requireNobodyRunsIt() throws(Failure) {
        guard status.isLeased, let lease else { return }
        throw Failure(
            .conflict, "run \(id) is \(status.rawValue), in \(lease.words)", hint: lease.hint, code: "run_is_live")
    }

    /// - Parameters:
    ///   - seen: what the decision to take it up rests on.
    ///   - isReset: whether something of it is to run again.
    /// - Throws: a `Failure` that says why the run can't be taken up: `invalid` where it succeeded, is a part of a run
    ///   or ran elsewhere, `conflict` where its process still runs or it has gone on since it was seen.
    package func requireResumable(seen: RunSummary?, isReset: Bool) throws(Failure) {
        try requireWhole()
        try requireItRanHere()
        if let seen, !status.isLeased, !stands(as: seen) {
            throw Failure(
                .conflict, "run \(id) has gone on meanwhile, and is \(status.rawValue)",
                hint: "look at it with \"flowctl runs show \(id)\"", code: "run_moved_on")
        }
        guard status != .succeeded || isReset else {
            throw Failure(
                .invalid, "run \(id) has succeeded; nothing is left to do",
                hint: "start a new one with \"flowctl run \(file)\"")
        }
        try requireNobodyRunsIt()
    }

    /// - Throws: a `Failure` of kind `invalid` where it is only a part of a run.
    package func requireWhole() throws(Failure) {
        guard call != nil else { return }
        throw Failure(.invalid, "\(name) is a part of run \(id)", hint: "name the run: \(id)")
    }
}

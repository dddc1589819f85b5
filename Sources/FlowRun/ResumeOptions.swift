package import FlowCore
package import FlowStore

/// What the user decides when a run is taken up again.
package struct ResumeOptions: Sendable {
    /// Uncertain steps to run again; items as `STEP[KEY]`, resolved as `STEP[INDEX]`.
    package var retryUncertain: Set<String> = []
    /// Uncertain steps that did happen, with their output.
    package var markDone: [String: Value] = [:]
    /// What is to run again although it may have succeeded.
    package var reset: RunReset?

    package init(retryUncertain: Set<String> = [], markDone: [String: Value] = [:]) {
        self.retryUncertain = retryUncertain
        self.markDone = markDone
    }

    package var isEmpty: Bool { retryUncertain.isEmpty && markDone.isEmpty && reset == nil }

    /// Whether something is decided of this step, or of what is inside it.
    func decides(on path: String) -> Bool {
        guard !retryUncertain.isEmpty || !markDone.isEmpty else { return false }
        return retryUncertain.contains { $0.isPath(in: path) } || markDone.keys.contains { $0.isPath(in: path) }
    }

    /// The same with whole paths: `left` becomes `sides/left` where no other step is called so.
    ///
    /// - Throws: a `Failure` of kind `invalid` where a name fits no step, several, or one that has nothing to decide.
    package func resolved(
        in run: RunSummary, of history: RunHistory, at now: Timestamp
    ) throws(Failure) -> ResumeOptions {
        guard !retryUncertain.isEmpty || !markDone.isEmpty else { return self }
        let names = UndecidedSteps(try RecordedSteps(run, history), now)
        var options = ResumeOptions()
        options.reset = reset
        for name in retryUncertain.sorted() { options.retryUncertain.insert(try names.path(of: name)) }
        for (name, output) in markDone.sorted(by: { $0.key < $1.key }) {
            let path = try names.path(of: name)
            guard !options.retryUncertain.contains(path) else {
                throw Failure(.invalid, "\"\(path)\" can't be both marked done and run again")
            }
            options.markDone[path] = output
        }
        return options
    }
}

/// What there is to decide of a run.
private struct UndecidedSteps {
    private let recorded: RecordedSteps
    private let now: Timestamp

    init(_ recorded: RecordedSteps, _ now: Timestamp) {
        self.recorded = recorded
        self.now = now
    }

    /// The whole path of the step or item that `name` means.
    func path(of name: String) throws(Failure) -> String {
        let place = try recorded.place(named: name, hint: hint)
        let (run, history) = (recorded.run, recorded.history)
        guard !(try history.attempts(of: place.step.path, item: place.item, in: run)).isEmpty else {
            throw Failure(.invalid, "\"\(place.name)\" was not tried in run \(run.id.text)", hint: hint)
        }
        let status =
            try place.item.map { index throws(Failure) in
                try history.items(of: place.step.path, in: run, from: index, limit: 1).first { $0.index == index }?
                    .status
            } ?? place.step.status
        guard status != .succeeded else {
            throw Failure(.invalid, "\"\(place.name)\" has succeeded; there is nothing to decide", hint: hint)
        }
        return place.path
    }

    private var hint: String? {
        guard let undecided = try? recorded.undecided(at: now, limit: 3).map(\.name) else { return nil }
        return undecided.isEmpty ? "no step of it is uncertain" : "uncertain: \(undecided.joined(separator: ", "))"
    }
}

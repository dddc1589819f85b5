package import FlowCore
package import FlowStore

/// What the user decides when a run is taken up again.
package struct ResumeOptions: Sendable {
    /// Uncertain steps to run again; items as `STEP[KEY]`, resolved as `STEP[INDEX]`.
    package var retryUncertain: Set<String> = []
    /// Uncertain steps that did happen, with their output.
    package var markDone: [String: Value] = [:]

    package init(retryUncertain: Set<String> = [], markDone: [String: Value] = [:]) {
        self.retryUncertain = retryUncertain
        self.markDone = markDone
    }

    /// The same with whole paths: `left` becomes `sides/left` where no other step is called so.
    ///
    /// - Throws: a `Failure` of kind `invalid` where a name fits no step, several, or one that has nothing to decide.
    package func resolved(in run: RunSummary, of history: RunHistory) throws(Failure) -> ResumeOptions {
        guard !retryUncertain.isEmpty || !markDone.isEmpty else { return self }
        let names = try UndecidedSteps(run, history)
        var options = ResumeOptions()
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

/// The steps of a run by the names a user gives them.
private struct UndecidedSteps {
    private let run: RunSummary
    private let history: RunHistory
    private let steps: [StoredStep]

    init(_ run: RunSummary, _ history: RunHistory) throws(Failure) {
        self.run = run
        self.history = history
        steps = try history.steps(of: run)
    }

    /// The whole path of the step or item that `name` means.
    func path(of name: String) throws(Failure) -> String {
        let (id, key) = ItemName.parts(of: name) { !candidates(for: $0).isEmpty }
        let fitting = candidates(for: id)
        guard let step = fitting.first else { throw unknown(name) }
        guard fitting.count == 1 else {
            throw Failure(
                .invalid, "several steps fit \"\(name)\": \(fitting.map(\.path).joined(separator: ", "))",
                hint: "give the whole path")
        }
        let shown = key.map { "\(step.path)[\($0)]" } ?? step.path
        let item = try key.flatMap { key throws(Failure) in try index(of: key, in: step) }
        guard item != nil || key == nil, !(try history.attempts(of: step.path, item: item, in: run)).isEmpty else {
            throw Failure(.invalid, "\"\(shown)\" was not tried in run \(run.id.text)", hint: hint)
        }
        let status =
            try item.map { index throws(Failure) in
                try history.items(of: step.path, in: run, from: index, limit: 1).first { $0.index == index }?.status
            } ?? step.status
        guard status != .succeeded else {
            throw Failure(.invalid, "\"\(shown)\" has succeeded; there is nothing to decide", hint: hint)
        }
        return item.map { "\(step.path)[\($0)]" } ?? step.path
    }

    private func candidates(for id: String) -> [StoredStep] {
        let fitting = steps.filter { $0.path == id }
        return fitting.isEmpty ? steps.filter { $0.path.hasSuffix("/" + id) } : fitting
    }

    /// The index of the item that is called so.
    private func index(of key: String, in step: StoredStep) throws(Failure) -> Int? {
        if let item = try history.item(key, of: step.path, in: run) { return item.index }
        // What was cut off has no row yet, and goes by its index unless the others have names.
        let other = try history.items(of: step.path, in: run, limit: 1).first
        return other.map { $0.key == String($0.index) } ?? true ? Int(key) : nil
    }

    private func unknown(_ name: String) -> Failure {
        Failure(
            .invalid, "run \(run.id.text) has no step \"\(name)\"",
            hint: Suggestion.didYouMean(name, among: steps.map(\.path)) ?? hint)
    }

    private var hint: String? {
        guard let undecided = try? steps.filter({ $0.status == .uncertain }).flatMap(undecidedPlaces) else {
            return nil
        }
        return undecided.isEmpty ? "no step of it is uncertain" : "uncertain: \(undecided.joined(separator: ", "))"
    }

    /// What is uncertain of a step: its items where it is a loop, nothing where it only holds others.
    private func undecidedPlaces(_ step: StoredStep) throws(Failure) -> [String] {
        let items = try history.items(of: step.path, in: run, limit: 100, onlyUnsuccessful: true)
            .filter { $0.status == .uncertain }
        guard items.isEmpty else { return items.prefix(3).map { "\(step.path)[\($0.key)]" } }
        return try history.attempts(of: step.path, in: run).isEmpty ? [] : [step.path]
    }
}

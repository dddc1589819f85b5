package import FlowCore
package import FlowStore

/// What the user decides when a run is taken up again.
package struct ResumeOptions: Sendable {
    /// Uncertain steps to run again; items as `STEP[INDEX]`.
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
        let (id, item) = UndecidedSteps.parts(of: name)
        let fitting = steps.filter { $0.path == id }
        let candidates = fitting.isEmpty ? steps.filter { $0.path.hasSuffix("/" + id) } : fitting
        guard let step = candidates.first else { throw unknown(name) }
        guard candidates.count == 1 else {
            throw Failure(
                .invalid, "several steps fit \"\(name)\": \(candidates.map(\.path).joined(separator: ", "))",
                hint: "give the whole path")
        }
        let path = item.map { "\(step.path)[\($0)]" } ?? step.path
        guard !(try history.attempts(of: step.path, item: item, in: run)).isEmpty else {
            throw Failure(.invalid, "\"\(path)\" was not tried in run \(run.id.text)", hint: hint)
        }
        let status =
            try item.map { index throws(Failure) in
                try history.items(of: step.path, in: run, from: index, limit: 1).first { $0.index == index }?.status
            } ?? step.status
        guard status != .succeeded else {
            throw Failure(.invalid, "\"\(path)\" has succeeded; there is nothing to decide", hint: hint)
        }
        return path
    }

    /// `posts[3]` is item 3 of `posts`; in `posts[3]/send` the index belongs to the path.
    private static func parts(of name: String) -> (id: String, item: Int?) {
        guard name.last == "]", let open = name.lastIndex(of: "["),
            let index = Int(name[name.index(after: open)...].dropLast())
        else { return (name, nil) }
        return (String(name[..<open]), index)
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
        guard items.isEmpty else { return items.prefix(3).map { "\(step.path)[\($0.index)]" } }
        return try history.attempts(of: step.path, in: run).isEmpty ? [] : [step.path]
    }
}

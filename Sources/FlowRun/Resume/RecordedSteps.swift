import FlowCore
import FlowStore

/// The steps of a recorded run, by the names that users give them: paths, or ids where these are enough.
struct RecordedSteps {
    let run: RunSummary
    let history: RunHistory
    let steps: [StoredStep]

    init(_ run: RunSummary, _ history: RunHistory) throws(Failure) {
        self.run = run
        self.history = history
        steps = try history.steps(of: run)
    }

    /// A step, or an item of one.
    struct Place {
        let step: StoredStep
        let item: Int?

        /// As the user calls it.
        var name: String { path }
        var path: String { item.map { "\(step.path)[\($0)]" } ?? step.path }
    }

    /// What `name` means.
    ///
    /// - Parameter hint: for a name that means nothing and resembles none.
    /// - Throws: a `Failure` of kind `invalid` where no step fits, or several do.
    func place(named name: String, hint: String? = nil) throws(Failure) -> Place {
        let (id, item) = RecordedSteps.parts(of: name)
        let fitting = steps.filter { $0.path == id }
        let candidates = fitting.isEmpty ? steps.filter { $0.path.hasSuffix("/" + id) } : fitting
        guard let step = candidates.first else {
            throw Failure(
                .invalid, "run \(run.id.text) has no step \"\(name)\"",
                hint: Suggestion.didYouMean(name, among: steps.map(\.path)) ?? hint)
        }
        guard candidates.count == 1 else {
            let more = candidates.count > 3 ? ", …" : ""
            let paths = candidates.prefix(3).map(\.path).joined(separator: ", ")
            throw Failure(.invalid, "several steps fit \"\(name)\": \(paths)\(more)", hint: "give the whole path")
        }
        return Place(step: step, item: item)
    }

    /// `posts[3]` is item 3 of `posts`; in `posts[3]/send` the index belongs to the path.
    private static func parts(of name: String) -> (id: String, item: Int?) {
        guard name.last == "]", let open = name.lastIndex(of: "["),
            let index = Int(name[name.index(after: open)...].dropLast())
        else { return (name, nil) }
        return (String(name[..<open]), index)
    }
}

extension RecordedSteps {
    /// Names of the steps and items that wait for the user's word, of each loop the first three.
    func undecided() throws(Failure) -> [String] {
        var names: [String] = []
        for step in steps where step.status == .uncertain {
            // A loop is so for its items, and what only holds others for these.
            let items = try history.items(of: step.path, in: run, limit: 100, onlyUnsuccessful: true)
                .filter { $0.status == .uncertain }
            if !items.isEmpty {
                names += items.prefix(3).map { "\(step.path)[\($0.index)]" }
            } else if !(try history.attempts(of: step.path, in: run)).isEmpty {
                names.append(step.path)
            }
        }
        return names
    }
}

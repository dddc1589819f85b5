import FlowCore
import FlowStore

/// The steps of a recorded run, by the names that users give them: paths, or ids where these are enough.
struct RecordedSteps {
    let run: RunSummary
    let history: RunHistory
    /// Without their outputs.
    let steps: [StoredStep]

    init(_ run: RunSummary, _ history: RunHistory) throws(Failure) {
        self.run = run
        self.history = history
        steps = try history.steps(of: run, hasOutputs: false)
    }

    /// A step, or an item of one.
    struct Place {
        let step: StoredStep
        var item: Int?
        /// What the item is called.
        var key: String?

        var path: String { item.map { "\(step.path)[\($0)]" } ?? step.path }
        /// As the user calls it.
        var name: String { key.map { "\(step.path)[\($0)]" } ?? step.path }
    }

    /// What `name` means.
    ///
    /// - Parameter hint: for a name that means nothing and resembles none.
    /// - Throws: a `Failure` of kind `invalid` where no step fits, or several do.
    func place(named name: String, hint: String? = nil) throws(Failure) -> Place {
        let (id, key) = ItemName.parts(of: name) { !candidates(for: $0).isEmpty }
        let fitting = candidates(for: id)
        guard let step = fitting.first else {
            throw Failure(
                .invalid, "run \(run.id.text) has no step \"\(name)\"",
                hint: Suggestion.didYouMean(name, among: steps.map(\.path)) ?? hint)
        }
        guard fitting.count == 1 else {
            let more = fitting.count > 3 ? ", …" : ""
            let paths = fitting.prefix(3).map(\.path).joined(separator: ", ")
            throw Failure(.invalid, "several steps fit \"\(name)\": \(paths)\(more)", hint: "give the whole path")
        }
        var place = Place(step: step, key: key)
        guard let key else { return place }
        place.item = try index(of: key, in: step)
        guard place.item != nil else {
            throw Failure(.invalid, "\"\(place.name)\" was not tried in run \(run.id.text)", hint: hint)
        }
        return place
    }

    /// What `name` means, where it may be a step of the file that each item of a loop has.
    func paths(named name: String) throws(Failure) -> [String] {
        let paths = steps.map(\.path).filter { $0.withoutItems == name }
        guard paths.isEmpty else { return paths }
        return [try place(named: name, hint: "its steps are shown by \"flowctl runs show \(run.id.text)\"").path]
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
}

extension RecordedSteps {
    /// The steps and items that wait for the user's word: those that are uncertain, and those whose write was cut off, or
    /// did happen although the step failed, which the next resume would find out.
    ///
    /// - Parameters:
    ///   - now: decides which idempotency keys are still remembered.
    ///   - limit: of each loop no more than this.
    func undecided(at now: Timestamp, limit: Int) throws(Failure) -> [Place] {
        guard run.status != .running else { return [] }
        var places: [Place] = []
        for step in steps where !step.isHandled && step.status.isUnfinished {
            let writes = try history.lastWrites(of: step.path, in: run)
            let stuck = writes.others.filter { !$0.mayRepeat(at: now) }
            let stuckItems = Set(stuck.compactMap(\.item))
            // A loop is so for its items, and what only holds others for these.
            let items = try history.items(of: step.path, in: run, limit: 1000, onlyUnsuccessful: true)
            places += items.filter { $0.status == .uncertain || stuckItems.contains($0.index) }.prefix(limit)
                .map { Place(step: step, item: $0.index, key: $0.key) }
            // Its output could not be used.
            let isDone = writes.succeeded > 0 && items.isEmpty && step.status.isFailure
            if isDone || stuck.contains(where: { $0.item == nil }) { places.append(Place(step: step)) }
        }
        return places
    }
}

extension RunStatus {
    /// Whether a resume goes on with a step of this status.
    fileprivate var isUnfinished: Bool { self == .cancelled || self == .interrupted || isFailure }
}

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
        guard other.map({ $0.key == String($0.index) }) ?? true, let index = Int(key) else { return nil }
        let isThere = try indices(of: step).contains(index)
        return isThere ? index : nil
    }

    /// The case that a switch, or an item of one, took; nil where that isn't known.
    func takenCase(of path: String, item: Int? = nil) throws(Failure) -> String? {
        try history.takenCase(of: path, item: item, in: run)
    }

    /// The items or iterations of a step that have begun.
    func indices(of step: StoredStep) throws(Failure) -> Set<Int> {
        var indices = Set(try history.openAttempts(of: step.path, in: run).keys)
        var next = 0
        while case let page = try history.items(of: step.path, in: run, from: next), let last = page.last {
            indices.formUnion(page.map(\.index))
            next = last.index + 1
        }
        // Those that only hold other steps have no attempts.
        let prefix = step.path + "["
        for inner in steps where inner.path.hasPrefix(prefix) {
            if let index = Int(inner.path.dropFirst(prefix.count).prefix { $0 != "]" }) { indices.insert(index) }
        }
        return indices
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
        var places: [Place] = []
        for (step, writes) in try undecidedWrites(at: now) {
            var items = 0
            for write in writes {
                guard let index = write.item else {
                    places.append(Place(step: step))
                    continue
                }
                // What was cut off has no row yet, and no name; the next resume gives it both.
                guard items < limit,
                    let item = try history.items(of: step.path, in: run, from: index, limit: 1).first,
                    item.index == index
                else { continue }
                places.append(Place(step: step, item: index, key: item.key))
                items += 1
            }
        }
        return places
    }

    /// The paths of all of them, items that were cut off among them.
    func undecidedPaths(at now: Timestamp) throws(Failure) -> Set<String> {
        var paths: Set<String> = []
        for (step, writes) in try undecidedWrites(at: now) {
            for write in writes { paths.insert(Place(step: step, item: write.item).path) }
        }
        return paths
    }

    /// A loop is undecided for its items, and what only holds others for these.
    private func undecidedWrites(at now: Timestamp) throws(Failure) -> [(StoredStep, [StoredAttempt])] {
        guard run.status != .running else { return [] }
        var found: [(StoredStep, [StoredAttempt])] = []
        for step in steps where !step.isHandled && step.status.isUnfinished {
            let writes = try history.unfinishedWrites(of: step.path, in: run).filter { write in
                guard !write.mayRepeat(at: now) else { return false }
                // One that is done is in doubt where its output could not be used.
                return write.end?.status != .succeeded || write.item != nil || step.status.isFailure
            }
            if !writes.isEmpty { found.append((step, writes)) }
        }
        return found
    }
}

extension RunStatus {
    /// Whether a resume goes on with a step of this status.
    fileprivate var isUnfinished: Bool { self == .cancelled || self == .interrupted || isFailure }
}

import FlowCore

/// The names that expressions of one place may use.
struct NameScope {
    /// Members of `inputs`, `vars`, `env` and `run`; a root that is missing here can't be used at all.
    var members: [String: Set<String>] = [:]
    /// The lists of steps around the place, the innermost last.
    var lists: [ListScope] = []
    /// The step whose own result is seen: in its `outputs:`.
    var ownStep: String?
    /// Whether `steps` may be used.
    var seesSteps = true
    /// Names of loop items, and `index`.
    var variables: Set<String> = []

    static let runMembers: Set<String> = ["id", "workflow", "started_at", "trigger", "attempt", "error"]

    /// Everything that can stand at the start of a path here.
    var roots: [String] {
        members.keys.sorted() + ["event"] + (seesSteps ? ["steps"] : []) + variables.sorted()
    }

    /// How the step `id` stands, seen from here; nil where there is none.
    func standing(of id: String) -> ListScope.Standing? {
        if id == ownStep { return .ended(isLoop: false) }
        for list in lists.reversed() {
            if let standing = list.standing(of: id) { return standing }
        }
        return nil
    }

    var stepIDs: [String] { lists.flatMap { $0.steps.map(\.id) } }

    func adding(_ list: ListScope) -> NameScope {
        var copy = self
        copy.lists.append(list)
        return copy
    }

    func adding(variables names: String...) -> NameScope {
        var copy = self
        copy.variables.formUnion(names)
        return copy
    }

    /// With what each item of a loop is seen as.
    func adding(_ loop: Step.Loop) -> NameScope {
        guard case .matrix(let matrix) = loop.items, let names = matrix.names else {
            return adding(variables: loop.variable, "index")
        }
        var copy = adding(variables: "index")
        copy.members[loop.variable] = Set(names)
        return copy
    }

    func adding(env entries: some Sequence<EnvironmentEntry>) -> NameScope {
        var copy = self
        copy.members["env", default: []].formUnion(entries.map(\.name))
        return copy
    }
}

import FlowCore

/// The names that expressions of one place may use.
struct NameScope {
    /// Why a step that exists can't be read.
    struct Obstacle {
        var message: String
        var hint: String
    }

    /// Members of `inputs`, `vars`, `env` and `run`; a root that is missing here can't be used at all.
    var members: [String: Set<String>] = [:]
    /// Steps that have ended by then, and whether each is a loop.
    var ended: [String: Bool] = [:]
    /// Steps that exist but have not ended.
    var obstacles: [String: Obstacle] = [:]
    /// Whether `steps` may be used.
    var seesSteps = true
    /// Names of loop items, and `index`.
    var variables: Set<String> = []

    static let runMembers: Set<String> = ["id", "workflow", "started_at", "trigger", "attempt", "error"]

    /// Everything that can stand at the start of a path here.
    var roots: [String] {
        members.keys.sorted() + ["event"] + (seesSteps ? ["steps"] : []) + variables.sorted()
    }

    func adding(variables names: String...) -> NameScope {
        var copy = self
        copy.variables.formUnion(names)
        return copy
    }

    func adding(env entries: some Sequence<EnvironmentEntry>) -> NameScope {
        var copy = self
        copy.members["env", default: []].formUnion(entries.map(\.name))
        return copy
    }
}

import FlowCore
import FlowExpression

/// The names that expressions of one place may use, and the types of what they stand for.
struct NameScope {
    /// Members of `inputs`, `vars`, `env`, `run` and `matrix`; a root that is missing here can't be used at all.
    var members: [String: [String: StaticType]] = [:]
    /// Members of `vars` that are not computed yet: the one that reads, and those below it.
    var pendingVars: [String] = []
    /// The lists of steps around the place, the innermost last.
    var lists: [ListScope] = []
    /// The step whose own result is seen, in its `outputs:`, with the type of its output.
    var ownStep: (id: String, output: StaticType)?
    /// Whether `steps` may be used.
    var seesSteps = true
    /// Loop items, and `index`.
    var variables: [String: StaticType] = [:]

    /// Everything that can stand at the start of a path here.
    var roots: [String] {
        members.keys.sorted() + ["event"] + (seesSteps ? ["steps"] : []) + variables.keys.sorted()
    }

    /// How the step `id` stands, seen from here; nil where there is none.
    func standing(of id: String) -> ListScope.Standing? {
        if id == ownStep?.id { return .ended(loop: nil) }
        for list in lists.reversed() {
            if let standing = list.standing(of: id) { return standing }
        }
        return nil
    }

    /// Whether the place is in a loop, or is one.
    var isRepeated: Bool { variables["index"] != nil }

    /// Whether what a path begins with may be something else each time a loop around the place goes round.
    func mayDiffer(_ root: String) -> Bool { variables[root] != nil || root == Matrix.variable || root == "steps" }

    var stepIDs: [String] { lists.flatMap { $0.steps.map(\.id) } }

    // MARK: Types

    /// The types of the names that an expression reads. What isn't there is no matter of types, and may be anything.
    func types(for expression: Expression) -> [String: StaticType] {
        // All variables: the references leave out one that is called like a type.
        var types = variables
        var known: [String: [(String, StaticType)]] = [:]
        for reference in expression.references where variables[reference.root] == nil {
            if let name = reference.members.first, let type = type(of: name, in: reference.root) {
                known[reference.root, default: []].append((name, type))
            }
        }
        for (root, members) in known { types[root] = .record(members, others: .dynamic) }
        return types
    }

    private func type(of name: String, in root: String) -> StaticType? {
        guard root == "steps" else { return members[root]?[name] }
        guard let members = stepMembers(name) else { return nil }
        return .record(members.map { ($0.key, $0.value) }, others: .dynamic)
    }

    private func stepMembers(_ id: String) -> [String: StaticType]? {
        if let ownStep, id == ownStep.id { return StepTypes.members(output: ownStep.output, isLoop: false) }
        for list in lists.reversed() {
            if let members = list.members(of: id) { return members }
        }
        return nil
    }

    // MARK: Adding

    func adding(_ list: ListScope) -> NameScope {
        var copy = self
        copy.lists.append(list)
        return copy
    }

    func adding(variables types: [String: StaticType]) -> NameScope {
        var copy = self
        copy.variables.merge(types) { $1 }
        return copy
    }
}

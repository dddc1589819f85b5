extension Workflow {
    /// The nodes its steps use, inner steps and handlers included.
    package var nodeNames: Set<String> {
        var names: Set<String> = []
        var open = steps + onFailure + onSuccess + self.finally
        while let step = open.popLast() {
            if case .node(let name, _, _) = step.kind { names.insert(name) }
            open += step.branches.flatMap(\.steps)
        }
        return names
    }
}

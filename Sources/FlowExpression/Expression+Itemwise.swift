extension Expression {
    /// The path of the list that this goes through item by item, such as `steps.list.output` of
    /// `steps.list.output.filter(i, i.open).map(i, i.id)`: what it gives for a list is what it gives for each of the
    /// list's parts, put together. nil where it is of another form, or looks at the path's beginning elsewhere, too.
    package var itemwisePath: [String]? {
        var term = syntax
        while let inner = term.receiverOfFilterOrMap { term = inner }
        guard let path = term.qualifiedName, path.count > 1,
            references.count(where: { $0.root == path[0] && ($0.members.first.map { $0 == path[1] } ?? true) }) == 1
        else { return nil }
        return path
    }
}

extension Syntax {
    /// What `filter` or `map` with one variable is called on.
    fileprivate var receiverOfFilterOrMap: Syntax? {
        guard case .call(let call) = kind, let receiver = call.receiver,
            let macro = Macro.find(call.name, arguments: call.arguments.count, onValue: true),
            case .comprehension(let kind, variables: 1, _) = macro, kind == .filter || kind == .map
        else { return nil }
        return receiver
    }
}

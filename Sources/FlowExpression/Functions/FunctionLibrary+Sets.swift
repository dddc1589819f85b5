import FlowCore

extension FunctionLibrary {
    static let sets: [Function] = [
        Function(
            "sets.contains", ["sets.contains(list, list) -> bool"], "Whether the first list holds all of the second.",
            [("sets.contains([1, 2], [2])", "true")]
        ) { (arguments, frame) throws(Fault) in
            guard let left = arguments.list(0), let right = arguments.list(1) else { return nil }
            try frame.spend(steps: left.count + right.count)
            return .bool(Set(left).isSuperset(of: right))
        },
        Function(
            "sets.equivalent", ["sets.equivalent(list, list) -> bool"], "Whether both lists hold the same items.",
            [("sets.equivalent([1, 2, 2], [2, 1.0])", "true")]
        ) { (arguments, frame) throws(Fault) in
            guard let left = arguments.list(0), let right = arguments.list(1) else { return nil }
            try frame.spend(steps: left.count + right.count)
            return .bool(Set(left) == Set(right))
        },
        Function(
            "sets.intersects", ["sets.intersects(list, list) -> bool"], "Whether the lists have an item in common.",
            [("sets.intersects([1, 2], [2, 3])", "true")]
        ) { (arguments, frame) throws(Fault) in
            guard let left = arguments.list(0), let right = arguments.list(1) else { return nil }
            try frame.spend(steps: left.count + right.count)
            return .bool(!Set(left).isDisjoint(with: right))
        },
    ]
}

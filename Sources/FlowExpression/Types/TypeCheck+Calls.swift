import FlowCore

extension TypeCheck {
    mutating func call(_ call: Syntax.Call, at range: Range<Int>) -> StaticType {
        let target = CallTarget(call) { isLocal($0) }
        if let macro = target.macro { return expand(macro, call, target.receiver) }
        let operands = (target.receiver.map { [$0] } ?? []) + call.arguments
        let types = operands.map { type(of: $0) }
        guard let function = target.function else { return .dynamic }
        var candidates = Overload.all(of: function, onValue: target.receiver != nil).filter {
            $0.accepts(count: types.count)
        }
        for (position, type) in types.enumerated() {
            let fitting = candidates.filter { $0.accepts(type, at: position) }
            if fitting.isEmpty, !candidates.isEmpty {
                report(type, of: operands[position], at: position, in: target, candidates, count: types.count)
                return .dynamic
            }
            candidates = fitting
        }
        // Another number of arguments is reported by the checker.
        return StaticType.union(of: candidates.map { $0.result(for: types) }) ?? .dynamic
    }

    private mutating func report(
        _ type: StaticType, of operand: Syntax, at position: Int, in target: CallTarget, _ candidates: [Overload],
        count: Int
    ) {
        let signatures = candidates.map(\.signature).prefix(4).joined(separator: " or ")
        let accepted =
            StaticType.union(of: candidates.compactMap { $0.parameters[safe: position]?.outer }) ?? .dynamic
        let name = target.name
        let isReceiver = target.receiver != nil && position == 0
        let message: String
        if isReceiver {
            message = "\(name)() is called on \(accepted.name)"
        } else if count == (target.receiver == nil ? 1 : 2) {
            message = "\(name)() takes \(accepted.name)"
        } else {
            message = "argument \(position + (target.receiver == nil ? 1 : 0)) of \(name)() must be \(accepted.name)"
        }
        report(
            "argument-type", "\(message), found \(type.withArticle)",
            hint: TypeHint.conversion(from: type, to: accepted, receiver(operand)) ?? "write \(signatures)",
            at: operand.range)
    }

    // MARK: Macros

    private mutating func expand(_ macro: Macro, _ call: Syntax.Call, _ receiver: Syntax?) -> StaticType {
        let arguments = call.arguments
        switch macro {
        case .has:
            tolerance += 1
            defer { tolerance -= 1 }
            _ = type(of: arguments[0])
            return .bool
        case .defaultValue:
            tolerance += 1
            let wanted = type(of: arguments[0])
            tolerance -= 1
            let present = [wanted.without([.null, .absent, .optional]), wanted.held].compactMap(\.self)
            return StaticType.union(of: present + [type(of: arguments[1])]) ?? .dynamic
        case .bind:
            let bound = type(of: arguments[1])
            return with(variables(call, [bound])) { $0.type(of: arguments[2]) }
        case .optionalMap(let isFlat):
            let source = receiver.map { type(of: $0) } ?? .dynamic
            if let receiver {
                require(
                    .optional, source, at: receiver.range, saying: "\(call.name)() is called on an optional",
                    hint: "write optional.of(\(excerpt(receiver))).\(call.name)(…)")
            }
            return with(variables(call, [source.held ?? .dynamic])) { check in
                let body = check.type(of: arguments[1])
                guard isFlat else { return .optional(of: body) }
                check.require(
                    .optional, body, at: arguments[1].range, saying: "\(call.name)() needs an optional",
                    hint: "use optMap(…)")
                return body.without(body.kinds.subtracting([.optional])) ?? .optional
            }
        case .comprehension(let kind, let count, let hasCondition):
            return comprehension(kind, call, receiver, count: count, hasCondition: hasCondition)
        }
    }

    private func variables(_ call: Syntax.Call, _ types: [StaticType]) -> [(name: String, type: StaticType)] {
        zip(call.arguments, types).map { ($0.simpleName ?? "", $1) }
    }

    private mutating func comprehension(
        _ kind: ComprehensionNode.Kind, _ call: Syntax.Call, _ receiver: Syntax?, count: Int, hasCondition: Bool
    ) -> StaticType {
        let source = receiver.map { type(of: $0) } ?? .dynamic
        if let receiver { requireItems(source, of: receiver) }
        let (key, value) = entries(of: source)
        // With one variable, that is the item of a list or the key of a map.
        let first = StaticType.union(of: [source.item, source.members.map(MapTypes.keys)].compactMap(\.self))
        let variables = variables(call, count == 2 ? [key, value] : [first ?? .dynamic])
        return with(variables) { check in
            if hasCondition { check.requireBool(call.arguments[count], saying: "the condition must be a bool") }
            guard let body = call.arguments.last else { return .dynamic }
            return check.result(of: kind, body, item: first ?? .dynamic)
        }
    }

    private mutating func requireItems(_ source: StaticType, of receiver: Syntax) {
        guard !source.may(beOneOf: [.list, .map]) else { return }
        if source.without([.null, .absent]) == nil {
            report(
                "expression-type", "the list to go through is always \(source.name)", hint: "use a list",
                at: receiver.range, fails: tolerance == 0)
            return
        }
        report(
            "expression-type", "only lists and maps can be gone through, found \(source.withArticle)",
            hint: TypeHint.conversion(from: source, to: .list, self.receiver(receiver)), at: receiver.range)
    }

    /// Index and item of a list, key and value of a map.
    private func entries(of source: StaticType) -> (key: StaticType, value: StaticType) {
        let keys = [source.item.map { _ in .int }, source.members.map(MapTypes.keys)].compactMap(\.self)
        let values = [source.item, source.members?.all].compactMap(\.self)
        return (StaticType.union(of: keys) ?? .dynamic, StaticType.union(of: values) ?? .dynamic)
    }

    private mutating func result(
        of kind: ComprehensionNode.Kind, _ body: Syntax, item: StaticType
    ) -> StaticType {
        switch kind {
        case .all, .exists, .existsOne:
            requireBool(body, saying: "the condition must be a bool")
            return .bool
        case .filter:
            requireBool(body, saying: "the condition must be a bool")
            return .list(of: item)
        case .map: return .list(of: type(of: body))
        case .sortBy:
            _ = type(of: body)
            return .list(of: item)
        case .transformMap: return .map(of: type(of: body))
        case .transformMapEntry:
            let entries = type(of: body)
            require(
                .map, entries, at: body.range, saying: "transformMapEntry needs a map of new entries",
                hint: "write {key: value}")
            return .map(of: entries.members?.all ?? .dynamic)
        case .groupBy, .indexBy:
            require(
                MapTypes.key, type(of: body), at: body.range,
                saying: "a map key must be a string, an int, a uint or a bool", hint: "write the key as text")
            return .map(of: kind == .groupBy ? .list(of: item) : item)
        }
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

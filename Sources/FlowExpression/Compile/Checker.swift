import FlowCore

/// What can be said about an expression before it runs: unknown functions, a wrong number of arguments, literals that
/// can't stand where they do, regular expressions that can't be read.
struct Checker {
    private let text: [UInt8]
    private(set) var faults: [SyntaxFault] = []

    init(text: String) { self.text = Array(text.utf8) }

    mutating func check(_ syntax: Syntax, locals: Set<String> = []) {
        switch syntax.kind {
        case .call(let call):
            let target = CallTarget(call) { locals.contains($0) }
            check(call, target, onRange: syntax.range)
            var inner = locals
            if let macro = target.macro {
                inner.formUnion(call.arguments.prefix(macro.variables).compactMap(\.simpleName))
            }
            if let receiver = target.receiver { check(receiver, locals: locals) }
            for argument in call.arguments.dropFirst(target.macro?.variables ?? 0) { check(argument, locals: inner) }
            return
        case .or(let terms):
            for term in terms {
                guard let found = Checker.literalKind(term) else { continue }
                report(
                    "or-as-default", "\"||\" joins conditions, found \(found)",
                    hint: "use " + Compiler.defaultCall(for: terms) { Compiler.excerpt(text, $0) }, term.range)
            }
        case .and(let terms):
            for term in terms {
                guard let found = Checker.literalKind(term) else { continue }
                report("expression-type", "\"&&\" joins conditions, found \(found)", hint: nil, term.range)
            }
        default: break
        }
        for child in syntax.children { check(child, locals: locals) }
    }

    private mutating func check(_ call: Syntax.Call, _ target: CallTarget, onRange range: Range<Int>) {
        guard target.macro == nil else { return }
        let onValue = target.receiver != nil
        guard let function = target.function else {
            unknown(call, target)
            return
        }
        guard function.accepts(count: call.arguments.count, onValue: onValue) else {
            let count = call.arguments.count
            report(
                "wrong-arguments",
                "\(target.name)() doesn't take \(count == 1 ? "1 argument" : "\(count) arguments")",
                hint: "write " + function.signatures.joined(separator: " or "), range)
            return
        }
        if function.takesPattern, call.arguments.count > 0 {
            let position = onValue ? 0 : 1
            if call.arguments.indices.contains(position),
                case .literal(.string(let pattern)) = call.arguments[position].kind
            {
                do { _ = try Pattern(pattern) } catch {
                    report("invalid-pattern", error.message, hint: error.hint, call.arguments[position].range)
                }
            }
        }
    }

    private mutating func unknown(_ call: Syntax.Call, _ target: CallTarget) {
        let name = target.name
        let isMethodToo = FunctionLibrary.methods[name] != nil
        let hint: String?
        if target.receiver == nil, isMethodToo {
            hint = "call it on a value: x.\(name)(…)"
        } else if target.receiver != nil, FunctionLibrary.free[name] != nil {
            hint = "write \(name)(x)"
        } else {
            let shown = shownName(call, target)
            let known =
                target.receiver == nil || shown.contains(".")
                ? Array(FunctionLibrary.free.keys) : Array(FunctionLibrary.methods.keys)
            hint = Suggestion.didYouMean(shown, among: known.sorted())
        }
        report("unknown-function", "unknown function \"\(shownName(call, target))\"", hint: hint, call.nameRange)
    }

    /// With its namespace, where the receiver is the name of one.
    private func shownName(_ call: Syntax.Call, _ target: CallTarget) -> String {
        guard let names = target.receiver?.qualifiedName, names.count == 1,
            FunctionLibrary.free.keys.contains(where: { $0.hasPrefix(names[0] + ".") })
        else { return target.name }
        return names[0] + "." + target.name
    }

    private mutating func report(_ id: String, _ message: String, hint: String?, _ range: Range<Int>) {
        faults.append(SyntaxFault(id: id, message: message, hint: hint, range: range))
    }

    /// What a literal is, where it is one and no bool.
    private static func literalKind(_ syntax: Syntax) -> String? {
        switch syntax.kind {
        case .literal(.bool): nil
        case .literal(.null): "null"
        case .literal(let value): "\(value.type.withArticle)"
        case .list: "a list"
        case .map: "a map"
        default: nil
        }
    }
}

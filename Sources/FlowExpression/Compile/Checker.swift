import FlowCore

/// What is wrong with an expression whatever its names stand for: unknown functions, a wrong number of arguments,
/// regular expressions that can't be read. What depends on types is for ``TypeCheck``.
struct Checker {
    /// More mistakes of one expression tell nobody more.
    private static let mostFaults = 100

    private(set) var faults: [SyntaxFault] = []

    mutating func check(_ syntax: Syntax, locals: Set<String> = []) {
        guard faults.count < Checker.mostFaults else { return }
        if case .call(let call) = syntax.kind {
            let target = CallTarget(call) { locals.contains($0) }
            check(call, target, onRange: syntax.range)
            var inner = locals
            if let macro = target.macro {
                inner.formUnion(call.arguments.prefix(macro.variables).compactMap(\.simpleName))
            }
            if let receiver = target.receiver { check(receiver, locals: locals) }
            for argument in call.arguments.dropFirst(target.macro?.variables ?? 0) { check(argument, locals: inner) }
            return
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
        if let remedy = Checker.foreign[name] {
            hint = remedy
        } else if target.receiver == nil, isMethodToo {
            hint = "call it on a value: x.\(name)(…)"
        } else if target.receiver != nil, FunctionLibrary.free[name] != nil {
            hint = "write \(name)(x)"
        } else {
            let shown = shownName(target)
            let known =
                target.receiver == nil || shown.contains(".")
                ? Array(FunctionLibrary.free.keys) : Array(FunctionLibrary.methods.keys)
            hint = Suggestion.didYouMean(shown, among: known.sorted())
        }
        report("unknown-function", "unknown function \"\(shownName(target))\"", hint: hint, call.nameRange)
    }

    /// Functions of other languages that go by names which are not near to ours.
    private static let foreign = [
        "failed": "write failure()", "succeeded": "write success()", "len": "write size(x)",
        "length": "write size(x)", "upper": "write x.upperAscii()", "toUpperCase": "write x.upperAscii()",
        "lower": "write x.lowerAscii()", "toLowerCase": "write x.lowerAscii()", "str": "write string(x)",
    ]

    /// With its namespace, where the receiver is the name of one.
    private func shownName(_ target: CallTarget) -> String {
        guard let names = target.receiver?.qualifiedName, names.count == 1,
            FunctionLibrary.free.keys.contains(where: { $0.hasPrefix(names[0] + ".") })
        else { return target.name }
        return names[0] + "." + target.name
    }

    private mutating func report(_ id: String, _ message: String, hint: String?, _ range: Range<Int>) {
        faults.append(SyntaxFault(id: id, message: message, hint: hint, range: range))
    }
}

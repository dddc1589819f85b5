import FlowExpression

/// Writes expressions by the grammar of the language: mostly terms of the type that is wanted where they stand, so that
/// evaluation gets somewhere, and calls of every function by its signatures.
struct ExpressionGenerator {
    private var numbers: SeededNumbers
    private var text = ""
    /// Variables of the macros around.
    private var names: [String] = []

    init(_ numbers: SeededNumbers) { self.numbers = numbers }

    mutating func expression() -> String {
        text = ""
        term("any", 1 + numbers.below(4))
        return text
    }

    // MARK: Leaves

    private static let literals: [String: [String]] = [
        "null": ["null"],
        "bool": ["true", "false"],
        "int": ["0", "1", "-1", "2", "7", "100", "-9223372036854775808", "9223372036854775807", "0x1F"],
        "uint": ["0u", "3u", "18446744073709551615u"],
        "double": ["0.5", "-0.0", "1e308", "1e-320", "3.14", "2.0", "9007199254740993.0"],
        "string": [
            "''", "'a'", "\"b,c\"", "'äöü'", "'e\\u0301'", "'\\U0001F600 x'", "r'\\d+'", "'%s %d'", "'{0}'", "'[1, 2]'",
            "'2024-02-29T12:00:00Z'", "'1h30m'", "'12345678901234567890'", "'a-b-c'", "'YWJj'", "'Europe/Berlin'",
            "'''line\nline'''", "'(a*)*$'",
        ],
        "bytes": ["b''", "b'\\xff'", "b'abc'"],
        "list": ["[]", "[1, 2, 3]", "['a', 'b']", "[[1], [2, [3]]]", "list", "people", "[1, 2.5, 3u]"],
        "map": ["{}", "{'a': 1}", "{1: 'x', true: 2u}", "map", "people[0]", "{'a': {'b': [null]}}"],
        "timestamp": ["timestamp('2024-02-29T12:00:00Z')", "timestamp(0)", "now()"],
        "duration": ["duration('1h')", "duration('-1ns')", "duration('292y')", "duration('9223372036s')"],
        "optional": ["optional.none()", "optional.of(1)", "map.?a", "list[?9]"],
        "type": ["int", "type(1)", "list"],
        "number": ["big", "1", "0.1", "2u"],
    ]

    private static let leaves = Array(literals.keys).sorted()

    /// Functions whose answers differ from one evaluation to the next.
    private static let signatures: [(name: String, signature: String)] = FunctionLibrary.all.flatMap { function in
        function.signatures.map { (function.name, $0) }
    }

    /// By what they give; those that give anything stand everywhere.
    private static let callsByResult: [String: [Call]] = {
        var calls: [String: [Call]] = [:]
        for (name, signature) in signatures {
            guard let call = Call(name, signature) else { continue }
            for type in call.result == "any" ? leaves : [call.result, "any"] { calls[type, default: []].append(call) }
        }
        return calls
    }()

    private mutating func leaf(_ type: String) {
        if !names.isEmpty, numbers.once(in: 2) {
            text += numbers.pick(names)
            return
        }
        let type = ExpressionGenerator.literals[type] == nil ? numbers.pick(ExpressionGenerator.leaves) : type
        text += numbers.pick(ExpressionGenerator.literals[type] ?? ["null"])
    }

    // MARK: Terms

    private mutating func term(_ wanted: String, _ depth: Int) {
        // Now and then something that doesn't fit.
        let type = numbers.once(in: 12) ? numbers.pick(ExpressionGenerator.leaves) : wanted
        guard depth > 0 else { return leaf(type) }
        switch numbers.below(10) {
        case 0: leaf(type)
        case 1: conditional(type, depth)
        case 2: selection(depth)
        case 3, 4, 5:
            guard let calls = ExpressionGenerator.callsByResult[type] else { return leaf(type) }
            call(numbers.pick(calls), depth)
        default: operation(type, depth)
        }
    }

    private mutating func conditional(_ type: String, _ depth: Int) {
        text += "("
        term("bool", depth - 1)
        text += " ? "
        term(type, depth - 1)
        text += " : "
        term(type, depth - 1)
        text += ")"
    }

    private mutating func selection(_ depth: Int) {
        term("map", depth - 1)
        text += numbers.pick([".a", ".?b", "['a']", "[0]", "[?'x']", ".name", ".`a-b`", "[-1]"])
    }

    private mutating func operation(_ type: String, _ depth: Int) {
        switch type {
        case "bool":
            switch numbers.below(4) {
            case 0:
                pair(
                    numbers.pick(["int", "string", "double", "list", "any"]), ["==", "!=", "<", "<=", ">", ">="], depth)
            case 1: pair("bool", ["&&", "||"], depth)
            case 2:
                text += "!"
                term("bool", depth - 1)
            default:
                text += "("
                term("any", depth - 1)
                text += " in "
                term(numbers.pick(["list", "map"]), depth - 1)
                text += ")"
            }
        case "int", "double", "number", "uint": pair(type, ["+", "-", "*", "/", "%"], depth)
        case "string", "bytes": pair(type, ["+"], depth)
        case "list" where numbers.once(in: 2): pair("list", ["+"], depth)
        case "list": bracketed("[", "]", depth) { $0.term("any", depth - 1) }
        case "map":
            bracketed("{", "}", depth) {
                $0.leaf($0.numbers.pick(["string", "int", "bool", "uint"]))
                $0.text += ": "
                $0.term("any", depth - 1)
            }
        case "timestamp", "duration": pair(numbers.pick(["timestamp", "duration"]), ["+", "-"], depth)
        default: term(numbers.pick(ExpressionGenerator.leaves), depth)
        }
    }

    private mutating func pair(_ type: String, _ operators: [String], _ depth: Int) {
        text += "("
        term(type, depth - 1)
        text += " \(numbers.pick(operators)) "
        term(type, depth - 1)
        text += ")"
    }

    private mutating func bracketed(
        _ open: String, _ close: String, _ depth: Int, _ item: (inout ExpressionGenerator) -> Void
    ) {
        text += open
        for index in 0..<numbers.below(4) {
            if index > 0 { text += ", " }
            item(&self)
        }
        text += close
    }

    // MARK: Calls

    private struct Call {
        var name: String
        var receiver: String?
        var parameters: [String]
        var result: String

        /// nil for what is written otherwise than it is called.
        init?(_ name: String, _ signature: String) {
            guard let open = signature.firstIndex(of: "("), let close = signature.lastIndex(of: ")") else { return nil }
            let head = String(signature[..<open])
            self.name = name
            receiver = head == name ? nil : Call.kind(head.dropLast(name.count + 1))
            let inside = signature[signature.index(after: open)..<close]
            parameters = Call.withoutInsides(inside).split(separator: ",").map { Call.kind($0[...]) }
            result = Call.kind(signature[close...].drop { $0 != ">" }.dropFirst())
        }

        /// `list` of `list<T>`; a variable such as `T` stands for anything.
        private static func kind(_ type: Substring) -> String {
            let kind = withoutInsides(type).filter { $0 != " " }
            return kind.count == 1 ? "any" : kind
        }

        /// Without what stands between `<` and `>`.
        private static func withoutInsides(_ types: Substring) -> String {
            var depth = 0
            return types.filter { character in
                if character == "<" { depth += 1 }
                defer { if character == ">" { depth -= 1 } }
                return depth == 0
            }
        }
    }

    private mutating func call(_ call: Call, _ depth: Int) {
        if let receiver = call.receiver {
            term(receiver, depth - 1)
            text += "."
        }
        text += call.name + "("
        let outer = names.count
        for (index, parameter) in call.parameters.enumerated() {
            if index > 0 { text += ", " }
            switch parameter {
            case "name":
                names.append("v\(names.count)")
                text += names[names.count - 1]
            case "selection": text += numbers.pick(["map.a", "map.b.c", "people[0].name"])
            case "...": term("any", depth - 1)
            default: term(parameter, depth - 1)
            }
        }
        names.removeLast(names.count - outer)
        text += ")"
    }
}

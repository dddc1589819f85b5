import FlowCore
import FlowExpression

/// What must hold for every input, however broken. A crash ends the process: run one case alone to see its input.
package enum Fuzz {
    /// A promise that a case broke.
    package struct Finding: Error, CustomStringConvertible {
        package let promise: String
        package let input: String

        package var description: String { "\(promise)\n\(input)" }
    }

    /// The text of a case: the same for the same seed and number.
    ///
    /// - Parameter only: nil for cases of all kinds.
    package static func input(seed: UInt64, number: UInt64, only: Kind? = nil) -> (kind: Kind, bytes: [UInt8]) {
        var numbers = SeededNumbers(seed: seed, number: number)
        let chosen: Kind = numbers.once(in: 5) ? .json : .expression
        let kind = only ?? (number % 10 == 9 ? .imap : chosen)
        var bytes: [UInt8]
        switch kind {
        case .expression:
            var generator = ExpressionGenerator(numbers)
            bytes = Array(generator.expression().utf8)
        case .json: bytes = JSON.bytes(json(&numbers, depth: 4), pretty: numbers.once(in: 3))
        case .imap: bytes = ImapFuzz.input(&numbers)
        }
        _ = numbers.next()
        if numbers.once(in: 3) { Damage.apply(to: &bytes, &numbers) }
        return (kind, bytes)
    }

    package enum Kind: String { case expression, json, imap }

    /// - Throws: a `Finding`.
    package static func run(seed: UInt64, number: UInt64, only: Kind? = nil) throws(Finding) {
        let (kind, bytes) = input(seed: seed, number: number, only: only)
        switch kind {
        case .expression: try checkExpression(String(decoding: bytes, as: UTF8.self))
        case .json: try checkJSON(bytes)
        case .imap: try ImapFuzz.check(bytes)
        }
    }

    // MARK: Expressions

    private static let scope: EvaluationScope = {
        let variables: Value = [
            "list": [3, 1, 2], "map": ["a": 1, "b": ["c": nil], "a-b": "x"],
            "big": .number(ExactNumber(text: "12345678901234567890")),
            "people": [["name": "Ann", "age": 31], ["name": "Ben", "age": 27]],
            "token": .secret("not-a-real-token"),
        ]
        var scope = EvaluationScope(variables.mapValue ?? ValueMap())
        scope.budget.steps = 20_000
        scope.budget.bytes = 1 << 20
        return scope
    }()

    private static func checkExpression(_ text: String) throws(Finding) {
        func demand(_ holds: Bool, _ promise: String) throws(Finding) {
            if !holds { throw Finding(promise: promise, input: text) }
        }
        let length = text.utf8.count
        let expression: Expression
        do {
            expression = try Expression.compile(text)
        } catch {
            try demand(!error.diagnostics.isEmpty, "a refusal says why")
            for diagnostic in error.diagnostics {
                let span = diagnostic.span
                try demand(
                    span.start >= 0 && span.start <= span.end && span.end <= length,
                    "a diagnostic stands inside the text")
            }
            return
        }
        let first = outcome(expression)
        try demand(first.position.map { $0.start >= 0 && $0.end <= length } ?? true, "a failure stands inside the text")
        try demand(first.text == outcome(expression).text, "an evaluation gives the same again")
    }

    /// The value as text, or what was said instead.
    private static func outcome(_ expression: Expression) -> (text: String, position: SourceSpan?) {
        do {
            let value = try expression.evaluate(scope)
            return ("\(value.type) " + JSON.text(value), nil)
        } catch {
            return ("\(error.message) \(error.hint ?? "")", error.position)
        }
    }

    // MARK: JSON

    private static func checkJSON(_ bytes: [UInt8]) throws(Finding) {
        guard let value = try? JSON.parse(bytes) else { return }
        func demand(_ holds: Bool, _ promise: String) throws(Finding) {
            if !holds { throw Finding(promise: promise, input: String(decoding: bytes, as: UTF8.self)) }
        }
        let text = JSON.text(value)
        let again = try? JSON.parse(text)
        try demand(again == value, "what was written is read back")
        try demand(again.map { JSON.text($0) } == text, "what was read back is written the same")
        // The reader goes by the maps it has read before.
        let twice = try? JSON.parse("[\(text),{\"x\":1},\(text),\(text)]").listValue
        try demand(twice?.count == 4 && twice?[2] == value && twice?[3] == value, "neighbours don't change a value")
        try demand(twice.map { JSON.text($0[3]) } == text, "neighbours don't change the order of keys")
    }

    private static func json(_ numbers: inout SeededNumbers, depth: Int) -> Value {
        switch numbers.below(depth > 0 ? 9 : 6) {
        case 0: return nil
        case 1: return .bool(numbers.once(in: 2))
        case 2: return .int(Int64(bitPattern: numbers.next()) >> numbers.below(64))
        case 3: return .double(Double(bitPattern: numbers.next()))
        case 4:
            return .string(
                numbers.pick(["", "a", "a\"b\\", "äöü 💥", "line\nline", "a key of more than fifteen bytes"]))
        case 5:
            return .number(
                ExactNumber(text: numbers.pick(["12345678901234567890", "1E400", "0.10000000000000000001"])))
        case 6:
            var items: [Value] = []
            for _ in 0..<numbers.below(4) { items.append(json(&numbers, depth: depth - 1)) }
            return .list(items)
        default:
            var map = ValueMap()
            let keys = [
                "id", "name", "a\"b", "a key of more than fifteen bytes", "", "é", "e\u{301}", "x", "y", "z", "u", "v",
            ]
            for _ in 0..<numbers.pick([0, 2, 3, 14]) {
                map[numbers.pick(keys)] = json(&numbers, depth: depth - 1)
            }
            return .map(map)
        }
    }
}

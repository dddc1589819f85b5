import FlowCore
import Testing

@testable import FlowExpression

/// Arbitrary text is an error or has a value; it never ends the process. A trap would end the test run.
@Suite struct RobustnessTests {
    /// The same numbers in every run, so that a failure can be looked at again.
    private struct Numbers {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15

        mutating func next(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
    }

    private static let pieces: [String] = [
        "(", ")", "[", "]", "{", "}", "?", ":", ",", ".", "||", "&&", "!", "-", "==", "<", " in ", "\"", "'", "'''",
        "\\", "r'", "b'", "0x", "1e999", "9223372036854775807", "-9223372036854775808", "18446744073709551615u", "null",
        ".map(x, ", ".filter(x, ", ".size()", "[-1]", "[?", ".?a", "{?'a': ", "💥", "e\u{301}", "\u{0}", "1.5",
        "duration('-1ns')", "timestamp('0001-01-01T00:00:00Z')", ".matches('", "%d", ".format([", "absent",
        "optional.none()", "range(5)", "inputs", ".list", "9223372036854775807", ".slice(", ".substring(",
    ]

    static let iterations = 2000

    @Test func mangledExpressionsAreNeverFatal() {
        var numbers = Numbers()
        var scope = LanguageCase.scope
        scope.budget.steps = 20_000
        scope.budget.bytes = 1 << 20
        let sources = LanguageCase.all.map(\.expression)
        var evaluated = 0
        for _ in 0..<RobustnessTests.iterations {
            var bytes = Array(sources[numbers.next(below: sources.count)].utf8)
            for _ in 0...numbers.next(below: 3) {
                let place = numbers.next(below: bytes.count + 1)
                switch numbers.next(below: 4) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + numbers.next(below: 4)))
                case 1:
                    let other = Array(sources[numbers.next(below: sources.count)].utf8)
                    bytes.insert(contentsOf: other.prefix(numbers.next(below: other.count + 1)), at: place)
                default:
                    let piece = RobustnessTests.pieces[numbers.next(below: RobustnessTests.pieces.count)]
                    bytes.insert(contentsOf: piece.utf8, at: place)
                }
            }
            guard let expression = try? Expression.compile(String(decoding: bytes, as: UTF8.self)) else { continue }
            if (try? expression.evaluate(scope)) != nil { evaluated += 1 }
        }
        #expect(evaluated > 20)
    }

    @Test func mangledPatternsAreNeverFatal() {
        var numbers = Numbers()
        let parts = [
            "a", "(", ")", "[", "]", "[^", "-", "*", "+?", "{2,3}", "{", "|", "\\d", "\\p{L}", "\\", "^", "$", "(?i)",
            "(?:", "\\b", ".", "[[:alpha:]]", "\\x{61}", "é", "\\Q", "\\E",
        ]
        var matched = 0
        for _ in 0..<RobustnessTests.iterations {
            var text = ""
            for _ in 0...numbers.next(below: 8) { text += parts[numbers.next(below: parts.count)] }
            guard let pattern = try? Pattern(text) else { continue }
            var frame = Frame(scope: LanguageCase.scope, slotCount: 0)
            if (try? pattern.isFound(in: "aé1 -b", &frame)) == true { matched += 1 }
            _ = try? pattern.replacing(in: "aé1 -b", &frame) { $0.compactMap { $0 }.joined() }
        }
        #expect(matched > 100)
    }

    @Test func extremeArgumentsAreNeverFatal() {
        let numbers = ["-9223372036854775808", "-1", "0", "3", "9223372036854775807"]
        let values =
            numbers + ["1.5", "''", "'abc'", "[]", "[1]", "{}", "null", "b''", "1u", "duration('1s')", "absent"]
        var scope = LanguageCase.scope
        scope.budget.bytes = 1 << 16
        var outcomes = 0
        for function in FunctionLibrary.all {
            for signature in function.signatures {
                let isFree = signature.hasPrefix(function.name + "(")
                for (index, first) in values.enumerated() {
                    for step in [0, 3, 7] {
                        let second = values[(index + step) % values.count]
                        let count = signature.contains("()") ? 0 : signature.split(separator: ",").count
                        let arguments = [first, second, first].prefix(count).joined(separator: ", ")
                        let text =
                            isFree ? "\(function.name)(\(arguments))" : "(\(second)).\(function.name)(\(arguments))"
                        guard let expression = try? Expression.compile(text) else { continue }
                        outcomes += 1
                        _ = try? expression.evaluate(scope)
                    }
                }
            }
        }
        #expect(outcomes > 1000)
    }

    @Test func deepTreesAreEvaluatedOnAnyThread() async throws {
        let text = Array(repeating: "1", count: 250).joined(separator: " + ")
        let nested = String(repeating: "[", count: 120) + "1" + String(repeating: "]", count: 120)
        let results = await withTaskGroup(of: Value?.self, returning: [Value?].self) { group in
            for source in [text, nested] {
                group.addTask { try? Expression.compile(source).evaluate(LanguageCase.scope) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.contains(250))
        #expect(results.allSatisfy { $0 != nil })
    }
}

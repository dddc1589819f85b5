import FlowCore
import Testing

@testable import FlowExpression

/// One line of a file under `cases`: `rule: expression => expression that equals the result`, or `=> ! message`.
struct LanguageCase: Sendable, CustomTestStringConvertible {
    let rule: String
    let expression: String
    let expected: String

    var testDescription: String { rule }

    static let all: [LanguageCase] =
        [
            "literals", "numbers", "comparisons", "selection", "logic", "macros", "optionals", "functions", "lists",
            "strings", "math",
            "formats",
            "times", "patterns", "run", "secrets",
        ].flatMap(read)

    private static func read(_ file: String) -> [LanguageCase] {
        let lines = TestFiles.lines(TestFiles.root + "/Tests/FlowExpressionTests/cases/\(file).cases") ?? []
        return lines.compactMap { line in
            guard let (rule, rest) = cut(line, ": "), let (expression, expected) = cut(rest, " => ") else { return nil }
            return LanguageCase(rule: "\(file).\(rule)", expression: expression, expected: expected)
        }
    }

    private static func cut(_ text: String, _ separator: String) -> (String, String)? {
        let bytes = Array(text.utf8)
        let wanted = Array(separator.utf8)
        guard let index = bytes.indices.first(where: { bytes[$0...].starts(with: wanted) }) else { return nil }
        return (
            String(decoding: bytes[..<index], as: UTF8.self),
            String(decoding: bytes[(index + wanted.count)...], as: UTF8.self)
        )
    }

    static let scope: EvaluationScope = {
        let lines = TestFiles.lines(TestFiles.root + "/Tests/FlowExpressionTests/cases/data.json") ?? []
        let data = try? JSON.parse(lines.joined(separator: "\n"))
        var variables = data?.mapValue ?? ValueMap()
        variables["secrets"] = ["token": .secret("s3cr3t"), "account": .secret(["user": "u"])]
        let files = ["lock/a.lock": "one", "lock/b.lock": "two", "lock/notes.txt": "three"]
        return EvaluationScope(
            files: ScopeFiles(
                paths: { pattern in
                    files.keys.filter { $0 == pattern || (pattern == "**/*.lock" && $0.hasSuffix(".lock")) }
                },
                read: { Array((files[$0] ?? "").utf8) })
        ) { [variables] in variables[$0] }
    }()
}

@Suite struct LanguageCaseTests {
    @Test func thereAreCases() { #expect(LanguageCase.all.count > 380) }

    /// Operators, and how functions are called: `.size/0` on a value, `size/1` freely.
    private static let exercised: Set<String> = {
        var exercised: Set<String> = []
        func collect(_ syntax: Syntax) {
            switch syntax.kind {
            case .call(let call):
                let target = CallTarget(call) { _ in false }
                exercised.insert("\(target.receiver == nil ? "" : ".")\(target.name)/\(call.arguments.count)")
            case .binary(let operation, _, _): exercised.insert(operation.rawValue)
            default: break
            }
            for child in syntax.children { collect(child) }
        }
        for test in LanguageCase.all { if let syntax = try? Parser.parse(test.expression) { collect(syntax) } }
        return exercised
    }()

    @Test func everyOperatorHasACase() {
        let operators: Set = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in"]
        #expect(operators.subtracting(LanguageCaseTests.exercised) == [])
    }

    @Test(arguments: FunctionLibrary.all.flatMap { function in function.signatures.map { (function.name, $0) } })
    func everyWayToCallAFunctionHasACase(_ name: String, _ signature: String) {
        let parameters = Function.parameters(of: signature)
        let isOpen = parameters.last == "..."
        let fewest = isOpen ? parameters.count - 1 : parameters.count
        let call = signature.hasPrefix(name + "(") ? name : "." + name
        let counts = isOpen ? fewest...fewest + 3 : fewest...fewest
        let isCalled = counts.contains { LanguageCaseTests.exercised.contains("\(call)/\($0)") }
        #expect(isCalled, "no case calls \(signature)")
    }

    @Test(arguments: LanguageCase.all)
    func caseHolds(_ test: LanguageCase) throws {
        if test.expected.hasPrefix("! ") {
            let expected = String(test.expected.dropFirst(2))
            let failure = #expect(throws: Failure.self) {
                _ = try Expression.compile(test.expression).evaluate(LanguageCase.scope)
            }
            #expect(failure?.message == expected)
            #expect(failure?.kind == .invalid)
            #expect(failure?.position != nil)
            return
        }
        let value = try Expression.compile(test.expression).evaluate(LanguageCase.scope)
        if case .secret(let inner) = value {
            #expect(try "secret: " + inner.formatted() == String(test.expected.dropFirst().dropLast()))
            return
        }
        let expected = try Expression.compile(test.expected).evaluate(LanguageCase.scope)
        #expect(value == expected)
        #expect(value.type == expected.type)
    }
}

@Suite struct FunctionLibraryTests {
    @Test(arguments: FunctionLibrary.all.flatMap { function in function.examples.map { ($0.expression, $0.result) } })
    func exampleGivesItsResult(_ expression: String, _ result: String) throws {
        let value = try Expression.compile(expression).evaluate(LanguageCase.scope)
        #expect(value == (try Expression.compile(result).evaluate(LanguageCase.scope)))
    }

    @Test func everyFunctionIsDocumented() {
        for function in FunctionLibrary.all {
            #expect(!function.examples.isEmpty, "\(function.name) has no example")
            #expect(!function.signatures.isEmpty, "\(function.name) has no signature")
            #expect(function.summary.hasSuffix("."), "\(function.name) has no sentence")
        }
    }
}

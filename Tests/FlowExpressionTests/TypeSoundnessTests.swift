import FlowCore
import Testing

@testable import FlowExpression

/// The check of types must never refuse what evaluates, and never leave out what comes of it.
@Suite struct TypeSoundnessTests {
    @Test func everyLanguageCaseThatEvaluatesPassesWithAndWithoutDeclarations() throws {
        let names = try TypeSoundnessTests.names(of: LanguageCase.scope)
        for test in LanguageCase.all {
            try expectSound(test.expression, LanguageCase.scope, names: [:])
            try expectSound(test.expression, LanguageCase.scope, names: names)
        }
    }

    @Test func everyExampleOfAFunctionPasses() throws {
        for example in FunctionLibrary.all.flatMap(\.examples) {
            try expectSound(example.expression, LanguageCase.scope, names: [:])
        }
    }

    /// What the check refuses although it evaluates: file/section/name, then the reason.
    private static let exceptions: Set<String> = {
        let lines = TestFiles.lines(TestFiles.root + "/Tests/FlowExpressionTests/type-exceptions.txt") ?? []
        return Set(lines.filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: " ").first.map(String.init) })
    }()

    @Test func everyConformanceCaseThatEvaluatesPassesOrIsAnException() throws {
        guard let lines = TestFiles.lines(ConformanceTests.path) else {
            print("skipped: the conformance cases are not beside the repository")
            return
        }
        var refused: Set<String> = []
        for line in lines {
            let test = try JSON.parse(line)
            let name = ["file", "section", "name"].map { test[$0]?.stringValue ?? "" }.joined(separator: "/")
            guard case .success(let value) = ConformanceTests.outcome(of: test) else { continue }
            let text = test["expr"]?.stringValue ?? ""
            var check = TypeCheck(text: text, names: [:])
            let type = check.type(of: try Parser.parse(text))
            if let finding = check.findings.first(where: \.fails) {
                refused.insert(name)
                if !TypeSoundnessTests.exceptions.contains(name) {
                    Issue.record("\(name): \(text): \(finding.fault.message)")
                }
            } else {
                #expect(type.admits(value), "\(name): \(text) gives \(value)")
            }
        }
        #expect(refused == TypeSoundnessTests.exceptions, "exceptions name cases that pass")
    }

    /// A value of each kind, under a name.
    private static let samples: [(name: String, value: Value)] = [
        ("null_", .null), ("flag", true), ("int_", 2), ("uint_", .uint(1)), ("double_", 1.5),
        ("number_", .number(ExactNumber(text: "12345678901234567890"))), ("text", "1"), ("word", "a"),
        ("time", .timestamp(Timestamp(seconds: 0))), ("span", .duration(.seconds(1))), ("bytes_", .bytes([49])),
        ("list_", [1, 2]), ("texts", ["a", "b"]), ("lists", [[1], [2]]), ("map_", ["a": 1]), ("type_", .type(.int)),
        ("spans", .list([.duration(.seconds(1))])), ("optional_", .optional(1)), ("none", .optional(.none)),
        ("absent_", .absent), ("empty", []),
    ]

    private static let scope = EvaluationScope(ValueMap(samples.map { ($0.name, $0.value) }))
    private static let types = Dictionary(
        uniqueKeysWithValues: samples.map { ($0.name, StaticType(of: $0.value).widened) })

    @Test(arguments: FunctionLibrary.all.map(\.name))
    func everyCallThatEvaluatesIsAccepted(_ name: String) throws {
        for function in FunctionLibrary.named(name) where function.body != nil {
            for onValue in [false, true] {
                for count in 0...4 where function.accepts(count: count, onValue: onValue) {
                    for names in TypeSoundnessTests.choices(of: count + (onValue ? 1 : 0)) {
                        let call =
                            onValue
                            ? "\(names[0]).\(name)(\(names.dropFirst().joined(separator: ", ")))"
                            : "\(name)(\(names.joined(separator: ", ")))"
                        try expectSound(call, TypeSoundnessTests.scope, names: TypeSoundnessTests.types)
                    }
                }
            }
        }
    }

    @Test(arguments: ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"])
    func everyOperationThatEvaluatesIsAccepted(_ operation: String) throws {
        for names in TypeSoundnessTests.choices(of: 2) {
            try expectSound(
                "\(names[0]) \(operation) \(names[1])", TypeSoundnessTests.scope, names: TypeSoundnessTests.types,
                isAbsorbing: ["&&", "||"].contains(operation))
        }
    }

    @Test(arguments: [
        "-x", "!x", "x.a", "x.?a", "x['a']", "x[0]", "x[?0]", "has(x.a)", "default(x, 1)", "default(x.a, 'n')",
        "x.map(i, i)", "x.map(i, v, v)", "x.filter(i, true)", "x.exists(i, true)", "x.transformMap(k, v, v)",
        "x.transformMapEntry(k, v, {string(k): v})", "x.transformList(k, v, v)", "x.sortBy(i, 1)",
        "x.group_by(i, 'k')", "x.index_by(i, string(i))", "x.optMap(v, v)", "x.optFlatMap(v, optional.of(v))",
        "x ? 1 : 'a'", "[x]", "{'k': x}", "{x: 1}", "[?x]", "{?'k': x}", "cel.bind(y, x, y)", "x.a.b", "[x][0]",
        "{'k': x}.k", "default(x[0], 'n')",
    ])
    func everyTermThatEvaluatesIsAccepted(_ term: String) throws {
        for (name, value) in TypeSoundnessTests.samples {
            let scope = EvaluationScope(ValueMap([("x", value)]))
            try expectSound(term, scope, names: ["x": StaticType(of: value).widened], "x is \(name)")
            try expectSound(term, scope, names: ["x": StaticType(of: value).orNull.joined(with: .string)])
        }
    }

    // MARK: Help

    /// - Parameter isAbsorbing: whether a term that decides may hide that another is wrong.
    private func expectSound(
        _ text: String, _ scope: EvaluationScope, names: [String: StaticType], isAbsorbing: Bool = false,
        _ comment: Comment = ""
    ) throws {
        guard let expression = try? Expression.compile(text), let value = try? expression.evaluate(scope) else {
            return
        }
        var check = TypeCheck(text: text, names: names)
        let type = check.type(of: expression.syntax)
        if let finding = check.findings.first(where: \.fails) {
            #expect(isAbsorbing, "\(text) gives \(value): \(finding.fault.message) \(comment)")
            return
        }
        #expect(type.admits(value), "\(text) gives \(value), which is no \(type.withArticle) \(comment)")
        // A comparison that makes up the whole expression must give what was said of it.
        for finding in check.findings
        where finding.fault.id == "never-equal" && finding.fault.range.count == text.utf8.count {
            #expect(value.boolValue == finding.fault.message.contains("always true"), "\(text)")
        }
    }

    private static func names(of scope: EvaluationScope) throws -> [String: StaticType] {
        var names: [String: StaticType] = [:]
        for name in ["inputs", "steps", "people", "secrets"] {
            if let value = scope.lookup(name) { names[name] = StaticType(of: value) }
        }
        return names
    }

    /// Operands for a call: each sample for one, each pair of the usual ones for two, and of more those in which one
    /// differs from a list that some function takes.
    private static func choices(of count: Int) -> [[String]] {
        if count == 0 { return [[]] }
        if count == 1 { return samples.map { [$0.name] } }
        if count == 2 { return usual.flatMap { first in usual.map { [first, $0] } } }
        let starts = [["text", "text"], ["list_", "int_"], ["text", "int_"]].map { start in
            start + Array(repeating: start[1], count: count - 2)
        }
        return starts.flatMap { start in
            start.indices.flatMap { position in
                usual.map { name in
                    var changed = start
                    changed[position] = name
                    return changed
                }
            }
        }
    }

    private static let usual = [
        "null_", "flag", "int_", "uint_", "double_", "text", "word", "time", "span", "bytes_", "list_", "texts", "map_",
        "type_", "optional_",
    ]
}

extension StaticType {
    /// Whether the type allows for the value, with all that is inside it.
    func admits(_ value: Value) -> Bool {
        let plain = value.revealed
        guard may(be: plain.type) else { return false }
        switch plain {
        case .string(let text): return texts.map { $0.contains(text) } ?? true
        case .list(let items): return items.allSatisfy { item?.admits($0) ?? false }
        case .map(let map): return map.allSatisfy { members?[$0.key.text]?.admits($0.value) ?? false }
        case .optional(let inner?): return held?.admits(inner) ?? false
        default: return true
        }
    }
}

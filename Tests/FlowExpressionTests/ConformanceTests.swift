import FlowCore
import Testing

@testable import FlowExpression

/// Runs the conformance cases of the CEL specification where they stand beside the repository.
@Suite struct ConformanceTests {
    static let path = TestFiles.root + "/../shared/cel/cases.jsonl"

    /// `file/section/name # reason`, one a line; a line that starts with `#` is a remark.
    static let skips: Set<String> = {
        let lines = TestFiles.lines(TestFiles.root + "/Tests/FlowExpressionTests/conformance-skips.txt") ?? []
        return Set(
            lines.filter { !$0.hasPrefix("#") }.compactMap { line in
                line.split(separator: " ", maxSplits: 1).first.map(String.init)
            })
    }()

    @Test func everyCaseOutsideTheSkipListPassesAndEveryOneOnItFails() throws {
        guard let lines = TestFiles.lines(ConformanceTests.path) else {
            print("skipped: the conformance cases are not beside the repository")
            return
        }
        var passed = 0
        var skipped: Set<String> = []
        for line in lines {
            let test = try JSON.parse(line)
            let name = ["file", "section", "name"].map { test[$0]?.stringValue ?? "" }.joined(separator: "/")
            let problem = ConformanceTests.problem(of: test)
            if ConformanceTests.skips.contains(name) {
                skipped.insert(name)
                #expect(problem != nil, "\(name) is on the skip list but passes")
            } else {
                #expect(problem == nil, "\(name): \(test["expr"]?.stringValue ?? "")")
                if problem == nil { passed += 1 }
            }
        }
        print("CEL conformance: \(passed) of \(lines.count) cases pass, \(skipped.count) are on the skip list")
        #expect(skipped == ConformanceTests.skips, "the skip list names cases that don't exist")
    }

    /// What is wrong with the result, or nil where it is as expected.
    static func problem(of test: Value) -> String? {
        let outcome = outcome(of: test)
        guard let expected = test["expect"]?["value"] else {
            if case .success(let value) = outcome { return "gave \(value), expected an error" }
            return nil
        }
        switch outcome {
        case .failure(let error): return "failed: \(error)"
        case .success(let value):
            guard let wanted = decoded(expected) else { return "the expected value can't be read" }
            return same(value, wanted) ? nil : "gave \(value), expected \(wanted)"
        }
    }

    static func outcome(of test: Value) -> Result<Value, any Error> {
        var variables = ValueMap()
        for (name, value) in test["bindings"]?.mapValue ?? ValueMap() { variables[name.text] = decoded(value) }
        let scope = EvaluationScope(variables)
        return Result {
            let expression = try Expression.compile(
                test["expr"]?.stringValue ?? "", checks: false,
                options: Compiler.Options(allowsQualifiedNames: true))
            return try expression.evaluate(scope)
        }
    }

    /// A value of the cases' notation: an object of one key that names the type.
    private static func decoded(_ value: Value) -> Value? {
        guard let (key, content) = value.mapValue?.first.map({ ($0.key.text, $0.value) }) else { return nil }
        let text = content.stringValue ?? ""
        switch key {
        case "null": return .null
        case "bool": return content
        case "int": return Int64(text).map(Value.int)
        case "uint": return UInt64(text).map(Value.uint)
        case "double":
            return text == "Infinity"
                ? .double(.infinity) : text == "-Infinity" ? .double(-.infinity) : Double(text).map(Value.double)
        case "string": return content
        case "bytes": return Base64.decode(text).map(Value.bytes)
        case "list": return .list((content.listValue ?? []).compactMap(decoded))
        case "type": return ValueType(rawValue: text).map(Value.type)
        case "duration": return Duration(text: text).map(Value.duration)
        case "timestamp": return Timestamp(rfc3339: text).map(Value.timestamp)
        case "map":
            var map = ValueMap()
            for pair in content.listValue ?? [] {
                guard let parts = pair.listValue, parts.count == 2, let name = decoded(parts[0]).flatMap(MapKey.init)
                else { return nil }
                map[name] = decoded(parts[1])
            }
            return .map(map)
        default: return nil
        }
    }

    /// Equality of value and type, where `1` is not `1.0` and NaN is NaN.
    private static func same(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.double(let a), .double(let b)): a.isNaN ? b.isNaN : a == b && a.sign == b.sign
        case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy(same)
        case (.map(let a), .map(let b)):
            a.count == b.count && a.allSatisfy { entry in b[entry.key].map { same(entry.value, $0) } ?? false }
        default: left.type == right.type && left == right
        }
    }
}

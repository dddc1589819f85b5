import FlowCore
import FlowExpression
import Synchronization
import Testing

@Suite struct EvaluationTests {
    @Test func eachNameIsAskedForOnce() throws {
        let asked = Mutex<[String]>([])
        let scope = EvaluationScope { name in
            asked.withLock { $0.append(name) }
            return name == "a" ? 1 : nil
        }
        let expression = try Expression.compile("[1, 2].map(x, a + x + default(b, 1) + default(b, 2))")
        #expect(try expression.evaluate(scope) == [5, 6])
        #expect(asked.withLock { $0 } == ["a", "b"])
    }

    @Test func conditionOfTheRun() throws {
        let text = "[success(), failure(), cancelled(), always()]"
        let expression = try Expression.compile(text)
        #expect(try expression.evaluate(EvaluationScope(ValueMap(), status: .success)) == [true, false, false, true])
        #expect(try expression.evaluate(EvaluationScope(ValueMap(), status: .failure)) == [false, true, false, true])
        #expect(try expression.evaluate(EvaluationScope(ValueMap(), status: .cancelled)) == [false, false, true, true])
    }

    @Test func timeAndIdentifiersComeFromTheScope() throws {
        let scope = EvaluationScope(
            now: { Timestamp(seconds: 1_000_000_000) }, uuid: { "id-1" }, lookup: { _ in nil })
        let value = try Expression.compile("string(now()) + ' ' + uuid()").evaluate(scope)
        #expect(value == "2001-09-09T01:46:40Z id-1")
    }

    @Test func explodingLoopsAreStopped() throws {
        var text = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            text = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].all(\(name), \(text).size() > 0)"
                .replacingFirst(".size() > 0", with: name == "a" ? ".size() > 0" : "")
        }
        var scope = EvaluationScope(ValueMap())
        scope.budget.steps = 100_000
        let expression = try Expression.compile(text)
        let failure = #expect(throws: Failure.self) { _ = try expression.evaluate(scope) }
        #expect(failure?.message == "the expression takes more than 100000 steps")
    }

    @Test func memoryIsBounded() throws {
        var text = "'0123456789'"
        for name in ["a", "b", "c", "d", "e", "f"] {
            text = "cel.bind(\(name), \(text), \(Array(repeating: name, count: 20).joined(separator: " + ")))"
        }
        let failure = #expect(throws: Failure.self) {
            _ = try Expression.compile(text).evaluate(EvaluationScope(ValueMap()))
        }
        #expect(failure?.message == "the expression needs more than 67108864 bytes")
        let range = #expect(throws: Failure.self) {
            _ = try Expression.compile("range(9223372036854775807)").evaluate(EvaluationScope(ValueMap()))
        }
        #expect(range?.message == "the expression needs more than 67108864 bytes")
    }

    @Test func nothingAbsorbsASpentBudget() throws {
        var scope = EvaluationScope(ValueMap())
        scope.budget.steps = 50
        for text in ["default(range(100).all(x, x >= 0), true)", "range(100).all(x, x >= 0) || true"] {
            #expect(throws: Failure.self) { _ = try Expression.compile(text).evaluate(scope) }
        }
    }

    @Test func filesHaveMembers() throws {
        let file = FileReference(path: "/tmp/a.txt", size: 3, mediaType: "text/plain")
        let scope = EvaluationScope(ValueMap([("f", .file(file))]))
        #expect(try Expression.compile("f.name + string(f.size)").evaluate(scope) == "a.txt3")
        let failure = #expect(throws: Failure.self) { _ = try Expression.compile("f.nam").evaluate(scope) }
        #expect(failure?.message == "f has no key \"nam\"; it has path, name, size, media_type")
        #expect(failure?.hint == "did you mean \"name\"?")
    }

    @Test func streamsAreRefused() throws {
        let scope = EvaluationScope(ValueMap([("s", .stream(ValueStream { nil }))]))
        let failure = #expect(throws: Failure.self) { _ = try Expression.compile("s.map(x, x)").evaluate(scope) }
        #expect(failure?.message == "a stream can't be read by an expression")
        #expect(failure?.hint == "read it with for_each")
    }

    @Test func failureStandsAtTheTermThatFailed() throws {
        let failure = #expect(throws: Failure.self) {
            _ = try Expression.compile("1 + (2 / 0) + 3").evaluate(EvaluationScope(ValueMap()))
        }
        #expect(failure?.position?.text == "(2 / 0)")
    }

    @Test func zonesOfTheSystemWhereTheyAreThere() throws {
        let text = """
            [timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin'),
             timestamp('2026-01-01T12:00:00Z').getHours('Europe/Berlin'),
             timestamp('2100-07-01T12:00:00Z').getHours('Europe/Berlin'),
             timestamp('1900-01-01T12:00:00Z').getMinutes('Asia/Kathmandu')]
            """
        guard let values = try? Expression.compile(text).evaluate(EvaluationScope(ValueMap())) else {
            print("skipped: this system has no tz database")
            return
        }
        #expect(values == [14, 13, 14, 41])
    }
}

extension String {
    fileprivate func replacingFirst(_ part: String, with other: String) -> String {
        guard let range = self.firstRange(of: part) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}

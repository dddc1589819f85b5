import FlowCore
import FlowExpression
import Testing

@Suite struct TemplateTests {
    private let scope = EvaluationScope(
        ValueMap([("name", "Ann"), ("n", 3), ("list", .list([1, "a"])), ("none", .null), ("ratio", 1.0)]))

    private func node(_ text: String) -> SourceNode {
        let source = SourceText(name: "w.yaml", text: text)
        return SourceNode(
            .scalar(.string(text)), span: SourceSpan(source, start: 0, end: text.utf8.count), marks: [(0, 0)])
    }

    private func value(_ text: String) throws -> Value { try Template.compile(node(text)).evaluate(scope) }

    @Test func oneExpressionKeepsItsType() throws {
        #expect(try value("${{ n }}") == 3)
        #expect(try value("${{ list }}") == [1, "a"])
        #expect(try value("${{ absent }}").isAbsent)
        #expect(try value("${{ n }} ") == "3 ")
    }

    @Test func insideTextValuesAreFormatted() throws {
        #expect(
            try value("a ${{ name }}, ${{ n }}, ${{ list }}, ${{ none }}, ${{ ratio }}")
                == "a Ann, 3, [1,\"a\"], null, 1.0")
        #expect(
            try value("at ${{ timestamp('2026-01-01T00:00:00Z') }} for ${{ duration('90s') }}")
                == "at 2026-01-01T00:00:00Z for 90s")
    }

    @Test func bracesWithinTheExpression() throws {
        #expect(try value("${{ '}}' + name }}") == "}}Ann")
        #expect(try value("${{ {'a': {'b': n}} }}") == ["a": ["b": 3]])
        #expect(try value("${{ {'a': {'b': n}}}}") == ["a": ["b": 3]])
    }

    @Test func dollarBeforeItStandsForText() throws {
        #expect(try value("$${{ n }} is ${{ n }}") == "${{ n }} is 3")
        #expect(try value("costs $5 and $$ and ${x}") == "costs $5 and $$ and ${x}")
    }

    @Test func resultIsNotReadAgain() throws {
        let scope = EvaluationScope(ValueMap([("x", "${{ y }}")]))
        #expect(try Template.compile(node("a ${{ x }}")).evaluate(scope) == "a ${{ y }}")
    }

    @Test func secretsMarkTheText() throws {
        let scope = EvaluationScope(ValueMap([("token", .secret("abc"))]))
        let value = try Template.compile(node("Bearer ${{ token }}")).evaluate(scope)
        guard case .secret(let inner) = value else {
            Issue.record("the text is not marked secret")
            return
        }
        #expect(inner == "Bearer abc")
    }

    @Test func everyMistakeIsTold() throws {
        let errors = try #require(throws: ExpressionErrors.self) { _ = try value("${{ nope() }} ${{ 1 + }} ${{ 'x }}") }
        #expect(
            errors.diagnostics.map(\.message).sorted() == [
                "the expression ends where a value is expected", "the string doesn't end", "unknown function \"nope\"",
            ])
        #expect(errors.diagnostics.contains { $0.span.text == "nope" })
    }

    @Test func unclosedTemplate() throws {
        let errors = try #require(throws: ExpressionErrors.self) { _ = try value("a ${{ n") }
        #expect(errors.diagnostics.map(\.id) == ["unclosed-template"])
        #expect(errors.diagnostics.map(\.message) == ["\"${{\" without \"}}\""])
        #expect(errors.diagnostics.first?.span.start == 2)
        let single = try #require(throws: ExpressionErrors.self) { _ = try value("${{ n } }}") }
        #expect(single.diagnostics.map(\.message) == ["a single \"}\" in an expression"])
    }

    @Test func absentAndStreamsHaveNoText() throws {
        let failure = #expect(throws: Failure.self) { _ = try value("a ${{ absent }}") }
        #expect(failure?.message == "the value is absent and can't stand inside text")
        #expect(failure?.hint == "use default(…, \"\")")
        #expect(failure?.position?.text == "absent")
        let scope = EvaluationScope(ValueMap([("s", .stream(ValueStream { nil }))]))
        let stream = #expect(throws: Failure.self) { _ = try Template.compile(node("a ${{ s }}")).evaluate(scope) }
        #expect(stream?.message == "a stream can't stand inside text")
    }

    @Test func treeLeavesOutWhatIsAbsent() throws {
        let tree = SourceNode(
            .map([
                entry("name", node("${{ name }}")), entry("gone", node("${{ absent }}")),
                entry("null", node("${{ none }}")), entry("plain", node("text")),
                entry("list", SourceNode(.list([node("${{ n }}"), node("${{ absent }}")]), span: node("").span)),
            ]), span: node("").span)
        var diagnostics = Diagnostics()
        let template = try #require(ValueTemplate.compile(tree, diagnostics: &diagnostics))
        #expect(try template.evaluate(scope) == ["name": "Ann", "null": nil, "plain": "text", "list": [3]])
        #expect(template.expressions.map(\.source) == ["name", "absent", "none", "n", "absent"])
    }

    @Test func treeTellsEveryMistake() {
        let tree = SourceNode(
            .map([entry("a", node("${{ nope() }}")), entry("b", node("${{ 1 + }}"))]), span: node("").span)
        var diagnostics = Diagnostics()
        #expect(ValueTemplate.compile(tree, diagnostics: &diagnostics) == nil)
        #expect(diagnostics.all.count == 2)
    }

    private func entry(_ key: String, _ value: SourceNode) -> SourceNode.Entry {
        SourceNode.Entry(key: key, keySpan: value.span, value: value)
    }
}

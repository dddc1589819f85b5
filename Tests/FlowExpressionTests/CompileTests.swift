import FlowCore
import FlowExpression
import Testing

/// What `Expression.compile` refuses, word by word, and what it says about an expression.
@Suite struct CompileTests {
    private func diagnostic(_ text: String) throws -> Diagnostic {
        let errors = try #require(throws: ExpressionErrors.self) { _ = try Expression.compile(text) }
        return try #require(errors.diagnostics.first)
    }

    @Test(arguments: [
        ("", "the expression is empty"),
        ("1 +", "the expression ends where a value is expected"),
        ("(1", "the expression ends where \")\" is expected"),
        ("[1 2]", "expected \",\" or \"]\", found a number"),
        ("{1: 2", "the expression ends where \",\" or \"}\" is expected"),
        ("a b", "expected an operator or the end, found \"b\""),
        ("a = b", "unexpected character \"=\" in an expression"),
        ("a & b", "unexpected character \"&\" in an expression"),
        ("ä", "unexpected character \"ä\" in an expression"),
        ("'abc", "the string doesn't end"), ("['abc\n, 1]", "the string doesn't end"),
        ("'a\n' + b", "a string can't hold a line break"),
        (#"'\q'"#, "invalid escape in a string"),
        (#"'\uD800'"#, "the escape is no Unicode character"),
        ("if", "\"if\" is a reserved word and no name"),
        ("a.in", "\"in\" is a keyword and can't follow a point"),
        ("a.*.b", "\".*\" is no selection here"),
        ("9223372036854775808", "the number doesn't fit into 64 bits"),
        ("99999999999999999999", "the number doesn't fit into 64 bits"),
        ("1a", "a name can't start with a digit"),
        ("0x", "\"0x\" needs hexadecimal digits"),
        ("a.`b", "the name in backticks is empty or doesn't end"),
        ("a.`b:c`", "a name in backticks holds letters, digits, \"_\", \"-\", \".\", \"/\" and spaces only"),
        ("`a`", "a name in backticks must follow a point"),
        ("T{a: 1}", "messages such as T{…} don't exist here"),
        ("has(a)", "has() asks for a member of something"),
        ("[1].map(1, 2)", "map() needs a name for its variable here"),
        ("[1].all(x, x, true)", "all() needs two different names"),
    ])
    func syntaxMistake(_ text: String, _ message: String) throws {
        let found = try diagnostic(text)
        #expect(found.message == message)
        #expect(found.id == "expression-syntax")
    }

    @Test(arguments: [
        ("a + ${{ b }}", "leave the inner ${{ }} out: the whole text is one expression already"),
        ("$TOKEN", "a variable of the environment is env.NAME, where the file says env: { NAME: { from: NAME } }"),
        ("${TOKEN}", "a variable of the environment is env.NAME, where the file says env: { NAME: { from: NAME } }"),
    ])
    func aDollarIsToldByWhatFollows(_ text: String, _ hint: String) throws {
        #expect(try diagnostic(text).hint == hint)
    }

    @Test func unknownFunctionHasASuggestion() throws {
        let found = try diagnostic("inputs.name.startWith('a')")
        #expect(found.id == "unknown-function")
        #expect(found.message == "unknown function \"startWith\"")
        #expect(found.hint == "did you mean \"startsWith\"?")
        #expect(found.span.text == "startWith")
        #expect(try diagnostic("math.greatst(1)").hint == "did you mean \"math.greatest\"?")
        #expect(try diagnostic("trim('a')").hint == "call it on a value: x.trim(…)")
        #expect(try diagnostic("'a'.int()").hint == "write int(x)")
    }

    @Test func wrongNumberOfArguments() throws {
        let found = try diagnostic("size()")
        #expect(found.id == "wrong-arguments")
        #expect(found.message == "size() doesn't take 0 arguments")
        #expect(try diagnostic("'a'.charAt(1, 2)").hint == "write string.charAt(int) -> string")
    }

    @Test func orAsDefaultFailsWithTheRemedy() throws {
        let failure = #expect(throws: Failure.self) {
            _ = try Expression.compile("a || b").evaluate(EvaluationScope(ValueMap([("a", "x"), ("b", "y")])))
        }
        #expect(failure?.hint == "use default(a, b)")
    }

    @Test func invalidPatternIsFoundBeforeItRuns() throws {
        let found = try diagnostic("inputs.name.matches('(a')")
        #expect(found.id == "invalid-pattern")
        #expect(found.message == "the regular expression lacks a \")\"")
        #expect(found.span.text == "'(a'")
        #expect(try diagnostic("matches(a, '(?=b)')").message.hasPrefix("regular expressions have no look-ahead"))
    }

    @Test func allMistakesOfOneExpressionComeTogether() throws {
        let errors = #expect(throws: ExpressionErrors.self) { _ = try Expression.compile("foo(1) + bar(2)") }
        #expect(errors?.diagnostics.count == 2)
    }

    @Test(arguments: [
        String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
        String(repeating: "[", count: 5000),
        String(repeating: "!", count: 5000) + "true",
        String(repeating: "1 + ", count: 5000) + "1",
        "a" + String(repeating: ".a", count: 5000),
        String(repeating: "a ? b : ", count: 5000) + "c",
    ])
    func deepNestingIsRefused(_ text: String) throws {
        let found = try diagnostic(text)
        #expect(found.id == "expression-depth")
        #expect(found.message == "the expression is nested too deeply")
    }

    @Test func longChainsOfConditionsAreNoDepth() throws {
        let text = String(repeating: "false || ", count: 5000) + "true"
        #expect(try Expression.compile(text).evaluate(LanguageCase.scope) == true)
    }

    @Test func placesLieInTheFile() throws {
        let source = SourceText(name: "w.yaml", text: "if: \"1 + nope()\"\n")
        let node = SourceNode(
            .scalar("1 + nope()"), span: SourceSpan(source, start: 4, end: 16), isQuoted: true, marks: [(0, 5)])
        let errors = #expect(throws: ExpressionErrors.self) { _ = try Expression.compile("1 + nope()", in: node) }
        #expect(errors?.diagnostics.first?.span.location == "w.yaml:1:10")
    }

    @Test func referencesAreTheConstantPathsOfFreeNames() throws {
        let text = """
            steps.a.output[0].x + steps["b"].output.y.map(i, i + inputs.n).size() + default(vars.z, 1)
            + (has(env.HOME) ? 1 : 2) + event.?body.?id.orValue(1) + math.abs(1) + int(inputs[inputs.key])
            """
        let found = try Expression.compile(text).references
        let shown = found.map { ([$0.root] + $0.members).joined(separator: ".") + ($0.toleratesAbsence ? "?" : "") }
        #expect(
            shown == [
                "steps.a.output", "steps.b.output.y", "inputs.n", "vars.z?", "env.HOME?", "event.body.id?", "inputs",
                "inputs.key",
            ])
        #expect(found[1].span.text == "steps[\"b\"].output.y")
    }

    @Test func functionsAreNamed() throws {
        let expression = try Expression.compile("success() && size([1].map(x, math.abs(x))) > 0")
        #expect(expression.functions == ["success", "size", "map", "math.abs"])
    }
}

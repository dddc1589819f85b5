import FlowCore
import FlowExpression
import Testing

/// What the check of types says, word by word.
@Suite struct TypeCheckTests {
    /// A mistake: the expression, the term that is marked, what is said about it and the remedy.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let text: String
        let marked: String
        let message: String
        let hint: String?

        init(_ text: String, _ marked: String, _ message: String, _ hint: String?) {
            self.text = text
            self.marked = marked
            self.message = message
            self.hint = hint
        }

        var testDescription: String { text }
    }

    static let names: [String: StaticType] = [
        "inputs": .record(
            [
                ("name", .string.orNull), ("n", .int.orNull), ("on", .bool.orNull), ("tags", .list(of: .string)),
                ("mode", .text(["fast", "slow"])), ("limits", .record([("dev", .int), ("prod", .int)])),
                ("day", .timestamp), ("span", .duration), ("file", .file), ("any", .dynamic), ("nothing", .null),
                ("maybe", .optional(of: .int)), ("ratio", .double),
            ], others: .dynamic)
    ]

    private func diagnostics(_ text: String) throws -> [Diagnostic] {
        var found = Diagnostics()
        _ = try Expression.compile(text).type(TypeCheckTests.names, &found)
        return found.all
    }

    @Test(arguments: [
        Mistake(
            "size(inputs.n)", "inputs.n", "size() takes string, bytes, list or map, found an int",
            "write string(inputs.n)"),
        Mistake("inputs.n.trim()", "inputs.n", "trim() is called on string, found an int", "write string(inputs.n)"),
        Mistake(
            "inputs.name.indexOf(inputs.name, 'a')", "'a'", "argument 2 of indexOf() must be int, found a string",
            "write string.indexOf(string, int) -> int"),
        Mistake("inputs.name.startsWith(1)", "1", "startsWith() takes string, found an int", "write '1'"),
        Mistake(
            "join(inputs.name)", "inputs.name", "join() takes list, found a string",
            "split it: inputs.name.split(\",\")"),
        Mistake(
            "inputs.maybe.trim()", "inputs.maybe", "trim() is called on string, found an optional",
            "take what it holds with inputs.maybe.orValue(…)"),
        Mistake("1 + 'a'", "1 + 'a'", "\"+\" can't take an int and a string", "write '1'"),
        Mistake(
            "'n: ' + inputs.n", "'n: ' + inputs.n", "\"+\" can't take a string and an int", "write string(inputs.n)"),
        Mistake("inputs.name * 2", "inputs.name * 2", "\"*\" can't take a string and an int", "write int(inputs.name)"),
        Mistake(
            "inputs.nothing + 1", "inputs.nothing + 1", "\"+\" can't take null and an int",
            "use default(inputs.nothing, …) where it may be missing"),
        Mistake("inputs.ratio % 2", "inputs.ratio % 2", "\"%\" can't take a double and an int", "convert with int(…)"),
        Mistake("-inputs.name", "-inputs.name", "\"-\" can't negate a string", "write int(inputs.name)"),
        Mistake(
            "!inputs.tags", "inputs.tags", "\"!\" needs a bool, found a list", "compare it: size(inputs.tags) == 0"),
        Mistake(
            "inputs.name && inputs.on", "inputs.name", "\"&&\" joins conditions, found a string",
            "compare it: inputs.name != \"\""),
        Mistake(
            "inputs.name ? 1 : 2", "inputs.name", "the condition before \"?\" must be a bool, found a string",
            "compare it: inputs.name != \"\""),
        Mistake("inputs.n > 'a'", "inputs.n > 'a'", "\">\" can't compare an int with a string", nil),
        Mistake(
            "'a' in inputs.name", "inputs.name", "\"in\" needs a list or a map, found a string",
            "write inputs.name.contains('a')"),
        Mistake(
            "inputs.name || 'x'", "inputs.name", "\"||\" joins conditions, found a string",
            "use default(inputs.name, 'x')"),
        Mistake("inputs.any || 'x'", "'x'", "\"||\" joins conditions, found a string", "use default(inputs.any, 'x')"),
        Mistake(
            "inputs.name == 'a' || 'b'", "'b'", "\"||\" joins conditions, found a string",
            "write inputs.name in ['a', 'b']"),
        Mistake(
            "inputs.on && 'a' || 'b'", "inputs.on && 'a' || 'b'", "\"&&\" and \"||\" join conditions, found a string",
            "write inputs.on ? 'a' : 'b'"),
        Mistake(
            "inputs.limits.stage", "inputs.limits.stage", "inputs.limits has no key \"stage\"; it has dev, prod",
            "use one of its keys"),
        Mistake(
            "inputs.limits['prd']", "inputs.limits['prd']", "inputs.limits has no key \"prd\"; it has dev, prod",
            "did you mean \"prod\"?"),
        Mistake(
            "default(inputs.limits.prd, 1)", "inputs.limits.prd", "inputs.limits has no key \"prd\"; it has dev, prod",
            "did you mean \"prod\"?"),
        Mistake(
            "inputs.file.nam", "inputs.file.nam",
            "inputs.file has no key \"nam\"; it has path, name, size, media_type, sha256", "did you mean \"name\"?"),
        Mistake(
            "inputs.name.id", "inputs.name.id", "inputs.name is a string and has no keys",
            "write json(inputs.name).id where it is JSON"),
        Mistake(
            "inputs.name.length", "inputs.name.length", "inputs.name is a string and has no keys",
            "write size(inputs.name)"),
        Mistake(
            "inputs.name.trim", "inputs.name.trim", "inputs.name is a string and has no keys",
            "call it: inputs.name.trim(…)"),
        Mistake(
            "inputs.tags.id", "inputs.tags.id", "inputs.tags is a list and has no keys",
            "take one item with inputs.tags[0], or all with inputs.tags.map(x, x.id)"),
        Mistake("inputs.n.id", "inputs.n.id", "inputs.n is an int and has no keys", "use inputs.n itself"),
        Mistake(
            "inputs.nothing.id", "inputs.nothing.id", "inputs.nothing is always null and has no key \"id\"",
            "nothing gives it a value; a block does with outputs:"),
        Mistake(
            "inputs.tags['a']", "'a'", "a list index must be a whole number, found a string",
            "write inputs.tags[int('a')], or look an item up with inputs.tags.filter(x, …)[0]"),
        Mistake(
            "inputs.name[0]", "inputs.name", "inputs.name is a string and has no items",
            "write inputs.name.charAt(…) for one character"),
        Mistake(
            "inputs.limits[1.5 == 1.5 ? inputs.day : inputs.day]", "1.5 == 1.5 ? inputs.day : inputs.day",
            "a map key can't be a timestamp", "use a string, an int, a uint or a bool as key"),
        Mistake(
            "inputs.name.map(c, c)", "inputs.name", "only lists and maps can be gone through, found a string",
            "split it: inputs.name.split(\",\")"),
        Mistake(
            "inputs.tags.filter(t, t)", "t", "the condition must be a bool, found a string", "compare it: t != \"\""),
        Mistake("inputs.tags.map(t, t + 1)", "t + 1", "\"+\" can't take a string and an int", "write '1'"),
        Mistake(
            "inputs.limits.transformList(k, v, v.trim())", "v", "trim() is called on string, found an int",
            "write string(v)"),
        Mistake("inputs.nothing.map(x, x)", "inputs.nothing", "the list to go through is always null", "use a list"),
        Mistake(
            "{inputs.ratio: 1}", "inputs.ratio", "a map key must be a string, an int, a uint or a bool, found a double",
            "write the key as text"),
        Mistake(
            "[?inputs.name]", "inputs.name", "\"?\" needs an optional value, found a string",
            "use a.?b, or optional.of(inputs.name)"),
        Mistake(
            "inputs.name.optMap(x, x)", "inputs.name", "optMap() is called on an optional, found a string",
            "write optional.of(inputs.name).optMap(…)"),
        Mistake("inputs.maybe.optFlatMap(x, x)", "x", "optFlatMap() needs an optional, found an int", "use optMap(…)"),
        Mistake(
            "{'a': 1}.transformMapEntry(k, v, v)", "v", "transformMapEntry needs a map of new entries, found an int",
            "write {key: value}"),
        Mistake(
            "inputs.n == 'a'", "inputs.n == 'a'", "\"==\" is always false here: an int never equals a string",
            "write string(inputs.n)"),
        Mistake(
            "inputs.n == '3'", "inputs.n == '3'", "\"==\" is always false here: an int never equals a string",
            "compare with 3, without quotes"),
        Mistake(
            "inputs.on == 'true'", "inputs.on == 'true'", "\"==\" is always false here: a bool never equals a string",
            "compare with true, without quotes"),
        Mistake(
            "inputs.name == true", "inputs.name == true", "\"==\" is always false here: a string never equals a bool",
            "compare with text: 'true'"),
        Mistake(
            "inputs.name != 3", "inputs.name != 3", "\"!=\" is always true here: a string never equals an int",
            "compare with text: '3'"),
        Mistake(
            "type(inputs.n) == 'int'", "type(inputs.n) == 'int'",
            "\"==\" is always false here: a type never equals a string", "compare with the type's name without quotes"),
        Mistake(
            "inputs.mode == 'fsat'", "inputs.mode == 'fsat'",
            "\"==\" is always false here: inputs.mode is never \"fsat\"", "did you mean \"fast\"?"),
        Mistake(
            "'medium' != inputs.mode", "'medium' != inputs.mode",
            "\"!=\" is always true here: inputs.mode is never \"medium\"", "it is one of fast, slow"),
        Mistake(
            "inputs.mode in ['quick', 'slw']", "inputs.mode in ['quick', 'slw']",
            "\"in\" is always false here: inputs.mode is never one of these", "it is one of fast, slow"),
        Mistake(
            "inputs.n in ['1', '2']", "inputs.n in ['1', '2']",
            "\"in\" is always false here: the list never holds an int", "write string(inputs.n)"),
        Mistake(
            "inputs.?limits.?prd.orValue(1)", "inputs.?limits.?prd",
            "inputs.?limits has no key \"prd\"; it has dev, prod", "did you mean \"prod\"?"),
        Mistake(
            "inputs.?n.?id", "inputs.?n.?id", "inputs.?n is an optional and has no keys", "use inputs.?n itself"),
        Mistake(
            "inputs.?n[?0]", "inputs.?n", "inputs.?n is an optional and has no items", nil),
        Mistake(
            "inputs.?name.orValue('a') + 1", "inputs.?name.orValue('a') + 1",
            "\"+\" can't take a string and an int", "write '1'"),
        Mistake(
            "optional.of(inputs.n).value().trim()", "optional.of(inputs.n).value()",
            "trim() is called on string, found an int", "write string(optional.of(inputs.n).value())"),
        Mistake(
            "inputs.day + 1", "inputs.day + 1", "\"+\" can't take a timestamp and an int",
            "write a duration, such as duration('90s')"),
    ])
    func mistakeIsFound(_ mistake: Mistake) throws {
        let found = try diagnostics(mistake.text)
        #expect(found.count == 1)
        #expect(found.first?.message == mistake.message)
        #expect(found.first?.hint == mistake.hint)
        #expect(found.first?.span.text == mistake.marked)
    }

    @Test(arguments: [
        "inputs.any + 1", "inputs.any.a.b[0].c", "inputs.other + 'a'", "unknown.a", "inputs.any == 'a'",
        "inputs.n == null", "inputs.name != null", "inputs.n + 1.5", "inputs.n == 1.0", "inputs.n in [1, 'a']",
        "default(inputs.name, 3) + 1", "default(inputs.name, 3) + 'a'", "has(inputs.any.a)",
        "inputs.limits[inputs.name]",
        "inputs.mode == 'fast'", "inputs.mode in ['slow', 'other']", "(inputs.on ? 1 : 'a') + 1",
        "inputs.tags.map(t, size(t)).filter(n, n > 1)[0] + 1", "json(inputs.name).a.b", "dyn(inputs.n) + 'a'",
        "inputs.day - inputs.day > inputs.span", "inputs.file.path + inputs.file.name", "inputs.maybe.orValue(0) + 1",
        "[].map(x, x.a)", "inputs.limits.map(k, k + '!')", "inputs.tags == [] || inputs.on", "inputs.tags + [1]",
        "inputs.?name.orValue('a') + 'b'", "inputs.?any.?a[?0].?b.orValue('a') + 'b'",
        "inputs.?limits.dev.orValue(1) + 1", "inputs.?tags[?0].orValue('a') + 'b'", "optional.none().orValue(1) + 1",
        "inputs.?name.or(inputs.?n).orValue(1) == 'a'", "[inputs.?name].unwrapOpt()[0] + 'a'",
        "inputs.maybe.value() + 1", "inputs.?name.optMap(n, size(n)).orValue('none') == 'none'",
        "cel.bind(x, inputs.n, x + 1)", "type(inputs.n) == int",
    ])
    func whatMayWorkIsNoMistake(_ text: String) throws {
        #expect(try diagnostics(text).map(\.message) == [])
    }

    @Test func oneMistakeCausesNoOthers() throws {
        #expect(try diagnostics("size(size(inputs.n) + 'a') == 1 && inputs.limits.stage.a.b > 1").count == 2)
    }

    @Test func theTypeOfAnExpressionIsTold() throws {
        func type(_ text: String) throws -> String {
            var found = Diagnostics()
            return try Expression.compile(text).type(TypeCheckTests.names, &found).withArticle
        }
        #expect(try type("inputs.n + 1") == "an int")
        #expect(try type("inputs.n * 1.5") == "a double")
        #expect(try type("inputs.on ? 1 : 'a'") == "an int or a string")
        #expect(try type("inputs.tags.map(t, size(t))[0]") == "an int")
        #expect(try type("default(inputs.name, inputs.n)") == "an int or a string")
        #expect(try type("inputs.any") == "a value")
        #expect(try type("math.sqrt(inputs.n)") == "a double")
        #expect(try type("inputs.?limits.?dev.value()") == "an int")
        #expect(try type("inputs.?limits.dev.orValue('none')") == "an int or a string")
        #expect(try type("inputs.?tags[?0].value()") == "a string")
        #expect(try type("optional.unwrap([optional.of(1), optional.of('a')])[0]") == "an int or a string")
        #expect(try type("optional.ofNonZeroValue(inputs.n).or(optional.of(1.5)).value()") == "an int or a double")
    }

    @Test func whatDependsOnNothingIsConstant() throws {
        #expect(try Expression.compile("'a' == 'b'").constant == false)
        #expect(try Expression.compile("size([1].map(x, x)) == 1").constant == true)
        #expect(try Expression.compile("inputs.a == 'b'").constant == nil)
        #expect(try Expression.compile("always()").constant == nil)
        #expect(try Expression.compile("1 / 0 == 1").constant == nil)
    }
}

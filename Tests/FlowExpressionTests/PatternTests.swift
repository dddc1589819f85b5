import FlowCore
import Testing

@testable import FlowExpression

@Suite struct PatternTests {
    private static func frame() -> Frame { Frame(scope: EvaluationScope(ValueMap()), slotCount: 0) }

    private static func matches(_ pattern: String, _ text: String) throws -> [[String?]] {
        var frame = frame()
        return try Pattern(pattern).matches(in: text, &frame)
    }

    private static func isFound(_ pattern: String, _ text: String) throws -> Bool {
        var frame = frame()
        return try Pattern(pattern).isFound(in: text, &frame)
    }

    @Test func groupsTakeTheirLastPart() throws {
        #expect(try PatternTests.matches("(?:(a)|b)*", "ab") == [["ab", "a"]])
        #expect(try PatternTests.matches("(a|b)*", "ab") == [["ab", "b"]])
        #expect(try PatternTests.matches("(a*)*", "b") == [["", ""], ["", ""]])
        #expect(try PatternTests.matches("(a*)+", "b") == [["", ""], ["", ""]])
        #expect(try PatternTests.matches("(a)|b", "b") == [["b", nil]])
        #expect(
            try PatternTests.matches("(?<owner>[a-z]+)/(?P<name>[a-z]+)", "see acme/shop") == [
                ["acme/shop", "acme", "shop"]
            ])
    }

    @Test func preferenceDecidesAndNotLength() throws {
        #expect(try PatternTests.matches("a|ab|abc", "abc") == [["a"]])
        #expect(try PatternTests.matches("(a|ab)(c|bcd)(d*)", "abcd") == [["abcd", "a", "bcd", ""]])
        #expect(try PatternTests.matches("(?U)a+", "aa") == [["a"], ["a"]])
        #expect(try PatternTests.matches("(?U)a+?", "aa") == [["aa"]])
        #expect(try PatternTests.matches("a{2,3}", "aaaaa") == [["aaa"], ["aa"]])
        #expect(try PatternTests.matches("a{2,3}?", "aaaaa") == [["aa"], ["aa"]])
    }

    @Test func emptyMatchesStandBetweenAndNeverBehindAnother() throws {
        #expect(try PatternTests.matches("x*", "axb") == [[""], ["x"], [""]])
        #expect(try PatternTests.matches("", "äb") == [[""], [""], [""]])
        #expect(try PatternTests.matches(#"\b"#, "a b").count == 4)
        #expect(try PatternTests.matches("(?m)^", "a\nb").count == 2)
    }

    /// Longer than the blocks the search goes through, with places of 1 to 4 bytes.
    @Test func longTextsAreSearchedBlockByBlock() throws {
        let text = (0..<3000).map { "n\($0)äß😀" }.joined(separator: " ")
        let found = try PatternTests.matches(#"n(\d+)\pL+(.)"#, text)
        #expect(found.count == 3000)
        #expect(found.enumerated().allSatisfy { $1 == ["n\($0)äß😀", "\($0)", "😀"] })
        #expect(try PatternTests.matches("(?s)^n.*(😀)$", text) == [[text, "😀"]])
        #expect(try PatternTests.isFound("^n0ä", text))
        #expect(try !PatternTests.isFound("n0ä.*n0ä", text))
    }

    /// Each would take longer than anyone waits, were the text gone through anew for each match or way.
    @Test(arguments: [
        ("(a*)*$", 1), ("^(a|a)*b", 0), ("(a+)+b", 0), (".*.*.*x", 0), ("(?:a*)*(?:a*)*b", 0), ("a.*x|a", 20_000),
        ("(?:a{0,30}){0,30}b", 0), ("(a?){50}a{50}", 200), ("(?:aa)*?b|a", 20_000),
    ])
    func timeIsLinear(_ pattern: String, _ count: Int) throws {
        let text = String(repeating: "a", count: 20_000)
        #expect(try PatternTests.matches(pattern, text).count == count)
        #expect(try PatternTests.isFound(pattern, text) == (count > 0))
    }

    @Test func whatASearchCostsIsCharged() throws {
        // What can go on depends on each of the next 900 characters, so that no state comes twice.
        let pattern = try Pattern("c[ab]{900}a")
        var state: UInt64 = 7
        let text = String(
            (0..<5000).map { _ -> Character in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state >> 33 & 1 == 0 ? "a" : "b"
            })
        var scope = EvaluationScope(ValueMap())
        scope.budget.steps = 100_000
        var frame = Frame(scope: scope, slotCount: 0)
        let fault = #expect(throws: Fault.self) { _ = try pattern.isFound(in: text, &frame) }
        #expect(fault?.message == "the expression takes more than 100000 steps")
    }

    @Test func onePatternServesManyTexts() throws {
        let pattern = try Pattern("^(?:ab|cd)+$")
        var frame = PatternTests.frame()
        for text in ["ab", "abcd", "cdab"] { #expect(try pattern.isFound(in: text, &frame)) }
        for text in ["", "abc", "xab", "ab\n"] { #expect(try !pattern.isFound(in: text, &frame)) }
    }

    @Test func emptyRepetitionsAreReadAtOnce() throws {
        #expect(try PatternTests.isFound("(?:(?:(?:){1000}){1000}){1000}a", "a"))
    }

    @Test func aPatternIsCompiledOnceForManyEvaluations() throws {
        let text = "^shared-[a-z]+$"
        let pattern = try Pattern.shared(text)
        #expect(try Pattern.shared(text) === pattern)
        for number in 0..<100 { _ = try Pattern.shared("other-\(number)") }
        let again = try Pattern.shared(text)
        #expect(again !== pattern, "not all that were ever used are kept")
        var frame = PatternTests.frame()
        #expect(try again.isFound(in: "shared-one", &frame))
    }

    @Test(arguments: [
        ("(a", "the regular expression lacks a \")\""),
        ("a)", "the regular expression has a \")\" too many"),
        ("[a", "the regular expression lacks a \"]\""),
        ("[z-a]", "the range \"z-a\" ends before it starts"),
        ("*a", "\"*\" has nothing to repeat"),
        ("a**", "\"*\" repeats a repetition"),
        ("a{2,1}", "the repetition {2,1} ends before it starts"),
        ("a{1001}", "a regular expression may repeat 1000 times at most"),
        ("((a{1000}){1000}){1000}", "the regular expression is too large once its repetitions are written out"),
        ("(?<=a)b", "regular expressions have no look-ahead and no look-behind here"),
        (#"(a)\1"#, "regular expressions have no back-references here"),
        (#"\y"#, "\"\\y\" is no escape of a regular expression"),
        (#"\p{Nope}"#, "\"\\p{Nope}\" is neither a general category nor a script of Unicode"),
        ("a{2}{3}", "\"{3}\" repeats a repetition"),
        (
            String((UInt32(0x4E00)..<0x5200).compactMap(Unicode.Scalar.init).map(Character.init)),
            "the regular expression tells too many characters apart"
        ),
        ("[[:nope:]]", "\"[:nope:]\" is no character class"),
        ("\\", "the regular expression ends with a backslash"),
        ("(?P<>a)", "the regular expression has a group without a proper name of its own"),
        (String(repeating: "(", count: 1000), "the regular expression is nested too deeply"),
    ])
    func unreadable(_ text: String, _ message: String) {
        let fault = #expect(throws: PatternFault.self) { _ = try Pattern(text) }
        #expect(fault?.message == message)
    }
}

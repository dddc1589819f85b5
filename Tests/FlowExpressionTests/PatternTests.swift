import FlowExpression
import Testing

@Suite struct PatternTests {
    @Test func wholeAndPart() throws {
        let pattern = try Pattern("[a-z]+|[0-9]+")
        #expect(pattern.isFound(in: "--abc--"))
        #expect(pattern.matchesWhole("abc"))
        #expect(pattern.matchesWhole("123"))
        #expect(!pattern.matchesWhole("abc1"))
        #expect(!pattern.matchesWhole(""))
    }

    @Test func groupsByName() throws {
        let pattern = try Pattern("(?<owner>[a-z]+)/(?P<name>[a-z]+)")
        let groups = try #require(pattern.matches(in: "see acme/shop").first)
        #expect(groups[pattern.groupNames["owner"] ?? 0] == "acme")
        #expect(groups[pattern.groupNames["name"] ?? 0] == "shop")
    }

    @Test func timeIsLinearWhereBacktrackingExplodes() throws {
        let text = String(repeating: "a", count: 3000)
        #expect(try !Pattern("^(a+)+$").isFound(in: text + "b"))
        #expect(try !Pattern("(a*)*(a*)*(a*)*b").isFound(in: text))
        #expect(try Pattern("(a?){50}a{50}").isFound(in: text))
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
        (#"\p{Nope}"#, "\"\\p{Nope}\" is no general category of Unicode"),
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

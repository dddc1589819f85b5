import FlowCore
import FlowExpression
import FlowTestKit
import Testing

@testable import FlowCLI

@Suite struct NameCompletionTests {
    private let completion: NameCompletion

    init() throws {
        let json = #"{"fetch": {"output": {"count": 3, "no name": 1}}, "filter": {"output": [1]}}"#
        let data = ValueMap([("steps", try JSON.parse(Array(json.utf8))), ("token", .secret(["user": "x"]))])
        completion = NameCompletion(data: ExpressionData(origin: .variables(data, scope: EvaluationScope(data))))
    }

    @Test(arguments: [
        ("ste", "ps"), ("1 + ste", "ps"), ("steps.fe", "tch"), ("steps.fetch.output.c", "ount"),
        ("steps.filter.output.joi", "n("), ("'x'.startsW", "ith("), ("x[0].endsW", "ith("), (":he", "lp "),
        (":functions startsW", "ith"), ("steps.nothing.x", ""), ("token.us", ""), ("qqq", ""),
    ])
    func theOnlyWayToGoOnIsPutIn(text: String, insertion: String) {
        #expect(completion.at(text) == LineCompletion(insertion: insertion))
    }

    @Test func severalWaysAreShown() {
        #expect(completion.at("steps.f") == LineCompletion(choices: ["fetch", "filter"]))
        #expect(completion.at(":") == LineCompletion(choices: ["explain", "functions", "help"]))
        #expect(completion.at("steps.fetch.output.") == LineCompletion(insertion: "count"))
    }

    @Test func nothingIsOfferedOfWhatIsInsideASecret() {
        #expect(!completion.at("token.").choices.contains("user"))
    }

    @Test func membersOfANamespaceAreItsFunctions() {
        #expect(completion.at("hash.sha2").insertion == "56(")
    }
}

@Suite struct ExpressionHistoryTests {
    @Test func onlyTheLatestLinesAreKept() throws {
        let folder = try Folder.temporary()
        defer { Folder.delete(folder) }
        let history = ExpressionHistory(path: "\(folder)/state/flowctl/expressions")
        try #require(history.lines.isEmpty)
        for number in 0..<ExpressionHistory.limit + 1 { history.add("\(number)") }
        #expect(history.lines.count == ExpressionHistory.limit * 3 / 4 + 1)
        #expect(history.lines.last == "\(ExpressionHistory.limit)")
    }

    @Test func repeatedLinesAndSecretsAreNot() throws {
        let folder = try Folder.temporary()
        defer { Folder.delete(folder) }
        let history = ExpressionHistory(path: "\(folder)/expressions")
        for line in ["1 + 1", "1 + 1", "secrets.team.token", "2"] { history.add(line) }
        #expect(history.lines == ["1 + 1", "2"])
    }

    @Test func aFolderThatCannotBeMadeMakesNoTrouble() {
        let history = ExpressionHistory(path: "/proc/none/expressions")
        history.add("1")
        #expect(history.lines.isEmpty)
    }
}

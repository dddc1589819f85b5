import FlowCore
import FlowSpec
import Testing

@Suite struct BaseURLTests {
    @Test func thereAreMocksOfAppsOnly() throws {
        let base = try #require(BaseURL("mock:http://127.0.0.1:8650"))
        let app = NodeSpec(
            "slack.send_message", summary: "Send.", effect: .write, parameters: [], source: .embeddedConnector)
        #expect(base.url(for: app) == "http://127.0.0.1:8650/slack")
        #expect(base.isMock(for: app))
        let request = NodeSpec("http.request", summary: "Ask.", effect: .read, parameters: [])
        #expect(base.url(for: request) == nil)
        #expect(!base.isMock(for: request))
        #expect(base.text == "mock:http://127.0.0.1:8650")
    }

    @Test func eachAppHasItsOwn() throws {
        let base = try BaseURL(options: [
            "slack=http://127.0.0.1:1/slack", "http://127.0.0.1:3/?a=b", "github=http://127.0.0.1:2",
        ])
        for known in [base, try #require(BaseURL(base.text))] {
            #expect(known.url(for: "slack") == "http://127.0.0.1:1/slack")
            #expect(known.url(for: "github") == "http://127.0.0.1:2")
            #expect(known.url(for: "jira") == "http://127.0.0.1:3/?a=b")
            #expect(!known.isMock)
        }
        #expect(try BaseURL(options: ["slack=http://127.0.0.1:1"]).url(for: "github") == nil)
    }

    @Test(arguments: [
        (["slack=http://a.test", "slack=http://b.test"], BaseURL.Mistake.twice("slack")),
        (["http://a.test", "http://b.test"], .twice(nil)), (["slack=ftp://a.test"], .noURL("ftp://a.test")),
        (["mock:http://a.test"], .noURL("mock:http://a.test")),
    ])
    func twoForOneAreRefused(texts: [String], mistake: BaseURL.Mistake) {
        #expect(throws: mistake) { _ = try BaseURL(options: texts) }
    }
}

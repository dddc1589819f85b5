import FlowCore
import FlowSpec
import Testing

@Suite struct BaseURLTests {
    @Test func thereAreMocksOfAppsOnly() throws {
        let base = try #require(BaseURL("mock:http://127.0.0.1:8650"))
        let app = NodeSpec(
            "slack.send_message", summary: "Send.", effect: .write, parameters: [], source: .embeddedConnector)
        #expect(base.url(for: app) == "http://127.0.0.1:8650/slack")
        #expect(base.url(for: NodeSpec("http.request", summary: "Ask.", effect: .read, parameters: [])) == nil)
    }
}

import FlowConnect
import FlowCore
import FlowMock
import FlowTestKit
import Testing

/// Mocks on a port.
@Suite struct MockServerTests {
    private func server(_ options: MockServer.Options = MockServer.Options()) throws -> MockServer {
        let source = ConnectorSource(files: UnexpectedUse())
        let connectors = try ["github", "slack"].compactMap { try source.connector($0) }
        return try MockServer(connectors, options: options, random: SeededRandom())
    }

    @Test func eachAppHasAPathOfItsOwn() async throws {
        let server = try server()
        let page = try await LoopbackBrowser.visit(server.url + "/github/user")
        #expect(page.status == 401)
        #expect(page.body.contains("the request has no credential of github"))
        let other = try await LoopbackBrowser.visit(server.url + "/jira/x")
        #expect(other.status == 404)
        #expect(other.body.contains(#"there is no mock of \"jira\", only of github, slack"#))
    }

    @Test func faultsComeAsOftenAsAskedFor() async throws {
        let fault = try #require(MockFault("429:100%"))
        let server = try server(MockServer.Options(faults: [fault]))
        let page = try await LoopbackBrowser.visit(server.url + "/slack/auth.test")
        #expect(page.status == 429)
        #expect(page.headers["Retry-After"] == "1")
    }

    @Test(arguments: ["429", "429:5", "600:5%", "reset:101%", "slow:5%", ""])
    func whatIsNoFaultIsRefused(text: String) { #expect(MockFault(text) == nil) }

    @Test func aPortThatIsTakenIsSaid() throws {
        let first = try server()
        let failure = #expect(throws: Failure.self) {
            try MockServer([], options: MockServer.Options(port: first.port), random: SeededRandom())
        }
        #expect(failure?.message == "can't listen on port \(first.port) of 127.0.0.1: Address already in use")
        #expect(failure?.hint == "choose another with --port, or leave it out for a free one")
        withExtendedLifetime(first) {}
    }
}

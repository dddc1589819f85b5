import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// What goes wrong at a proxy is not told of the service.
@Suite struct ProxyFaultTests {
    private let client = CurlClient()
    private static let service = "https://service.invalid/"

    private func failure(_ proxy: String, connect: Duration = .seconds(10)) async -> Failure {
        await FlowHTTPTests.failure {
            _ = try await client.send(
                HTTPCall(
                    HTTPRequest("POST", ProxyFaultTests.service), effect: .write,
                    timeouts: HTTPCall.Timeouts(connect: connect), route: HTTPRoute(proxy: proxy)))
        }
    }

    private static let refusal: [UInt8] = [5, 5, 0, 1, 0, 0, 0, 0, 0, 0]
    private static let ban: [UInt8] = [5, 2, 0, 1, 0, 0, 0, 0, 0, 0]

    @Test(arguments: [
        ([[5, 0xFF]], FailureKind.auth, "the proxy for service.invalid wants a user name and password"),
        ([[5, 2], [1, 1]], .auth, "the proxy for service.invalid does not take the user name and password"),
        ([[5, 0], refusal], .network, "the proxy could not connect to service.invalid (connection refused)"),
        ([[5, 0], ban], .permission, "the proxy for service.invalid would not connect"),
        ([], .network, "the proxy for service.invalid gave no answer that makes a connection"),
        ([Array("SSH-2.0\r\n".utf8)], .network, "the proxy for service.invalid gave no answer that makes a connection"),
    ])
    func proxyThatSpeaksSOCKS(portions: [[UInt8]], kind: FailureKind, message: String) async throws {
        let proxy = try ScriptedPort(portions)
        let outcome = await failure("socks5h://user:pencil@\(proxy.authority)")
        #expect(outcome.kind == kind)
        #expect(outcome.nothingSent)
        #expect(outcome.message == message)
        #expect(outcome.hint?.isEmpty == false)
        #expect(!String(describing: outcome).contains("pencil"))
    }

    @Test(arguments: ["", "SSH-2.0\r\n", "garbage and more\r\n\r\n"])
    func proxyThatMakesNoTunnel(answer: String) async throws {
        let proxy = try ScriptedPort(answer.isEmpty ? [] : [Array(answer.utf8)])
        let outcome = await failure("http://\(proxy.authority)")
        #expect(outcome.kind == .network)
        #expect(outcome.nothingSent)
        #expect(outcome.message == "the proxy for service.invalid gave no answer that makes a connection")
        #expect(outcome.hint == "check that its address and port are those of a proxy, and that it works")
    }

    @Test(arguments: ["http", "socks5h"])
    func proxyThatSaysNothing(scheme: String) async throws {
        let proxy = try SilentPort()
        let outcome = await failure("\(scheme)://\(proxy.authority)", connect: .milliseconds(200))
        #expect(outcome.kind == .timeout)
        #expect(outcome.nothingSent)
        #expect(outcome.message.hasPrefix("no connection to service.invalid through its proxy within 200"))
        #expect(outcome.hint == "check that the proxy answers, and that it reaches the server")
    }

    @Test func addressThatIsNoProxys() async throws {
        let outcome = await failure("ftp://user:pencil@127.0.0.1:1")
        #expect(outcome.kind == .invalid)
        #expect(outcome.nothingSent)
        #expect(
            outcome.message
                == "the address of the proxy for service.invalid does not begin as that of a proxy does")
        #expect(outcome.hint == "write http://, https://, socks5:// or socks5h:// before its host and port")
        #expect(!outcome.message.contains("pencil"))
    }
}

import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

@Suite struct ClientOptionsTests {
    @Test func proxiesAreReadFromTheGivenEnvironment() throws {
        let options = try CurlClient.Options(environment: [
            "http_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2", "NO_PROXY": "localhost,.example",
        ])
        #expect(options.httpProxy == "http://a:1")
        #expect(options.httpsProxy == "http://b:2")
        #expect(options.noProxy == ProxyExemptions("localhost,.example"))
    }

    @Test func upperCaseHTTPProxyIsNotRead() throws {
        #expect(try CurlClient.Options(environment: ["HTTP_PROXY": "http://a:1"]).httpProxy == nil)
    }

    @Test func oneProxyForAll() throws {
        let options = try CurlClient.Options(environment: ["ALL_PROXY": "http://a:1", "https_proxy": ""])
        #expect(options.httpProxy == "http://a:1")
        #expect(options.httpsProxy == "http://a:1")
    }

    @Test func limitsAreReadFromTheGivenEnvironment() throws {
        let options = try CurlClient.Options(environment: [
            "FLOWCTL_MAX_REQUESTS": "20", "FLOWCTL_MAX_REQUESTS_PER_HOST": "4",
        ])
        #expect(options.requestsInAll == 20)
        #expect(options.requestsPerHost == 4)
        #expect(options.connectionsPerHost == 4)
        #expect(try CurlClient.Options(environment: ["FLOWCTL_MAX_REQUESTS": ""]) == CurlClient.Options())
    }

    @Test(arguments: ["0", "-1", "many", "10001", " 4"])
    func limitThatIsNoNumber(text: String) async {
        let outcome = await failure { _ = try CurlClient.Options(environment: ["FLOWCTL_MAX_REQUESTS": text]) }
        #expect(outcome.message == "FLOWCTL_MAX_REQUESTS is \"\(text)\", which is no number of requests")
        #expect(outcome.hint == "write a number from 1 to 10000")
    }

    @Test func proxyGetsTheWholeURLUnlessTheHostIsExempt() async throws {
        let proxy = try FaultServer(replies: [.text("through the proxy")])
        let server = try FaultServer(replies: [.text("straight")])
        let proxied = CurlClient(CurlClient.Options(httpProxy: proxy.url))
        let response = try await proxied.send(HTTPCall(HTTPRequest("GET", "http://service.invalid/x")))
        #expect(response.text == "through the proxy")
        #expect(proxy.requests.map(\.target) == ["http://service.invalid/x"])
        let exempt = CurlClient(CurlClient.Options(httpProxy: proxy.url, noProxy: ProxyExemptions("127.0.0.1")))
        #expect(try await exempt.send(HTTPCall(HTTPRequest("GET", server.url))).text == "straight")
    }

    @Test func proxyThatRefuses() async throws {
        let port = try RefusingPort()
        let client = CurlClient(CurlClient.Options(httpProxy: port.url))
        let outcome = await failure {
            _ = try await client.send(HTTPCall(HTTPRequest("GET", "http://service.invalid/")))
        }
        #expect(outcome.kind == .network)
        #expect(outcome.nothingSent)
        #expect(outcome.message == "could not connect to the proxy for service.invalid (connection refused)")
        #expect(outcome.hint == "check the proxy's address")
    }
}

@Suite struct ProxyPasswordTests {
    @Test(arguments: [
        ("http://usr:s3cret%40pw%2F9@proxy.test:3128", ["s3cret%40pw%2F9", "s3cret@pw/9"]),
        ("usr:a:b@proxy.test", ["a:b", "a:b"]), ("http://usr@proxy.test:3128", []), ("http://proxy.test:3128/", []),
        ("", []),
    ])
    func passwordsAreKnown(address: String, passwords: [String]) {
        #expect(CurlClient.Options(httpsProxy: address).passwords == passwords)
    }
}

@Suite struct ProxyExemptionsTests {
    @Test(arguments: [
        ("example.com", "example.com", true), ("example.com", "api.example.com", true),
        (".example.com", "example.com", true), ("Example.COM", "example.com", true),
        ("example.com", "notexample.com", false), ("example.com", "example.org", false),
        ("a.test, b.test c.test", "c.test", true), ("*", "anything.test", true), ("", "example.com", false),
        ("127.0.0.1", "127.0.0.1", true), ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.1.2.3", false),
        ("10.1.2.0/23", "10.1.3.255", true), ("10.1.2.0/23", "10.1.4.0", false), ("10.0.0.0/99", "10.0.0.0", false),
        ("::1", "[::1]", true), ("fd00::/8", "[fd12::1]", true), ("fd00::/8", "[fe80::1]", false),
        ("0.0.0.0/0", "[::1]", false), ("10.0.0.0/8", "10.example.com", false),
        ("*.example.com", "api.example.com", true), ("*.example.com", "notexample.com", false),
        ("localhost:8811", "localhost", true), ("localhost:8812", "localhost", false),
        ("10.1.2.3:8811", "10.1.2.3", true), ("10.1.2.3:8812", "10.1.2.3", false),
        ("[::1]:8811", "[::1]", true), ("[::1]:8812", "[::1]", false), ("[::1]", "[::1]", true),
        ("fd00::8811", "[fd00::8811]", true),
    ])
    func hostThatIsExempt(text: String, host: String, isExempt: Bool) {
        #expect(ProxyExemptions(text).covers(host, port: 8811) == isExempt)
    }
}

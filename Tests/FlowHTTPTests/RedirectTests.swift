import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

@Suite struct RedirectTests {
    private let client = CurlClient()

    private func call(
        _ method: String = "GET", _ url: String, body: HTTPBody = .none, maximumRedirects: Int = 10
    ) -> HTTPCall {
        HTTPCall(
            HTTPRequest(
                method, url,
                headers: HTTPHeaders([
                    ("Authorization", "Bearer fake-token"), ("X-Api-Key", "fake-key"), ("Cookie", "a=b"),
                    ("Accept", "text/plain"), ("Content-Type", "text/plain"),
                ]), body: body, secrets: SecretPlaces(headers: ["Authorization", "X-Api-Key"])), effect: .idempotent,
            maximumRedirects: maximumRedirects)
    }

    @Test func withinTheOriginSecretsStay() async throws {
        let server = try FaultServer { $0.path == "/a/b" ? .redirect(to: "../c?x=1#part") : .text($0.target) }
        let response = try await client.send(call("GET", server.url + "/a/b"))
        #expect(response.text == "/c?x=1")
        #expect(response.url == server.url + "/c?x=1")
        #expect(server.requests[1].headers["authorization"] == "Bearer fake-token")
        #expect(server.requests[1].headers["x-api-key"] == "fake-key")
        #expect(server.connectionCount == 1)
    }

    @Test func anotherOriginGetsNoSecretAlsoOnTheWayBack() async throws {
        let other = try FaultServer { .redirect(to: "\($0.headers["x-back"] ?? "")") }
        let server = try FaultServer { $0.path == "/" ? .redirect(to: other.url + "/there") : .text("back") }
        var call = call("GET", server.url + "/")
        call.request.headers["X-Back"] = server.url + "/back"
        let response = try await client.send(call)
        #expect(response.text == "back")
        for request in [other.requests[0], server.requests[1]] {
            #expect(request.headers["authorization"] == nil)
            #expect(request.headers["x-api-key"] == nil)
            #expect(request.headers["cookie"] == nil)
            #expect(request.headers["accept"] == "text/plain")
        }
    }

    @Test(arguments: [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (307, "POST", "POST"), (308, "POST", "POST"),
        (301, "PUT", "PUT"), (303, "PUT", "GET"), (302, "HEAD", "HEAD"), (303, "HEAD", "HEAD"),
    ])
    func methodAndBodyByStatus(status: Int, method: String, next: String) async throws {
        let server = try FaultServer { $0.path == "/" ? .redirect(to: "/next", status: status) : .text("done") }
        let body: HTTPBody = method == "HEAD" ? .none : .bytes(Array("data".utf8))
        _ = try await client.send(call(method, server.url + "/", body: body))
        let second = server.requests[1]
        #expect(second.method == next)
        #expect(second.text == (next == method && method != "HEAD" ? "data" : ""))
        if next == "GET" { #expect(second.headers["content-type"] == nil) }
    }

    @Test func circle() async throws {
        let server = try FaultServer { _ in .redirect(to: "/again") }
        let outcome = await failure { _ = try await client.send(call("GET", server.url, maximumRedirects: 3)) }
        #expect(outcome.kind == .protocolError)
        #expect(outcome.message == "GET to \(server.authority) was redirected more than 3 times")
        #expect(outcome.hint == "use the address that the service documents")
        #expect(server.requests.count == 4)
    }

    @Test func noneAllowedGivesTheRedirectItself() async throws {
        let server = try FaultServer(replies: [.redirect(to: "/x")])
        let response = try await client.send(call("GET", server.url, maximumRedirects: 0))
        #expect(response.status == 302)
        #expect(response.headers["location"] == "/x")
    }

    @Test func toAnotherScheme() async throws {
        let server = try FaultServer(replies: [.redirect(to: "file:///etc/passwd")])
        let outcome = await failure { _ = try await client.send(call("GET", server.url)) }
        #expect(outcome.message == "\(server.authority) redirects to something that is not an http or https URL")
    }

    @Test func aTotalTimeoutSpansAllHops() async throws {
        let server = try FaultServer { $0.path == "/" ? .redirect(to: "/slow") : .hang }
        var call = call("GET", server.url + "/")
        call.timeouts = .brief
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .timeout)
        // A busy machine may not get to the second hop in time.
        #expect(server.requests.count <= 2)
    }

    @Test func aWriteThatMayBeDoneIsNotSafeToRepeatWhereItsResultCannotBeFetched() async throws {
        let gone = try RefusingPort()
        let server = try FaultServer(replies: [.redirect(to: gone.url, status: 303)])
        var call = call("POST", server.url, body: .bytes([1]))
        call.effect = .write
        let outcome = await failure { _ = try await client.send(call) }
        #expect(!outcome.nothingSent)
        #expect(!RetryPolicy.http.allows(outcome, effect: .write))
    }

    /// Whether they come from a credential or were written into the step.
    @Test func fieldsWithNamesOfSecretsStayWithinTheOrigin() async throws {
        let other = try FaultServer(replies: [.text("x")])
        let server = try FaultServer { $0.path == "/" ? .redirect(to: "/again") : .redirect(to: other.url) }
        let names = ["Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "PRIVATE-TOKEN", "X-Auth-Key"]
        let fields = names.map { ($0, "fake") } + [("Host", "h"), ("Accept", "text/csv")]
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/", headers: HTTPHeaders(fields))))
        for name in names {
            #expect(server.requests[1].headers[name] == "fake")
            #expect(other.requests[0].headers[name] == nil, "\(name)")
        }
        #expect(server.requests[1].headers["host"] == "h")
        #expect(other.requests[0].headers["host"] == other.authority)
        #expect(other.requests[0].headers["accept"] == "text/csv")
    }

    /// The document itself (RFC 3986, 5.2).
    @Test(arguments: ["", "#part"])
    func anAddressOfNothingIsTheSame(location: String) async throws {
        let server = try FaultServer(replies: [.redirect(to: location), .text("x")])
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/a/b?c=1")))
        #expect(server.requests.map(\.target) == ["/a/b?c=1", "/a/b?c=1"])
    }

    @Test func bytesOfAnAddressAreSentAsTheyCame() async throws {
        var reply = FaultServer.Reply.raw("")
        reply.raw =
            Array("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /caf".utf8) + [0xE9] + Array("?q=".utf8)
            + [0xE9] + Array("\r\n\r\n".utf8)
        let server = try FaultServer(replies: [reply, .redirect(to: "/né?q=é"), .text("x")])
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        let targets = server.requests.dropFirst().map { $0.target.lowercased() }
        #expect(targets == ["/caf%e9?q=%e9", "/n%c3%a9?q=%c3%a9"])
    }

    @Test func toAnAddressWithAPassword() async throws {
        let server = try FaultServer(replies: [.redirect(to: "http://user:pencil@127.0.0.1:1/x?@")])
        let outcome = await failure { _ = try await client.send(call("GET", server.url)) }
        #expect(outcome.kind == .protocolError)
        #expect(
            outcome.message == "\(server.authority) redirects to an address with a user name or password in it")
        #expect(!String(describing: outcome).contains("pencil"))
    }

    @Test func anAtSignInAPathIsNoUser() async throws {
        let server = try FaultServer(replies: [.redirect(to: "/@me?to=a@b.example"), .text("x")])
        #expect(try await client.send(call("GET", server.url)).text == "x")
    }
}

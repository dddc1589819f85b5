import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// What a trace shows of an exchange, and what it never shows.
@Suite struct ExchangeTraceTests {
    private let written = Collected()
    private let masker = Masker()

    private final class Collected: Sendable {
        private let held = Mutex("")
        func add(_ text: String) { held.withLock { $0 += text } }
        var text: String { held.withLock { $0 } }
    }

    private func client() -> CurlClient {
        CurlClient(
            trace: ExchangeTrace(masker: masker, clock: ManualClock(start: Timestamp(seconds: 0))) { [written] in
                written.add($0)
            })
    }

    @Test func showsBothSidesAndTheTimes() async throws {
        let server = try FaultServer(replies: [
            FaultServer.Reply(
                201, headers: [("Content-Type", "application/json"), ("X-Request-Id", "r-1")],
                body: .bytes(Array(#"{"id":7}"#.utf8)))
        ])
        let request = HTTPRequest(
            "POST", server.url + "/items?page=2", headers: HTTPHeaders([("Content-Type", "application/json")]),
            body: .bytes(Array(#"{"name":"x"}"#.utf8)))
        _ = try await client().send(HTTPCall(request))
        let lines = written.text.split(separator: "\n").map(String.init)
        #expect(
            lines.dropLast() == [
                "* 1970-01-01T00:00:00Z", "> POST \(server.url)/items?page=2", "> Content-Type: application/json",
                "> ", #"> {"name":"x"}"#, "< HTTP/1.1 201", "< Content-Type: application/json",
                "< X-Request-Id: r-1", "< Content-Length: 8", "< ", #"< {"id":7}"#,
            ])
        #expect(lines.last?.contains("body 12 bytes out, 8 in; new connection") == true)
        #expect(lines.last?.hasPrefix("* at ms: dns ") == true)
    }

    @Test func failureComesWithItsCommand() async throws {
        let port = try RefusingPort()
        _ = await failure { _ = try await client().send(HTTPCall(HTTPRequest("GET", port.url + "/x"))) }
        #expect(
            written.text.contains(
                """
                * network: could not connect to \(port.authority) (connection refused)
                * the same with curl: curl -sS -g --path-as-is '\(port.url)/x'
                """))
        #expect(written.text.contains("body 0 bytes out, 0 in; no connection\n"))
    }

    @Test func secretsAreNowhereInIt() async throws {
        let secret = "fake-s3cret/värde+\"quoted\""
        masker.add(secret)
        let encoded = PercentEncoding.encode(secret)
        let base64 = Base64.encode(Array("user:\(secret)".utf8))
        let server = try FaultServer { request in
            if request.path == "/first" {
                return FaultServer.Reply(
                    302,
                    headers: [
                        ("Location", "/second?access_token=\(encoded)&short=1"), ("Set-Cookie", "sid=short1; Path=/"),
                    ])
            }
            return .json([
                "echo": .string(secret), "access_token": "short2",
                "nested": [["client_secret": "short3", "pin": 4711]],
            ])
        }
        let request = HTTPRequest(
            "POST", server.url + "/first?sig=short4&note=\(encoded)",
            headers: HTTPHeaders([
                ("Authorization", "Basic \(base64)"), ("Proxy-Authorization", "short5"), ("Cookie", "a=short6"),
                ("X-Custom", "short7"), ("X-Api-Key", "short8"), ("X-Note", "\(base64)"),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ]),
            body: .bytes(Array("password=short9&text=\(PercentEncoding.encodeForm(secret))".utf8)),
            secrets: SecretPlaces(headers: ["X-Custom"]))
        _ = try await client().send(
            HTTPCall(request, effect: .idempotent))
        let text = written.text
        #expect(text.contains("> GET \(server.url)/second?access_token=***&short=1"))
        #expect(text.contains("> password=***&text=***"))
        for number in 1...9 { #expect(!text.contains("short\(number)"), "short\(number)") }
        #expect(!text.contains("4711"))
        for form in [
            secret, encoded, PercentEncoding.encodeForm(secret), base64,
            String(JSON.quoted(secret).dropFirst().dropLast()),
        ] {
            #expect(!text.contains(form), "\(form)")
        }
    }

    @Test func secretsInFragmentsAndPartsOfFormsAreNotInIt() async throws {
        let server = try FaultServer { request in
            request.path == "/first"
                ? .redirect(to: "/second?page=1#access_token=short1&state=s", status: 303) : .text("ok")
        }
        let form = MultipartBody(boundary: "b")
        let request = HTTPRequest(
            "POST", server.url + "/first", headers: HTTPHeaders([("Content-Type", form.contentType)]),
            body: form.body([("title", .text("Report")), ("password", .text("short2"))]))
        _ = try await client().send(HTTPCall(request, effect: .idempotent))
        #expect(written.text.contains("< Location: /second?page=1#access_token=***&state=s\n"))
        #expect(written.text.contains("Report"))
        #expect(written.text.contains("name=\"password\""))
        for number in 1...2 { #expect(!written.text.contains("short\(number)")) }
    }

    @Test func aSecretInThePathIsNotInIt() async throws {
        let server = try FaultServer(replies: [.text("ok")])
        var request = HTTPRequest("GET", server.url + "/botk1/getMe")
        request.secrets.add(inPath: "k1")
        _ = try await client().send(HTTPCall(request))
        #expect(written.text.contains("> GET \(server.url)/bot***/getMe\n"))
        #expect(!written.text.contains("k1"))
    }

    @Test func partsOfAnAnswerThatAreAsGoodAsACredentialAreNotInIt() async throws {
        let server = try FaultServer { request in
            let body =
                request.path == "/json"
                ? (type: "application/json", text: #"{"slot":{"uploadUrl":"https://up.example/k1"},"id":7}"#)
                : (type: "text/plain", text: "https://up.example/k1")
            return FaultServer.Reply(
                200, headers: [("Content-Type", body.type), ("Location", "https://up.example/k2")],
                body: .bytes(Array(body.text.utf8)))
        }
        for path in ["/json", "/text"] {
            var call = HTTPCall(HTTPRequest("GET", server.url + path))
            call.secretParts = [["headers", "location"], ["body", "slot", "uploadUrl"]]
            _ = try await client().send(call)
        }
        #expect(written.text.contains("< Location: ***\n"))
        #expect(written.text.contains(#"< {"slot":{"uploadUrl":"***"},"id":7}"#))
        #expect(!written.text.contains("up.example"))
    }

    @Test func markedSecretsAreNotInItHoweverShortTheyAre() async throws {
        let server = try FaultServer(replies: [.text("ok")])
        let form = MultipartBody(boundary: "b")
        func send(_ type: String, _ body: HTTPBody, secret: Value) async throws {
            var request = HTTPRequest(
                "PUT", server.url + "/x?floor=k1&page=2", headers: HTTPHeaders([("Content-Type", type)]), body: body)
            request.secrets.add(parameter: "floor")
            request.secrets.add(inBody: secret)
            _ = try await client().send(HTTPCall(request, effect: .idempotent))
        }
        try await send(
            "application/json", .bytes(Array(#"{"shop":"s","door":["k2"],"lit":true}"#.utf8)),
            secret: ["door": [.secret("k2")], "lit": .secret(true)])
        try await send(
            "application/x-www-form-urlencoded", .bytes(Array("shop=s&door=k3".utf8)), secret: ["door": .secret("k3")])
        try await send(
            form.contentType, form.body([("shop", .text("s")), ("do\"or", .text("k4"))]),
            secret: ["do\"or": .secret("k4")])
        try await send("text/plain", .bytes(Array("k5".utf8)), secret: .secret("k5"))
        let lines = written.text.split(separator: "\n")
        for line in [
            "> PUT \(server.url)/x?floor=***&page=2", #"> {"shop":"s","door":"***","lit":"***"}"#, "> shop=s&door=***",
            #"> Content-Disposition: form-data; name="shop""#, "> s", "> ***",
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
        for number in 1...5 { #expect(!written.text.contains("k\(number)"), "k\(number)") }
    }

    @Test func longBodiesAreCutAndNoSecretStandsAtTheCut() async throws {
        masker.add("fake-secret-at-the-cut")
        let body =
            String(repeating: "x", count: 4090) + "fake-secret-at-the-cut" + String(repeating: "y", count: 90_000)
        let server = try FaultServer(replies: [.text(body)])
        _ = try await client().send(HTTPCall(HTTPRequest("GET", server.url)))
        #expect(written.text.contains("xxx***yyy… (94112 bytes)"))
        #expect(!written.text.contains("fake-sec"))
    }

    @Test func bytesAndControlCharactersDoNotReachTheTerminal() async throws {
        let server = try FaultServer(replies: [
            FaultServer.Reply(200, body: .bytes([0, 0xFF])), .text("\u{1B}[2Jgone"),
        ])
        let client = client()
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        #expect(written.text.contains("< (2 bytes)"))
        #expect(written.text.contains("< [2Jgone"))
        #expect(!written.text.contains("\u{1B}"))
    }

    @Test(arguments: 0...3)
    func bodyIsNotHiddenByACutWithinACharacter(shift: Int) async throws {
        let body = String(repeating: "x", count: shift) + String(repeating: "🍏", count: 10_000)
        let server = try FaultServer(replies: [.text(body)])
        _ = try await client().send(HTTPCall(HTTPRequest("GET", server.url)))
        #expect(written.text.contains("🍏… (\(40_000 + shift) bytes)"))
    }
}

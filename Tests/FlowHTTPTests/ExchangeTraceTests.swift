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
            body: .bytes(Array("password=short9&text=\(PercentEncoding.encodeForm(secret))".utf8)))
        _ = try await client().send(
            HTTPCall(request, effect: .idempotent, secretHeaders: ["authorization", "x-custom"]))
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
}

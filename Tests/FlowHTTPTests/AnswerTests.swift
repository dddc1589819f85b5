import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// Heads of answers that are hard to read, and bodies of those that are no success.
@Suite struct AnswerTests {
    private let client = CurlClient()

    private func head(_ lines: String, body: String = "ok") throws -> FaultServer {
        try FaultServer(replies: [.raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\(lines)\r\n\(body)")])
    }

    private func get(_ server: FaultServer, limit: Int = 1 << 20) async throws -> HTTPResponse {
        try await client.send(HTTPCall(HTTPRequest("GET", server.url), destination: .memory(limit: limit)))
    }

    /// RFC 9112, 5.2.
    @Test func fieldOverSeveralLines() async throws {
        let server = try head(
            "Link: <https://a.test/?page=2>;\r\n\trel=\"next\"\r\nX-A: 1,\r\n  2 \r\n \t\r\n 3\r\nContent-Type: text/plain\r\n"
        )
        let response = try await get(server)
        #expect(response.headers["link"] == "<https://a.test/?page=2>; rel=\"next\"")
        #expect(response.headers["x-a"] == "1, 2  3")
        #expect(response.headers["content-type"] == "text/plain")
        #expect(response.headers.fields.count == 4)
    }

    @Test func spacesAndLineBreaksOfAValue() async throws {
        let response = try await get(try head("Retry-After: \t3\t\r\nX-A: 1\r2 \r\n"))
        #expect(response.headers["retry-after"] == "3")
        #expect(response.headers["x-a"] == "1 2")
    }

    @Test func tooManyFields() async throws {
        func server(_ count: Int) throws -> FaultServer {
            try head(String(repeating: "A:\r\n", count: count - 2) + "Content-Length: 2\r\n")
        }
        #expect(try await get(server(1000)).headers.fields.count == 1000)
        let refused = try server(1001)
        let outcome = await failure { _ = try await get(refused) }
        #expect(outcome.kind == .protocolError)
        #expect(outcome.code == "headers_too_large")
        #expect(outcome.message == "\(refused.authority) answered with more than 1000 header fields")
        #expect(outcome.hint == "check the address; no service needs that many, and nothing raises this limit")
    }

    /// RFC 9112, 6.3.
    @Test(arguments: ["Content-Length: 8\r\nContent-Length: 3\r\n", "Content-Length: 3, 8\r\n"])
    func severalLengths(lines: String) async throws {
        let server = try head(lines, body: "12345678")
        let outcome = await failure { _ = try await get(server) }
        #expect(outcome.kind == .protocolError)
        #expect(outcome.code == "several_lengths")
        #expect(outcome.message == "\(server.authority) announced several lengths of one answer")
        #expect(outcome.hint == "tell who runs the service, or the proxy before it")
    }

    /// libcurl passes such a line over, and would take a body that breaks off for whole (RFC 9112, 5.1).
    @Test(arguments: ["Content-Length : 10\r\n", "transfer-encoding\t: chunked\r\n"])
    func spaceBeforeTheColonOfALength(line: String) async throws {
        let server = try head(line, body: "12345")
        let outcome = await failure { _ = try await get(server) }
        #expect(outcome.kind == .protocolError)
        #expect(outcome.code == "malformed_length")
    }

    @Test func spaceBeforeTheColonOfAnotherFieldIsNoPartOfItsName() async throws {
        let server = try head("X-Request-Id : 17\r\nContent-Length: 2\r\n")
        let answer = try await get(server)
        #expect(answer.headers["x-request-id"] == "17")
        #expect(answer.text == "ok")
    }

    @Test func oneLengthTwice() async throws {
        let server = try head("Content-Length: 2\r\nContent-Length: 2\r\n")
        #expect(try await get(server).text == "ok")
    }

    @Test func lengthBesideATransferCodingMeansNothing() async throws {
        let server = try head(
            "Transfer-Encoding: chunked\r\nContent-Length: 99999999999\r\n", body: "2\r\nok\r\n0\r\n\r\n")
        #expect(try await get(server).text == "ok")
    }

    // MARK: A coding that is none

    /// libcurl takes it for one and reads to the end of the connection (RFC 2616, 4.4; gone since RFC 7230).
    @Test(arguments: [("5", "hello", false), ("5", "hello, world", true), ("0", "", false)])
    func identityIsNoTransferCoding(length: String, body: String, closes: Bool) async throws {
        let server = try FaultServer { _ in
            FaultServer.Reply(
                200, headers: [("Transfer-Encoding", "Identity"), ("Content-Length", length)],
                body: .bytes(Array(body.utf8)), closes: closes)
        }
        let response = try await get(server)
        #expect(response.text == String(body.prefix(5)))
    }

    @Test func identityWithALengthThatIsNotReached() async throws {
        let server = try head("Transfer-Encoding: identity\r\nContent-Length: 30\r\n", body: "abc")
        let outcome = await failure { _ = try await get(server) }
        #expect(outcome.kind == .network)
        #expect(outcome.message == "the answer of \(server.authority) broke off")
    }

    /// A thousand bytes in few, and the same with another checksum.
    private static let gzip = "H4sIAAAAAAAC/0tMHAWjYBQMdwAAA9o4mugDAAA="
    private static let damaged = "H4sIAAAAAAAC/0tMHAWjYBQMdwAAA9o5mugDAAA="

    /// With its last piece the reader has enough; that it could not be taken counts all the same.
    @Test(
        arguments: [
            ("no room", gzip, 5000, nil), ("damaged", damaged, 5000, "bad_encoding"),
            ("too long", gzip, 500, "too_large"),
        ] as [(String, String, Int, String?)])
    func identityWithALastPieceThatCannotBeTaken(what: String, body: String, limit: Int, code: String?) async throws {
        let bytes = try #require(Base64.decode(body))
        let server = try FaultServer { _ in
            FaultServer.Reply(
                200,
                headers: [
                    ("Transfer-Encoding", "identity"), ("Content-Encoding", "gzip"),
                    ("Content-Length", String(bytes.count)),
                ], body: .bytes(bytes))
        }
        let destination: HTTPCall.Destination = what == "no room" ? .sink(FullSink()) : .memory(limit: limit)
        let outcome = await failure {
            _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url), destination: destination))
        }
        #expect(outcome.kind == (what == "no room" ? .invalid : .protocolError), "\(outcome)")
        #expect(outcome.code == code)
    }

    @Test func identityWithoutContentThatCannotBegin() async throws {
        let server = try FaultServer { _ in
            FaultServer.Reply(200, headers: [("Transfer-Encoding", "identity"), ("Content-Length", "0")])
        }
        let outcome = await failure {
            _ = try await client.send(
                HTTPCall(HTTPRequest("GET", server.url), destination: .sink(FullSink(takesBeginning: false))))
        }
        #expect(outcome.message == "no room for the beginning")
    }

    @Test func identityToHeadHasNoContent() async throws {
        let server = try head("Transfer-Encoding: identity\r\nContent-Length: 30\r\n", body: "")
        #expect(try await client.send(HTTPCall(HTTPRequest("HEAD", server.url))).status == 200)
    }

    // MARK: Bodies of answers that are no success

    private static let long = FaultServer.Reply(503, body: .repeated(UInt8(ascii: "x"), count: 5 << 20))

    @Test func longErrorPageKeepsItsStatus() async throws {
        var refusal = AnswerTests.long
        refusal.headers = HTTPHeaders([("Retry-After", "7")])
        let server = try FaultServer(replies: [refusal])
        let response = try await get(server)
        #expect(response.status == 503)
        #expect(response.headers["retry-after"] == "7")
        #expect(response.bytes.count == 4 << 20)
    }

    @Test func longErrorPageIsTriedAgain() async throws {
        let server = try FaultServer(replies: [AnswerTests.long, .text("fine")])
        let client = RetryingClient(client, clock: ManualClock(), random: SeededRandom())
        let call = HTTPCall(
            HTTPRequest("GET", server.url), retry: RetryPolicy(max: 1, jitter: false),
            classify: { HTTPStatusTable.failure(for: $0, effect: .read, now: Timestamp(seconds: 0)) })
        #expect(try await client.send(call).text == "fine")
    }

    @Test func statusThatIsWantedHasTheUsualLimit() async throws {
        var refusal = AnswerTests.long
        refusal.status = 404
        let server = try FaultServer(replies: [refusal])
        func send(limit: Int) async throws -> HTTPResponse {
            try await client.send(
                HTTPCall(
                    HTTPRequest("GET", server.url), destination: .memory(limit: limit),
                    classify: { $0.status == 404 ? nil : Failure(.invalid, "no") }))
        }
        #expect(try await send(limit: 8 << 20).bytes.count == 5 << 20)
        let outcome = await failure { _ = try await send(limit: 5_000_000) }
        #expect(outcome.code == "too_large")
        #expect(outcome.message == "the answer of \(server.authority) is longer than 5000000 bytes")
    }

    @Test func headWithABodyIsNotSent() async throws {
        let server = try FaultServer(replies: [.text("x")])
        let outcome = await failure {
            _ = try await client.send(HTTPCall(HTTPRequest("HEAD", server.url, body: .bytes([1]))))
        }
        #expect(outcome.kind == .invalid)
        #expect(outcome.message == "the HEAD request to \(server.authority) has a body, which means nothing there")
        #expect(outcome.hint == "leave the body out, or use another method")
        #expect(outcome.nothingSent)
        #expect(server.requests.isEmpty)
    }
}

/// Has room for nothing.
private final class FullSink: BodySink {
    private let takesBeginning: Bool

    init(takesBeginning: Bool = true) { self.takesBeginning = takesBeginning }

    func continuation() -> [HTTPHeaders.Field] { [] }

    func begin(_ status: Int, _ headers: HTTPHeaders) throws(Failure) {
        guard takesBeginning else { throw Failure(.invalid, "no room for the beginning") }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) { throw Failure(.invalid, "no room") }
    func end() throws(Failure) {}
    var isContinued: Bool { false }
    var isWhole: Bool { true }
    func check() throws(Failure) {}
    func restart() {}
    func reference() -> FileReference { FileReference(path: "/full", size: 0) }
}

import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// Answers that are compressed, whole or not.
@Suite struct CompressionTests {
    private let client = CurlClient()
    private let text = String(repeating: "all work and no play ", count: 500)

    private static let gzip =
        "H4sIAAAAAAACA+3IsQ3AIBAEsFVutZfo8gJEE2X7rEFhl67uvOs8qTkyV3bXl5JSSimllFJKKaWUUkoppZRSSimllFJKKaW8O3/1C7jyBCkAAA=="
    private static let zlib =
        "eJztyLENwCAQBLBVbrWX6PICRBNl+6xBYZeu7rzrPKk5Mld215eSUkoppZRSSimllFJKKaWUUkoppZRSSimlvDt/Yj1sOw=="
    private static let brotli = "GwMp+I3UTndzpqIECWMrt7fURJTHkoQbFqr3PepUEAAA"
    private static let zstd = "KLUv/QRY7QAAqGFsbCB3b3JrIGFuZCBubyBwbGF5IAEA2RHykwlJYhg+"

    private func server(_ coding: String, _ bytes: [UInt8]) throws -> FaultServer {
        try FaultServer(replies: [FaultServer.Reply(200, headers: [("Content-Encoding", coding)], body: .bytes(bytes))])
    }

    private func outcome(_ server: FaultServer, limit: Int = 1 << 20) async -> Failure {
        await failure {
            _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url), destination: .memory(limit: limit)))
        }
    }

    @Test(arguments: [("gzip", gzip), ("x-gzip", gzip), ("deflate", zlib), ("br", brotli), ("zstd", zstd)])
    func wholeAnswersAreUndone(coding: String, content: String) async throws {
        let server = try server(coding, Base64.decode(content) ?? [])
        #expect(try await client.send(HTTPCall(HTTPRequest("GET", server.url))).text == text)
        #expect(server.requests[0].headers["accept-encoding"] == "gzip, br, zstd")
    }

    @Test func namesOfTheHeadAreReadInAnyCase() async throws {
        let reply = FaultServer.Reply(
            200, headers: [("CONTENT-encoding", " gzip "), ("Content", "none"), ("content-type", "text/plain")],
            body: .bytes(Base64.decode(CompressionTests.gzip) ?? []))
        let server = try FaultServer(replies: [reply])
        let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        #expect(response.text == text)
        #expect(response.headers["Content-Encoding"] == "gzip")
        #expect(response.headers["content"] == "none")
    }

    @Test(arguments: [("gzip", gzip), ("deflate", zlib), ("br", brotli), ("zstd", zstd)])
    func halfAnswersBreakOff(coding: String, content: String) async throws {
        let bytes = Base64.decode(content) ?? []
        for size in [1, bytes.count / 2, bytes.count - 1] {
            let server = try server(coding, Array(bytes[..<size]))
            let outcome = await outcome(server)
            #expect(outcome.kind == .network)
            #expect(
                outcome.message == "the answer of \(server.authority) broke off: its compressed content has no end")
        }
    }

    @Test func damagedAnswer() async throws {
        var bytes = Base64.decode(CompressionTests.gzip) ?? []
        bytes[bytes.count - 6] ^= 1
        let outcome = await outcome(try server("gzip", bytes))
        #expect(outcome.kind == .protocolError)
        #expect(outcome.code == "bad_encoding")
        #expect(outcome.message == "the answer, compressed as gzip, is damaged")
        #expect(outcome.hint == "ask for it as it is with the header Accept-Encoding: identity")
    }

    @Test func somethingBehindTheContent() async throws {
        let outcome = await outcome(try server("gzip", (Base64.decode(CompressionTests.gzip) ?? []) + [1, 2, 3]))
        #expect(outcome.message == "the answer, compressed as gzip, has something behind its compressed content")
    }

    @Test func fewBytesThatAreWorthManyStopAtTheLimit() async throws {
        let outcome = await outcome(try server("gzip", Base64.decode(CompressionTests.gzip) ?? []), limit: 5000)
        #expect(outcome.code == "too_large")
    }

    @Test func codingThatNobodyAskedFor() async throws {
        let server = try server("compress", [1, 2])
        let outcome = await outcome(server)
        #expect(outcome.message == "\(server.authority) compressed its answer as \"compress\"")
        #expect(
            outcome.hint == "ask for another coding with the header Accept-Encoding, such as identity")
    }

    @Test func whoAsksForACodingGetsIt() async throws {
        let bytes = Base64.decode(CompressionTests.gzip) ?? []
        let server = try server("gzip", bytes)
        let response = try await client.send(
            HTTPCall(HTTPRequest("GET", server.url, headers: HTTPHeaders([("Accept-Encoding", "gzip")]))))
        #expect(response.bytes == bytes)
    }

    @Test func answerWithoutContent() async throws {
        let server = try server("gzip", [])
        #expect(try await client.send(HTTPCall(HTTPRequest("GET", server.url))).bytes == [])
        #expect(try await client.send(HTTPCall(HTTPRequest("HEAD", server.url))).status == 200)
    }
}

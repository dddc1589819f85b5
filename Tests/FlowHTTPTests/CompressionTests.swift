import FlowCore
import FlowCrypto
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
    private static let bare =
        "7cixDcAgEASwVW61l+jyAkQTZfusQWGXru686zypOTJXdteXklJKKaWUUkoppZRSSimllFJKKaWUUkoppbw7fw=="
    private static let twice =
        "H4sIAAAAAAACA5Pv5mAAASbmtyc28h5QEGDZEJq3dfqLT0wuwqm/1zgmTl/3bs9rm5WWRuFl16dPCvLSXDoFC7HHuv4r945PLJoMDABSwKbIUgAAAA=="
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

    // MARK: Other ways to say and do it

    /// RFC 1952, 2.2.
    @Test func severalMembersAreOneContent() async throws {
        let member = Base64.decode(CompressionTests.gzip) ?? []
        let whole = try server("gzip", member + member)
        #expect(try await client.send(HTTPCall(HTTPRequest("GET", whole.url))).text == text + text)
        let half = await outcome(try server("gzip", member + member[..<20]))
        #expect(half.kind == .network)
    }

    /// Some servers leave out the head of zlib.
    @Test(arguments: [zlib, bare]) func deflateInAnyPieces(content: String) async throws {
        let bytes = Base64.decode(content) ?? []
        let reply = FaultServer.Reply(200, headers: [("Content-Encoding", "deflate")], body: .bytes(bytes))
        let server = try FaultServer(replies: [reply, reply.delivered(.drip(bytes: 1, pause: .milliseconds(1)))])
        for _ in 0..<2 {
            let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
            #expect(response.text == text)
            #expect(response.headers["content-encoding"] == "deflate")
        }
    }

    @Test(arguments: [
        ([("Content-Encoding", "gzip, gzip")], twice),
        ([("Content-Encoding", "gzip"), ("Content-Encoding", "gzip")], twice),
        ([("Content-Encoding", "identity"), ("Content-Encoding", "gzip")], gzip),
        ([("Content-Encoding", "gzip,\tidentity")], gzip), ([("Content-Encoding", "aws-chunked, gzip")], gzip),
    ])
    func severalCodings(headers: [(String, String)], content: String) async throws {
        let reply = FaultServer.Reply(200, headers: headers, body: .bytes(Base64.decode(content) ?? []))
        let server = try FaultServer(replies: [reply])
        #expect(try await client.send(HTTPCall(HTTPRequest("GET", server.url))).text == text)
    }

    @Test func moreCodingsThanAnybodyUses() async throws {
        let server = try server("gzip, gzip, gzip, gzip, gzip", [1])
        let outcome = await outcome(server)
        #expect(outcome.message == "\(server.authority) compressed its answer as \"gzip, gzip, gzip, gzip, gzip\"")
    }

    /// What it names is done to no content. The write is done all the same.
    @Test(arguments: ["UTF-8", "none", "aws-chunked", "binary", "identity"])
    func whatIsNoCodingChangesNothing(name: String) async throws {
        let reply = FaultServer.Reply(201, headers: [("Content-Encoding", name)], body: .bytes([1, 2, 3]))
        let server = try FaultServer(replies: [reply])
        let call = HTTPCall(HTTPRequest("POST", server.url, body: .bytes([1])), effect: .write)
        #expect(try await client.send(call).bytes == [1, 2, 3])
    }

    @Test func writeWhoseAnswerCannotBeReadSaysThatItWasTaken() async throws {
        let replies = ["foo", "gzip"].map {
            FaultServer.Reply(201, headers: [("Content-Encoding", $0)], body: .bytes([1, 2, 3]))
        }
        let server = try FaultServer(replies: replies)
        let call = HTTPCall(HTTPRequest("POST", server.url, body: .bytes([1])), effect: .write)
        let unknown = await failure { _ = try await client.send(call) }
        #expect(unknown.kind == .uncertain)
        #expect(
            unknown.message == "\(server.authority) answered 201, but \(server.authority) compressed its answer as "
                + "\"foo\"; the POST may have been carried out")
        let damaged = await failure { _ = try await client.send(call) }
        #expect(
            damaged.message == "\(server.authority) answered 201, but the answer, compressed as gzip, is damaged; "
                + "the POST may have been carried out")
    }

    // MARK: Where the status counts more

    /// Gateways put a text of their own in place of a body, and leave the fields.
    @Test(arguments: [404, 429, 503, 302], ["gzip", "deflate", "foo", "gzip, br"])
    func plainBodyOfARefusalIsReadAsItIs(status: Int, coding: String) async throws {
        let headers = [("Content-Encoding", coding), ("Retry-After", "3")]
        let reply = FaultServer.Reply(status, headers: headers, body: .bytes(Array("try later".utf8)))
        let server = try FaultServer(replies: [reply])
        let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        #expect(response.status == status)
        #expect(response.headers["retry-after"] == "3")
        #expect(response.text == "try later")
    }

    @Test func compressedBodyOfARefusalIsUndone() async throws {
        let body = Base64.decode(CompressionTests.gzip) ?? []
        let reply = FaultServer.Reply(404, headers: [("Content-Encoding", "gzip")], body: .bytes(body))
        let server = try FaultServer(replies: [reply])
        #expect(try await client.send(HTTPCall(HTTPRequest("GET", server.url))).text == text)
    }

    @Test func statusThatIsWantedHasToBeReadable() async throws {
        let replies = [[0x1F, 0x8B, 3, 0, 0], Array("none".utf8)].map {
            FaultServer.Reply(404, headers: [("Content-Encoding", "gzip")], body: .bytes($0))
        }
        let server = try FaultServer(replies: replies)
        let call = HTTPCall(HTTPRequest("GET", server.url), classify: { _ in nil })
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.message == "the answer, compressed as gzip, is damaged")
        #expect(try await client.send(call).text == "none")
    }

    @Test func redirectWithABodyThatLiesIsFollowed() async throws {
        let server = try FaultServer { request in
            guard request.path != "/there" else { return .text("arrived") }
            let headers = [("Location", "/there"), ("Content-Encoding", "gzip")]
            return FaultServer.Reply(302, headers: headers, body: .bytes(Array("<p>moved</p>".utf8)))
        }
        #expect(try await client.send(HTTPCall(HTTPRequest("GET", server.url))).text == "arrived")
    }

    @Test func answerWithoutContentNeedsNoCoding() async throws {
        let headers = [("Content-Encoding", "foo")]
        let server = try FaultServer(replies: [
            FaultServer.Reply(204, headers: headers), FaultServer.Reply(200, headers: headers),
        ])
        for status in [204, 200] {
            let call = HTTPCall(HTTPRequest("DELETE", server.url), effect: .write)
            #expect(try await client.send(call).status == status)
        }
    }

    // MARK: Files

    /// As Apache sends `.tar.gz` with AddEncoding: the coding is that of the file, not of the way.
    @Test func fileThatIsStoredCompressedStaysSo() async throws {
        let folder = TemporaryFolder()
        let bytes = Base64.decode(CompressionTests.gzip) ?? []
        let whole = FaultServer.Reply(
            200, headers: [("Content-Encoding", "x-gzip"), ("ETag", "\"v1\"")], body: .bytes(bytes))
        let rest = FaultServer.Reply(
            206,
            headers: [
                ("Content-Encoding", "x-gzip"), ("ETag", "\"v1\""),
                ("Content-Range", "bytes 30-\(bytes.count - 1)/\(bytes.count)"),
            ], body: .bytes(Array(bytes[30...])))
        let server = try FaultServer(replies: [whole.delivered(.cut(after: whole.headSize + 30)), rest])
        let digest = ContentDigest(.sha256, try Digest.sha256(bytes))
        let client = DownloadClient(RetryingClient(client, clock: ManualClock(), random: SeededRandom()))
        let response = try await client.send(
            HTTPCall(
                HTTPRequest("GET", server.url), retry: RetryPolicy(max: 1, jitter: false),
                destination: .file(path: folder.path + "/tool.tar.gz", digest: digest)))
        #expect(response.headers["content-length"] == "\(bytes.count)")
        #expect(try folder.read("tool.tar.gz") == bytes)
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=30-"])
    }
}

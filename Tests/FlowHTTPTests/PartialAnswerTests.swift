import FlowCore
import FlowCrypto
import FlowHTTP
import FlowSpec
import FlowTestKit
import Glibc
import Synchronization
import Testing

/// Downloads of which an answer brings a part only, the one that was asked for or another.
@Suite struct PartialAnswerTests {
    private let folder: TemporaryFolder
    private let content = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    private var path: String { folder.path + "/data.bin" }

    init() { folder = TemporaryFolder() }

    private typealias Reply = FaultServer.Reply

    /// A server whose first answer breaks off after 20,000 bytes; the later ones are those of `replies`, the last one again
    /// and again. They are told from where on they are asked for something.
    private func server(
        first: [(String, String)] = [("ETag", "\"v1\"")], _ replies: [@Sendable (_ start: Int) -> FaultServer.Reply]
    ) throws -> FaultServer {
        let whole = Reply(200, headers: first, body: .bytes(content))
        return try server(first: whole.delivered(.cut(after: whole.headSize + 20_000)), replies)
    }

    private func server(
        first: FaultServer.Reply, _ replies: [@Sendable (_ start: Int) -> FaultServer.Reply]
    ) throws -> FaultServer {
        let count = Mutex(0)
        return try FaultServer { request in
            let number = count.withLock { count in
                defer { count += 1 }
                return count
            }
            guard number > 0 else { return first }
            let start = request.headers["range"].flatMap { Int($0.filter(\.isNumber)) } ?? 0
            return replies[min(number, replies.count) - 1](start)
        }
    }

    private func part(
        _ start: Int, to end: Int, sending sent: Int? = nil, total: String = "50000",
        headers: [(String, String)] = [("ETag", "\"v1\"")], closes: Bool = false
    ) -> FaultServer.Reply {
        let bytes = (content + [1, 2, 3, 4, 5])[start..<(sent ?? end)]
        let range = ("Content-Range", "bytes \(start)-\(end - 1)/\(total)")
        return Reply(206, headers: headers + [range], body: .bytes(Array(bytes)), closes: closes)
    }

    private func whole() -> FaultServer.Reply { Reply(200, headers: [("ETag", "\"v1\"")], body: .bytes(content)) }

    /// - Parameter retries: how many tries may follow the one that breaks off.
    private func download(
        _ server: FaultServer, retries: Int = 3, headers: [(String, String)] = [], digest: ContentDigest? = nil,
        asksForPart: Bool = false
    ) async throws -> HTTPResponse {
        let client = DownloadClient(RetryingClient(CurlClient(), clock: ManualClock(), random: SeededRandom()))
        var call = HTTPCall(
            HTTPRequest("GET", server.url, headers: HTTPHeaders(headers)),
            retry: RetryPolicy(max: retries, jitter: false),
            destination: .file(path: path, digest: digest),
            classify: { HTTPStatusTable.failure(for: $0, effect: .read, now: Timestamp(seconds: 0)) })
        call.asksForPart = asksForPart
        return try await client.send(call)
    }

    private func ranges(_ server: FaultServer) -> [String?] { server.requests.map { $0.headers["range"] } }

    /// RFC 9110, 15.3.7 lets it do that. None of it is a failure.
    @Test func serverThatSendsLessThanTheRestAtATimeIsAskedForMore() async throws {
        let server = try server([{ part($0, to: min($0 + 9000, 50_000)) }])
        let digest = ContentDigest(.sha256, try Digest.sha256(content))
        let response = try await download(server, retries: 1, digest: digest)
        #expect(try folder.read("data.bin") == content)
        #expect(
            ranges(server) == [nil, "bytes=20000-", "bytes=29000-", "bytes=38000-", "bytes=47000-"])
        #expect(server.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"v1\"" })
        #expect(response.status == 200)
        #expect(response.headers["content-length"] == "50000")
        #expect(response.headers["content-range"] == nil)
    }

    @Test func partWithoutALengthThatBreaksOffIsNotTheEnd() async throws {
        let unmeasured = [("ETag", "\"v1\""), ("Transfer-Encoding", "identity")]
        let server = try server([
            { part($0, to: 50_000, sending: $0 + 777, headers: unmeasured, closes: true) }, { part($0, to: 50_000) },
        ])
        _ = try await download(server)
        #expect(try folder.read("data.bin") == content)
        #expect(ranges(server) == [nil, "bytes=20000-", "bytes=20777-"])
    }

    @Test func partThatIsShorterThanItsRangeIsNotTheEnd() async throws {
        let server = try server([{ part($0, to: 50_000, sending: $0 + 100) }])
        let outcome = await failure { _ = try await download(server) }
        #expect(outcome.kind == .network)
        #expect(outcome.message == "the answer for \(path) broke off")
        #expect(ranges(server) == [nil, "bytes=20000-", "bytes=20100-", "bytes=20200-"])
        #expect(folder.names == [])
    }

    @Test func partThatIsLongerThanItsRangeIsNotTaken() async throws {
        let unmeasured = [("ETag", "\"v1\""), ("Transfer-Encoding", "identity")]
        let server = try server([
            { part($0, to: 50_000, sending: 50_005, headers: unmeasured, closes: true) }, { _ in whole() },
        ])
        _ = try await download(server)
        #expect(try folder.read("data.bin") == content)
        #expect(ranges(server) == [nil, "bytes=20000-", nil])
    }

    /// The length is known from the part, then.
    @Test func answerWithoutALengthIsGoneOnFromToTheEnd() async throws {
        var first = Reply(200)
        let head = "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nTransfer-Encoding: chunked\r\n\r\n4e20\r\n"
        first.raw = Array(head.utf8) + content[..<20_000]
        first.closes = true
        let server = try server(first: first, [{ part($0, to: min($0 + 20_000, 50_000)) }])
        _ = try await download(server)
        #expect(try folder.read("data.bin") == content)
        #expect(ranges(server) == [nil, "bytes=20000-", "bytes=40000-"])
    }

    @Test(arguments: ["bytes 20000-49999/60000", "bytes 20000-59999/50000", "bytes 20000-9223372036854775807/*", "x"])
    func partThatCannotBeOfThisFileIsNotTaken(range: String) async throws {
        let content = content
        let server = try server([
            { start in
                Reply(
                    206, headers: [("ETag", "\"v1\""), ("Content-Range", range)], body: .bytes(Array(content[start...]))
                )
            }, { _ in whole() },
        ])
        _ = try await download(server)
        #expect(try folder.read("data.bin") == content)
        #expect(ranges(server) == [nil, "bytes=20000-", nil])
    }

    @Test(arguments: [
        ([("ETag", "\"v1\"")], [("ETag", "\"v2\"")]),
        ([("ETag", "\"v1\"")], [("ETag", "W/\"v1\"")]),
        (
            [("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Date", "Sun, 06 Nov 1994 08:50:37 GMT")],
            [("Last-Modified", "Sun, 06 Nov 1994 09:49:37 GMT")]
        ),
        (
            [("ETag", "\"v1\""), ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")],
            [("Last-Modified", "Sun, 06 Nov 1994 09:49:37 GMT")]
        ),
    ])
    func partsOfTwoEditionsAreNotPutTogether(
        first: [(String, String)], second: [(String, String)]
    ) async throws {
        let server = try server(first: first, [{ part($0, to: 50_000, headers: second) }, { _ in whole() }])
        _ = try await download(server)
        #expect(try folder.read("data.bin") == content)
        #expect(ranges(server) == [nil, "bytes=20000-", nil])
        let alone = try self.server(first: first, [{ part($0, to: 50_000, headers: second) }])
        let outcome = await failure { _ = try await download(alone, retries: 1) }
        #expect(outcome.kind == .network)
        #expect(outcome.message == "the file has changed on the server since its beginning came")
    }

    @Test func partThatNobodyAskedForIsNotAddedToOldBytes() async throws {
        let server = try server([
            { _ in .status(416) }, { _ in part(20_000, to: 50_000) }, { _ in whole() },
        ])
        _ = try await download(server)
        #expect(try folder.read("data.bin") == content)
        #expect(ranges(server) == [nil, "bytes=20000-", nil, nil])
    }

    @Test func partThatIsTheWholeFileIsTaken() async throws {
        let server = try FaultServer(replies: [part(0, to: 50_000)])
        #expect(try await download(server).status == 206)
        #expect(try folder.read("data.bin") == content)
    }

    /// Who asks for a part gets it, and is told which.
    @Test func partThatTheCallAsksForIsReportedAsOne() async throws {
        let server = try FaultServer(replies: [part(10, to: 100)])
        let response = try await download(server, headers: [("Range", "bytes=10-99")])
        #expect(response.status == 206)
        #expect(response.headers["content-range"] == "bytes 10-99/50000")
        #expect(response.headers["content-length"] == "90")
        #expect(try folder.read("data.bin") == Array(content[10..<100]))
    }

    @Test func partThatTheCallAsksForHasToBeWhole() async throws {
        let unmeasured = [("Transfer-Encoding", "identity")]
        let server = try FaultServer(replies: [
            part(10, to: 100, sending: 50, headers: unmeasured, closes: true), part(10, to: 100),
        ])
        _ = try await download(server, headers: [("Range", "bytes=10-99")])
        #expect(try folder.read("data.bin") == Array(content[10..<100]))
        #expect(server.requests.count == 2)
    }

    /// As by S3's `partNumber`, beside which no `Range` may stand.
    @Test func partThatIsAskedForByItsNumberBeginsAnewWhereItBrokeOff() async throws {
        let part = part(10, to: 40_000)
        let server = try FaultServer(replies: [part.delivered(.cut(after: part.headSize + 20_000)), part])
        let response = try await download(server, asksForPart: true)
        #expect(response.status == 206)
        #expect(try folder.read("data.bin") == Array(content[10..<40_000]))
        #expect(ranges(server) == [nil, nil])
    }

    @Test(arguments: [("\"v\r1\"", "\"v 1\""), ("\"v\u{1}1\"", nil)])
    func editionWithControlCharactersIsNotRepeated(tag: String, sent: String?) async throws {
        let server = try server(first: [("ETag", tag)], [{ _ in whole() }])
        _ = try await download(server)
        #expect(server.requests.map { $0.headers["if-range"] } == [nil, sent])
        #expect(try folder.read("data.bin") == content)
    }

    /// RFC 9110, 15.3.7 lets a server leave out what the first answer has said.
    @Test func typeOfTheFileIsThatOfItsFirstAnswer() async throws {
        let server = try server(
            first: [("ETag", "\"v1\""), ("Content-Type", "application/pdf")], [{ part($0, to: 50_000) }])
        let response = try await download(server)
        #expect(response.headers["content-type"] == "application/pdf")
        guard case .file(let file) = response.body else {
            Issue.record("the body is not in a file")
            return
        }
        #expect(file.mediaType == "application/pdf")
    }

    // MARK: What has no file in it

    @Test(arguments: [204, 205]) func answerWithoutContentLeavesTheFile(status: Int) async throws {
        _ = try folder.write("data.bin", [1, 2, 3])
        let server = try FaultServer(replies: [Reply(status, headers: [("Content-Encoding", "foo")])])
        let response = try await download(server)
        #expect(response.status == status)
        #expect(response.bytes == [])
        #expect(try folder.read("data.bin") == [1, 2, 3])
        #expect(folder.names == ["data.bin"])
    }

    @Test func headBringsNoFile() async throws {
        let server = try FaultServer(replies: [.text("x")])
        let outcome = await failure {
            _ = try await CurlClient().send(HTTPCall(HTTPRequest("HEAD", server.url), destination: .file(path: path)))
        }
        #expect(outcome.message == "could not write \(path): the answer to HEAD has no content")
        #expect(outcome.hint == "use GET")
        #expect(outcome.nothingSent)
        #expect(server.requests.isEmpty)
    }
}

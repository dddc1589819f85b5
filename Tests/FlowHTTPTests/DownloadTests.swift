import FlowCore
import FlowCrypto
import FlowHTTP
import FlowSpec
import FlowTestKit
import Glibc
import Synchronization
import Testing

/// Downloads that break off, go on, or turn out to be something else.
@Suite struct DownloadTests {
    private let folder: TemporaryFolder
    private let content = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    private var path: String { folder.path + "/data.bin" }

    init() { folder = TemporaryFolder() }

    private func client() -> DownloadClient {
        DownloadClient(RetryingClient(CurlClient(), clock: ManualClock(), random: SeededRandom()))
    }

    private func call(_ server: FaultServer, digest: ContentDigest? = nil, limit: Int64? = nil) -> HTTPCall {
        HTTPCall(
            HTTPRequest("GET", server.url), retry: RetryPolicy(max: 3, jitter: false),
            destination: .file(path: path, limit: limit, digest: digest),
            classify: { HTTPStatusTable.failure(for: $0, effect: .read, now: Timestamp(seconds: 0)) })
    }

    /// A server of `content` that knows ranges, and cuts every answer off after so many bytes of its body.
    private func ranged(
        tag: String? = "\"v1\"", cut: Int, extra: [(String, String)] = [], changes: Bool = false, resets: Bool = false
    ) throws -> FaultServer {
        let content = content
        let count = Mutex(0)
        return try FaultServer { request in
            let number = count.withLock { count in
                count += 1
                return count
            }
            let tag = changes && number > 1 ? "\"v2\"" : tag
            var headers = extra
            if let tag { headers.append(("ETag", tag)) }
            var start = 0
            if let range = request.headers["range"], request.headers["if-range"] == tag || tag == nil {
                start = Int(range.filter(\.isNumber)) ?? 0
                headers.append(("Content-Range", "bytes \(start)-\(content.count - 1)/\(content.count)"))
            }
            let body = Array(content[start...])
            var reply = Reply(start > 0 ? 206 : 200, headers: headers, body: .bytes(body))
            let place = reply.headSize + cut
            if body.count > cut { reply.delivery = resets ? .reset(after: place) : .cut(after: place) }
            return reply
        }
    }

    private typealias Reply = FaultServer.Reply

    /// libcurl takes that coding for one, and the end of the connection for that of the file.
    @Test func lengthBesideACodingThatIsNoneCounts() async throws {
        let content = content
        let server = try FaultServer { request in
            let headers = [("Transfer-Encoding", "identity"), ("Content-Length", "50000"), ("ETag", "\"v1\"")]
            var reply = Reply(200, headers: headers, body: .bytes(content), closes: true)
            reply.delivery = .cut(after: reply.headSize + 3)
            guard let start = request.headers["range"].flatMap({ Int($0.filter(\.isNumber)) }) else { return reply }
            let range = ("Content-Range", "bytes \(start)-49999/50000")
            return Reply(206, headers: [range, ("ETag", "\"v1\"")], body: .bytes(Array(content[start...])))
        }
        _ = try await client().send(call(server))
        #expect(try folder.read("data.bin") == content)
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=3-"])
    }

    private func download(_ server: ScriptedTLSServer) -> HTTPCall {
        HTTPCall(
            HTTPRequest("GET", server.url), destination: .file(path: path),
            route: HTTPRoute(caFile: server.certificate))
    }

    private let unmeasured = Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npart".utf8)

    @Test(.enabled(if: TLSServer.isInstalled, "needs nginx and openssl"))
    func fileWithoutALengthEndsWithAWordOfTLS() async throws {
        let server = try ScriptedTLSServer([unmeasured], closes: true)
        _ = try await CurlClient().send(download(server))
        #expect(try folder.read("data.bin") == Array("part".utf8))
    }

    /// RFC 9112, 9.8.
    @Test(.enabled(if: TLSServer.isInstalled, "needs nginx and openssl"))
    func fileWithoutALengthDoesNotEndWithoutAWord() async throws {
        let server = try ScriptedTLSServer([unmeasured])
        async let outcome = failure { _ = try await CurlClient().send(download(server)) }
        // All of it has come.
        for _ in 0..<3000 where (try? folder.read("data.bin.part-flowctl"))?.count != 4 {
            try await Task.sleep(for: .milliseconds(10))
        }
        server.stop()
        let failure = await outcome
        #expect(failure.kind == .network)
        #expect(failure.message == "the answer of 127.0.0.1:\(server.port) broke off")
        #expect(
            failure.hint == "try again later; where it stays so, have the service announce the length of its answer")
        #expect(folder.names == [])
    }

    @Test func goesOnWhereItBrokeOff() async throws {
        let server = try ranged(cut: 20_000)
        let response = try await client().send(call(server))
        #expect(response.status == 200)
        #expect(response.headers["content-length"] == "50000")
        #expect(response.headers["content-range"] == nil)
        #expect(try folder.read("data.bin") == content)
        #expect(folder.names == ["data.bin"])
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=20000-", "bytes=40000-"])
        #expect(server.requests.map { $0.headers["if-range"] } == [nil, "\"v1\"", "\"v1\""])
        #expect(server.requests.allSatisfy { $0.headers["accept-encoding"] == "identity" })
    }

    @Test func dateThatIsOldEnoughIsAnEditionToo() async throws {
        let dates = [
            ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Date", "Sun, 06 Nov 1994 08:50:37 GMT"),
        ]
        let server = try ranged(tag: nil, cut: 30_000, extra: dates)
        _ = try await client().send(call(server))
        #expect(server.requests.last?.headers["if-range"] == dates[0].1)
        #expect(try folder.read("data.bin") == content)
    }

    @Test(arguments: [
        [("ETag", "W/\"v1\"")], [("ETag", "\"v1\""), ("Accept-Ranges", "none")], [],
        [("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Date", "Sun, 06 Nov 1994 08:49:40 GMT")],
    ])
    func startsAgainWhereNothingNamesTheEdition(headers: [(String, String)]) async throws {
        let reply = Reply(200, headers: headers, body: .bytes(content))
        let server = try FaultServer(replies: [reply.delivered(.cut(after: reply.headSize + 30_000)), reply])
        _ = try await client().send(call(server))
        #expect(server.requests.map { $0.headers["range"] } == [nil, nil])
        #expect(try folder.read("data.bin") == content)
    }

    @Test func startsAgainWhereTheFileHasChanged() async throws {
        let server = try ranged(cut: 40_000, changes: true)
        _ = try await client().send(call(server))
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=40000-", "bytes=40000-"])
        #expect(try folder.read("data.bin") == content)
    }

    @Test func anotherPartThanAskedForIsNotTaken() async throws {
        let tag = ("ETag", "\"v1\"")
        let whole = Reply(200, headers: [tag], body: .bytes(content))
        let wrong = Reply(
            206, headers: [tag, ("Content-Range", "bytes 10-49999/50000")], body: .bytes(Array(content[10...])))
        let server = try FaultServer(replies: [
            whole.delivered(.cut(after: whole.headSize + 30_000)), wrong, whole,
        ])
        _ = try await client().send(call(server))
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=30000-", nil])
        #expect(try folder.read("data.bin") == content)
    }

    @Test func rangeThatIsRefusedGivesTheWholeFile() async throws {
        let whole = Reply(200, headers: [("ETag", "\"v1\"")], body: .bytes(content))
        let server = try FaultServer(replies: [
            whole.delivered(.cut(after: whole.headSize + 30_000)), .status(416), whole,
        ])
        _ = try await client().send(call(server))
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=30000-", nil])
        #expect(try folder.read("data.bin") == content)
    }

    @Test func answerThatIsObjectedToDoesNotReplaceTheFile() async throws {
        _ = try folder.write("data.bin", [1, 2, 3])
        let server = try FaultServer(replies: [
            Reply(200, headers: [("Content-Type", "text/html")], body: .bytes(Array("<p>sign in</p>".utf8)))
        ])
        var call = call(server)
        call.classify = { response in
            response.headers["content-type"] == "text/html" ? Failure(.permission, "a login page") : nil
        }
        let refused = call
        let outcome = await failure { _ = try await client().send(refused) }
        #expect(outcome.kind == .permission)
        #expect(try folder.read("data.bin") == [1, 2, 3])
        #expect(folder.names == ["data.bin"])
    }

    // MARK: Parts that are there already

    @Test func partOfAKilledProcessIsTakenOver() async throws {
        _ = try folder.write("data.bin.part-flowctl", [UInt8](repeating: 7, count: 60_000))
        let server = try ranged(cut: 20_000)
        _ = try await client().send(call(server))
        #expect(server.requests.first?.headers["range"] == nil)
        #expect(try folder.read("data.bin") == content)
        #expect(folder.names == ["data.bin"])
    }

    @Test func partOfAnotherDownloadIsLeftAlone() async throws {
        let part = try folder.write("data.bin.part-flowctl", [7])
        let other = open(part, O_RDONLY | O_CLOEXEC)
        defer { close(other) }
        #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
        let server = try ranged(cut: 20_000)
        _ = try await client().send(call(server))
        #expect(try folder.read("data.bin") == content)
        #expect(try folder.read("data.bin.part-flowctl") == [7])
        #expect(folder.names.sorted() == ["data.bin", "data.bin.part-flowctl"])
    }

    @Test func whatDownloadsBesideOthersHaveLeftIsDeleted() async throws {
        _ = try folder.write("data.bin.part-flowctl-2", [7])
        let kept = open(try folder.write("data.bin.part-flowctl-3", [7]), O_RDONLY | O_CLOEXEC)
        defer { close(kept) }
        #expect(flock(kept, LOCK_EX | LOCK_NB) == 0)
        let server = try ranged(cut: 20_000)
        _ = try await client().send(call(server))
        #expect(try folder.read("data.bin") == content)
        #expect(folder.names == ["data.bin", "data.bin.part-flowctl-3"])
    }

    @Test func linkInThePlaceOfThePartIsNotFollowed() async throws {
        let elsewhere = try folder.write("elsewhere", [7])
        #expect(symlink(elsewhere, path + ".part-flowctl") == 0)
        let server = try ranged(cut: 20_000)
        _ = try await client().send(call(server))
        #expect(try folder.read("data.bin") == content)
        #expect(try folder.read("elsewhere") == [7])
    }

    // MARK: Digests

    @Test func digestThatFitsIsPartOfTheResult() async throws {
        let digest = try Digest.sha256(content)
        let server = try ranged(cut: 20_000)
        let response = try await client().send(call(server, digest: ContentDigest(.sha256, digest)))
        guard case .file(let file) = response.body else {
            Issue.record("the body is not in a file")
            return
        }
        #expect(file.sha256 == Hexadecimal.encode(digest))
        #expect(file.path == path)
        #expect(file.size == 50_000)
    }

    @Test func otherContentThanAskedForDoesNotReplaceTheFile() async throws {
        _ = try folder.write("data.bin", [1])
        let server = try FaultServer(replies: [.text("other")])
        let asked = ContentDigest(.sha256, try Digest.sha256(content))
        let found = ContentDigest(.sha256, try Digest.sha256(Array("other".utf8)))
        let outcome = await failure { _ = try await client().send(call(server, digest: asked)) }
        #expect(outcome.kind == .protocolError)
        #expect(outcome.code == "digest_mismatch")
        #expect(
            outcome.message == "what came for \(path) is not what was asked for: its digest is \(found), not \(asked)")
        #expect(outcome.hint == "compare the digest with the publisher's")
        #expect(try folder.read("data.bin") == [1])
        #expect(folder.names == ["data.bin"])
    }

    @Test func contentThatWasDamagedOnItsWayIsAskedForAgain() async throws {
        let reply = Reply(200, headers: [("ETag", "\"v1\"")], body: .bytes(content))
        let server = try FaultServer(replies: [.text("other", headers: [("ETag", "\"v1\"")]), reply])
        let digest = try Digest.sha256(content)
        let log = RecordedLog()
        var call = call(server, digest: ContentDigest(.sha256, digest))
        call.retry.on = [.protocolError]
        call.log = log
        let response = try await client().send(call)
        guard case .file(let file) = response.body else {
            Issue.record("the body is not in a file")
            return
        }
        #expect(file.sha256 == Hexadecimal.encode(digest))
        #expect(try folder.read("data.bin") == content)
        #expect(server.requests.map { $0.headers["range"] } == [nil, nil])
        #expect(log.attempts.map(\.failure?.code) == ["digest_mismatch", nil])
        #expect(log.attempts[0].command != nil)
    }

    /// What a POST was to do has been done, however its answer came.
    @Test func anotherContentOfAWriteLeavesItUncertain() async throws {
        let server = try FaultServer(replies: [.text("other")])
        var call = call(server, digest: ContentDigest(.sha256, try Digest.sha256(content)))
        call.request.method = "POST"
        call.effect = .write
        call.retry.on = [.protocolError]
        let outcome = await failure { [call] in _ = try await client().send(call) }
        #expect(outcome.kind == .uncertain)
        #expect(outcome.code == "digest_mismatch")
        #expect(server.requests.count == 1)
        #expect(folder.names == [])
    }

    @Test(arguments: ["Repr-Digest", "Content-Digest"])
    func announcedDigestIsCompared(name: String) async throws {
        let right = Base64.encode(try Digest.sha512(content))
        let wrong = Base64.encode(try Digest.sha512([1]))
        let server = try FaultServer { request in
            let digest = request.path == "/right" ? right : wrong
            return Reply(200, headers: [(name, "sha-512=:\(digest):")], body: .bytes([UInt8](self.content)))
        }
        var call = call(server)
        call.request.url = server.url + "/right"
        _ = try await client().send(call)
        call.request.url = server.url + "/wrong"
        let second = call
        let outcome = await failure { _ = try await client().send(second) }
        #expect(outcome.code == "digest_mismatch")
        #expect(outcome.hint == "run it again; where it stays so, tell the service")
        #expect(try folder.read("data.bin") == content)
    }

    @Test func digestsAsPeopleWriteThem() {
        let digits = String(repeating: "0f", count: 32)
        #expect(ContentDigest("SHA256:\(digits)")?.description == "sha256:\(digits)")
        #expect(ContentDigest("sha256:\(digits)00") == nil)
        #expect(ContentDigest("md5:\(digits)") == nil)
        #expect(ContentDigest(digits) == nil)
    }

    // MARK: Limits

    @Test func limitHoldsOverAttempts() async throws {
        // No length is announced.
        let server = try ranged(cut: 20_000, extra: [("Transfer-Encoding", "identity")], resets: true)
        let outcome = await failure { _ = try await client().send(call(server, limit: 30_000)) }
        #expect(outcome.code == "too_large")
        #expect(outcome.message == "the answer for \(path) is longer than 30000 bytes")
        #expect(folder.names == [])
    }
}

import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// What arrives on either side where nothing goes wrong.
@Suite struct CurlClientTests {
    private let client = CurlClient(CurlClient.Options(userAgent: "flowctl/test"))

    @Test func sendsMethodTargetHeadersAndBody() async throws {
        let server = try FaultServer(replies: [.json(["ok": true], status: 201, headers: [("X-Trace", "t1")])])
        let request = HTTPRequest(
            "POST", server.url + "/a%20b/../c?x=1&y=%2F",
            headers: HTTPHeaders([("Content-Type", "application/json"), ("X-Empty", ""), ("X-Name", "Ä b")]),
            body: .bytes(Array("{\"n\":1}".utf8)))
        let response = try await client.send(HTTPCall(request, effect: .write))
        #expect(response.status == 201)
        #expect(response.text == #"{"ok":true}"#)
        #expect(response.headers["x-trace"] == "t1")
        #expect(response.version == "1.1")
        #expect(response.url == request.url)
        let seen = try #require(server.requests.first)
        #expect(seen.method == "POST")
        #expect(seen.target == "/a%20b/../c?x=1&y=%2F")
        #expect(seen.text == "{\"n\":1}")
        #expect(seen.headers["content-type"] == "application/json")
        #expect(seen.headers["x-empty"] == "")
        #expect(seen.headers["x-name"] == "Ä b")
        #expect(seen.headers["user-agent"] == "flowctl/test")
        #expect(seen.headers["expect"] == nil)
    }

    @Test(arguments: ["", " ", " \t"]) func fieldOfBlanksIsSentEmpty(value: String) async throws {
        let server = try FaultServer(replies: [.text("x")])
        let headers = HTTPHeaders([("X-A", value), ("User-Agent", value), ("Accept", value)])
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url, headers: headers)))
        for name in ["x-a", "user-agent", "accept"] { #expect(server.requests[0].headers[name] == "") }
    }

    @Test func spellingsOfALetterAreToldApart() async throws {
        let server = try FaultServer(replies: Array(repeating: .status(204), count: 4))
        let (short, long) = ("\u{E9}", "e\u{301}")
        for (path, value) in [(short, "a"), (long, "a"), ("x", short), ("x", long)] {
            let headers = HTTPHeaders([("X-Name", value)])
            _ = try await client.send(HTTPCall(HTTPRequest("GET", "\(server.url)/\(path)", headers: headers)))
        }
        #expect(server.requests[0..<2].map { $0.target.lowercased() } == ["/%c3%a9", "/e%cc%81"])
        let values = server.requests[2..<4].compactMap { $0.headers["x-name"] }
        #expect(values.map { Array($0.utf8) } == [Array(short.utf8), Array(long.utf8)])
    }

    @Test(arguments: ["POST", "PUT", "PATCH"]) func bodilessWriteSaysLengthZero(method: String) async throws {
        let server = try FaultServer(replies: [.status(204)])
        let response = try await client.send(HTTPCall(HTTPRequest(method, server.url)))
        #expect(response.status == 204)
        #expect(server.requests[0].method == method)
        #expect(server.requests[0].headers["content-length"] == "0")
        #expect(server.requests[0].headers["content-type"] == nil)
    }

    @Test func deleteAndHeadHaveNoBody() async throws {
        let server = try FaultServer(replies: [.text("gone"), .text("four")])
        let deleted = try await client.send(HTTPCall(HTTPRequest("DELETE", server.url)))
        #expect(deleted.text == "gone")
        let head = try await client.send(
            HTTPCall(HTTPRequest("HEAD", server.url), destination: .memory(limit: 1)))
        #expect(head.headers["content-length"] == "4")
        #expect(head.bytes.isEmpty)
        #expect(server.requests.map(\.method) == ["DELETE", "HEAD"])
        #expect(server.requests.allSatisfy { $0.headers["content-length"] == nil })
    }

    @Test func anErrorStatusIsAnAnswer() async throws {
        let server = try FaultServer(replies: [.text("no", status: 500)])
        let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        #expect(response.status == 500)
        #expect(response.text == "no")
    }

    @Test func keepsOneConnectionForRequestsInTurn() async throws {
        let server = try FaultServer(replies: [.text("x")])
        for _ in 0..<20 { _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url))) }
        #expect(server.requests.count == 20)
        #expect(server.connectionCount == 1)
    }

    @Test func neverHasMoreOnTheWayThanTheHostMayGet() async throws {
        let atOnce = Mutex((now: 0, most: 0))
        let server = try FaultServer { _ in
            atOnce.withLock { count in
                count.now += 1
                count.most = max(count.most, count.now)
            }
            defer { atOnce.withLock { $0.now -= 1 } }
            return .text("x")
        }
        let client = CurlClient(CurlClient.Options(requestsPerHost: 3))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<60 {
                group.addTask { _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url))) }
            }
            try await group.waitForAll()
        }
        #expect(server.requests.count == 60)
        #expect(server.connectionCount <= 3)
        #expect(atOnce.withLock { $0.most } <= 3)
    }

    @Test func aHostThatHangsDoesNotHoldUpAnother() async throws {
        let hanging = try FaultServer(replies: [.hang])
        let answering = try FaultServer(replies: [.text("x")])
        let client = CurlClient(CurlClient.Options(requestsPerHost: 2))
        let stuck = (0..<5).map { _ in
            Task { try await client.send(HTTPCall(HTTPRequest("GET", hanging.url))) }
        }
        _ = await hanging.requests(atLeast: 2)
        let response = try await client.send(HTTPCall(HTTPRequest("GET", answering.url)))
        #expect(response.text == "x")
        #expect(hanging.requests.count == 2)
        for task in stuck { task.cancel() }
        for task in stuck {
            let outcome = await failure { _ = try await task.value }
            #expect(outcome.kind == .cancelled)
        }
    }

    @Test func whoGivesUpInLineDoesNotHoldUpTheNextHost() async throws {
        let hanging = try FaultServer(replies: [.hang])
        let (left, wanted) = (try FaultServer(replies: [.text("x")]), try FaultServer(replies: [.text("x")]))
        let client = CurlClient(CurlClient.Options(requestsInAll: 1))
        func send(_ server: FaultServer) -> Task<HTTPResponse, any Error> {
            Task { try await client.send(HTTPCall(HTTPRequest("GET", server.url))) }
        }
        let first = send(hanging)
        _ = await hanging.requests(atLeast: 1)
        let second = send(left)
        // Time to get in line before the third; where it is too short, the test can't fail.
        try await Task.sleep(for: .milliseconds(50))
        let third = send(wanted)
        try await Task.sleep(for: .milliseconds(50))
        second.cancel()
        _ = await second.result
        first.cancel()
        #expect(try await third.value.text == "x")
        #expect(left.requests.isEmpty)
    }

    @Test func thousandRequestsAtOnceAllGetTheirOwnAnswer() async throws {
        let server = try FaultServer { .text($0.target) }
        let client = CurlClient(CurlClient.Options(requestsPerHost: 64))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/\(number)")))
                    return response.text == "/\(number)"
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
        #expect(server.requests.count == 1000)
        #expect(server.connectionCount <= 64)
    }

    @Test func undoesCompression() async throws {
        // gzip of "hello hello hello hello\n"
        let packed: [UInt8] = [
            0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57,
            0xC8, 0x40, 0x27, 0xB9, 0x00, 0x00, 0x88, 0x59, 0x0B, 0x18, 0x00, 0x00, 0x00,
        ]
        let server = try FaultServer { _ in
            FaultServer.Reply(200, headers: [("Content-Encoding", "gzip")], body: .bytes(packed))
        }
        let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        #expect(response.text == "hello hello hello hello\n")
        #expect(server.requests[0].headers["accept-encoding"]?.contains("gzip") == true)
    }

    @Test func cancellationEndsTheExchangeAndTheConnection() async throws {
        let server = try FaultServer(replies: [.hang])
        let task = Task { try await client.send(HTTPCall(HTTPRequest("POST", server.url), effect: .write)) }
        _ = await server.requests(atLeast: 1)
        task.cancel()
        let outcome = await failure { _ = try await task.value }
        #expect(outcome.kind == .cancelled)
        #expect(outcome.message == "cancelled")
        #expect(!outcome.nothingSent)
        await server.connectionsEnded(atLeast: 1)
    }

    @Test func aTaskCancelledBeforehandSendsNothing() async throws {
        let server = try FaultServer(replies: [.text("x")])
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        }
        task.cancel()
        let outcome = await failure { _ = try await task.value }
        #expect(outcome.kind == .cancelled)
        #expect(outcome.nothingSent)
        #expect(server.connectionCount == 0)
    }

    @Test func closingEndsWhatIsOnItsWayAndWhatWaits() async throws {
        let server = try FaultServer(replies: [.hang])
        let client = CurlClient(CurlClient.Options(requestsPerHost: 1, requestsInAll: 1))
        let tasks = (0..<3).map { _ in Task { try await client.send(HTTPCall(HTTPRequest("GET", server.url))) } }
        _ = await server.requests(atLeast: 1)
        // A task that only starts after a close opens a new connection, which is ended by the next close.
        let closing = Task {
            while !Task.isCancelled {
                client.close()
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        for task in tasks {
            let outcome = await failure { _ = try await task.value }
            #expect(outcome.kind == .cancelled)
        }
        closing.cancel()
    }
}

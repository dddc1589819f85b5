import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// Whether a write happened whose answer did not come, or tells of something else: it must neither be sent again by itself,
/// nor be taken for undone, nor be in doubt where it was never sent.
@Suite struct DoubtTests {
    private let log = RecordedLog()

    private func client(_ transport: any HTTPClient = CurlClient(), clock: any WallClock = ManualClock())
        -> RetryingClient
    {
        RetryingClient(transport, clock: clock, random: SeededRandom())
    }

    private func write(
        _ url: String, hasKey: Bool = false, retry: RetryPolicy = RetryPolicy(max: 3, jitter: false)
    ) -> HTTPCall {
        HTTPCall(
            HTTPRequest("POST", url, body: .bytes([1])), effect: .write, retry: retry,
            timeouts: .init(stall: .seconds(60)),
            hasIdempotencyKey: hasKey,
            classify: {
                HTTPStatusTable.failure(for: $0, effect: .write, hasIdempotencyKey: hasKey, now: Timestamp(seconds: 0))
            },
            log: log)
    }

    // MARK: After a redirect

    @Test(arguments: [
        FaultServer.Reply.retryAfter("1"), .retryAfter("1", status: 503), .status(408), .status(401), .status(404),
        .status(500),
        .hangUp, .raw("no HTTP\r\n\r\n"),
    ])
    func writeIsSentOnceWhateverBecomesOfItsResult(reply: FaultServer.Reply) async throws {
        let server = try FaultServer { $0.path == "/result" ? reply : .redirect(to: "/result", status: 303) }
        var call = write(server.url + "/order")
        call.renewal = { _ in HTTPRequest("POST", server.url + "/order", body: .bytes([2])) }
        let outcome = await failure { _ = try await client().send(call) }
        #expect(outcome.kind == .uncertain)
        #expect(!outcome.nothingSent)
        #expect(server.requests.filter { $0.method == "POST" }.count == 1)
    }

    /// A kept connection may have ended by the time; what the redirect leads to may be asked for again.
    @Test func resultIsAskedForOverAnotherConnection() async throws {
        let server = try FaultServer { request in
            request.path == "/order"
                ? .redirect(to: "/result", status: 303)
                : request.connection == 1 ? .hangUp : .text("done")
        }
        let response = try await client().send(write(server.url + "/order"))
        #expect(response.text == "done")
        #expect(server.requests.map(\.method) == ["POST", "GET", "GET"])
    }

    @Test func keyedWriteIsRepeatedAfterItsResultWasRefused() async throws {
        let server = try FaultServer { request in
            request.path != "/result" ? .redirect(to: "/result", status: 303) : .retryAfter("1", status: 503)
        }
        let outcome = await failure { _ = try await client().send(write(server.url + "/order", hasKey: true)) }
        #expect(outcome.kind == .transient)
        #expect(server.requests.filter { $0.method == "POST" }.count == 4)
    }

    @Test(arguments: [(302, false), (303, false), (307, true), (308, true)])
    func redirectThatMayNotBeFollowed(status: Int, isUndone: Bool) async throws {
        let server = try FaultServer(replies: [.redirect(to: "file:///etc/hosts", status: status)])
        let outcome = await failure { _ = try await client().send(write(server.url)) }
        #expect(outcome.kind == (isUndone ? .protocolError : .uncertain))
        #expect(outcome.nothingSent == isUndone)
    }

    // MARK: Cut off

    /// libcurl opens another connection by itself where a kept one has ended.
    @Test func writeThatWasSentBeforeItsServerWentAwayIsInDoubt() async throws {
        let servers = Servers()
        let server = try FaultServer { request in
            guard request.path == "/order" else { return .text("x") }
            servers.first?.stop()
            return .hangUp
        }
        servers.first = server
        let transport = CurlClient()
        _ = try await transport.send(HTTPCall(HTTPRequest("GET", server.url + "/")))
        let outcome = await failure { _ = try await client(transport).send(write(server.url + "/order")) }
        #expect(outcome.kind == .uncertain)
        #expect(!outcome.nothingSent)
    }

    /// Of a piece of an upload the server is asked first how far it is.
    @Test func whatIsToGoOutOnceIsNotSentAgainOnAnotherConnection() async throws {
        let server = try FaultServer { request in
            request.method == "GET" ? .text("here") : .hangUp
        }
        let client = client(CurlClient())
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        var piece = HTTPCall(HTTPRequest("PUT", server.url, body: .bytes([1, 2, 3])), effect: .idempotent, log: log)
        piece.isSentOnce = true
        let outcome = await failure { _ = try await client.send(piece) }
        #expect(outcome.kind == .network)
        #expect(!outcome.nothingSent)
        #expect(server.requests.map(\.method) == ["GET", "PUT"])
    }

    /// libcurl sends what may be repeated again by itself where a kept connection ends without an answer.
    @Test(arguments: [0, 3])
    func deletionThatWasDoneOnAConnectionThatEndedIsDone(tries: Int) async throws {
        let server = try FaultServer { request in
            request.method == "GET" ? .text("here") : request.connection == 1 ? .hangUp : .status(404)
        }
        let client = client(CurlClient())
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        let deletion = HTTPCall(
            HTTPRequest("DELETE", server.url), effect: .idempotent, retry: RetryPolicy(max: tries),
            classify: { HTTPStatusTable.failure(for: $0, effect: .idempotent, now: Timestamp(seconds: 0)) }, log: log)
        let response = try await client.send(deletion)
        #expect(response.meansDone)
        #expect(server.requests.map(\.method) == ["GET", "DELETE", "DELETE"])
        // What nobody else can have done is no success.
        let second = await failure { _ = try await client.send(deletion) }
        #expect(second.kind == .notFound)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nX-Big: \(String(repeating: "a", count: 110_000))\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "HTTP/3.7 200 OK\r\n\r\n", "hello\r\n\r\n",
        "HTTP/1.1 999 ?\r\n\r\n",
    ])
    func writeWhoseAnswerCannotBeUnderstoodIsInDoubt(answer: String) async throws {
        let server = try FaultServer(replies: [.raw(answer)])
        let outcome = await failure { _ = try await client().send(write(server.url)) }
        #expect(outcome.kind == .uncertain, "\(outcome)")
        #expect(!outcome.nothingSent)
        #expect(server.requests.count == 1)
    }

    @Test func headerLineThatIsTooLongIsNoLackOfMemory() async throws {
        let server = try FaultServer(replies: [
            .raw("HTTP/1.1 200 OK\r\nX-Big: \(String(repeating: "a", count: 110_000))\r\n\r\n")
        ])
        let outcome = await failure { _ = try await CurlClient().send(HTTPCall(HTTPRequest("GET", server.url))) }
        #expect(outcome.kind == .protocolError)
        #expect(outcome.message == "\(server.authority) answered with a header line of more than 100 KiB")
    }

    @Test func writeThatIsCancelledOnItsWayIsInDoubt() async throws {
        let server = try FaultServer(replies: [.hang])
        let call = write(server.url)
        let task = Task { await failure { _ = try await client().send(call) } }
        _ = await server.requests(atLeast: 1)
        task.cancel()
        let outcome = await task.value
        #expect(outcome.kind == .uncertain)
        #expect(outcome.message == "cancelled; the POST may have been carried out")
    }

    // MARK: Between tries

    private let cut = Result<HTTPResponse, Failure>.failure(Failure(.network, "the answer of api.example broke off"))
    private let refused = Result<HTTPResponse, Failure>.failure(
        Failure(.network, "could not connect to api.example", nothingSent: true))

    @Test func whatWasRefusedBeforeThePauseHasNotHappenedWhereThatIsCancelled() async throws {
        let transport = ScriptedHTTP([.success(HTTPResponse(status: 429, url: "https://api.example/"))])
        let outcome = await failure {
            _ = try await client(transport, clock: ImpatientClock()).send(write("https://api.example/"))
        }
        #expect(outcome.kind == .cancelled)
        #expect(outcome.nothingSent)
    }

    @Test func whatWasCutOffBeforeThePauseMayHaveHappenedWhereThatIsCancelled() async throws {
        let transport = ScriptedHTTP([cut])
        let outcome = await failure {
            _ = try await client(transport, clock: ImpatientClock()).send(write("https://api.example/", hasKey: true))
        }
        #expect(outcome.kind == .cancelled)
        #expect(!outcome.nothingSent)
    }

    @Test func lastTrySaysNothingOfThoseBefore() async throws {
        let transport = ScriptedHTTP([cut, refused])
        let call = write("https://api.example/", hasKey: true, retry: RetryPolicy(max: 1, jitter: false))
        let outcome = await failure { _ = try await client(transport).send(call) }
        #expect(outcome.message == "could not connect to api.example")
        #expect(!outcome.nothingSent)
    }

    // MARK: In line

    @Test func whatHasNoTimeLeftIsNotSent() async throws {
        let server = try FaultServer { $0.path == "/first" ? .hang : .text("x") }
        let transport = CurlClient(CurlClient.Options(requestsPerHost: 1))
        let first = Task { try await transport.send(HTTPCall(HTTPRequest("GET", server.url + "/first"))) }
        _ = await server.requests(atLeast: 1)
        var call = write(server.url + "/late")
        call.timeouts.total = .milliseconds(200)
        let outcomes = await withTaskGroup(of: Failure.self) { group in
            for _ in 0..<3 { group.addTask { [call] in await failure { _ = try await transport.send(call) } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for outcome in outcomes {
            #expect(outcome.kind == .timeout)
            #expect(outcome.nothingSent)
            #expect(outcome.code == "not_begun")
            #expect(
                outcome.message == "the request to \(server.authority) could not begin within its timeout of 200 ms")
        }
        first.cancel()
        _ = await first.result
        #expect(try await transport.send(HTTPCall(HTTPRequest("GET", server.url + "/last"))).text == "x")
        #expect(server.requests.map(\.path) == ["/first", "/last"])
    }
}

/// What a server needs to end itself.
private final class Servers: @unchecked Sendable {
    /// Set before the first request.
    weak var first: FaultServer?
}

/// Nobody waits by it.
private struct ImpatientClock: WallClock {
    private let clock = ManualClock()

    func now() -> Timestamp { clock.now() }
    func monotonic() -> Duration { clock.monotonic() }
    func sleep(_ duration: Duration) async throws { throw CancellationError() }
}

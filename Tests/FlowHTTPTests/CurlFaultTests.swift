import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@testable import FlowHTTP

/// What a caller is told where something goes wrong.
@Suite struct CurlFaultTests {
    private let client = CurlClient()

    private func failure(
        _ method: String = "GET", _ url: String, effect: Effect = .read, hasKey: Bool = false,
        timeouts: HTTPCall.Timeouts = .init(), destination: HTTPCall.Destination = .memory(limit: 1 << 20)
    ) async -> Failure {
        let call = HTTPCall(
            HTTPRequest(method, url, body: method == "POST" ? .bytes([1]) : .none), effect: effect, timeouts: timeouts,
            destination: destination, hasIdempotencyKey: hasKey)
        return await FlowHTTPTests.failure { _ = try await client.send(call) }
    }

    @Test func refusedConnection() async throws {
        let port = try RefusingPort()
        let failure = await failure("POST", port.url + "/secret-path?token=abc", effect: .write)
        #expect(failure.kind == .network)
        #expect(failure.nothingSent)
        #expect(failure.message == "could not connect to \(port.authority) (connection refused)")
        #expect(failure.hint == "check that the server is running and reachable from this machine")
        #expect(!"\(failure)\(failure.underlying ?? "")".contains("token"))
        #expect(!"\(failure)\(failure.underlying ?? "")".contains("secret-path"))
    }

    @Test func hostThatDoesNotExist() async throws {
        let failure = await failure("GET", "http://nowhere.invalid/")
        #expect(failure.kind == .network)
        #expect(failure.nothingSent)
        #expect(failure.message == "could not find the host \"nowhere.invalid\"")
        #expect(failure.hint == "check the spelling, and this machine's network and DNS")
    }

    @Test func plainServerOnATLSPort() async throws {
        let port = try ClosingPort(saying: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        let failure = await failure("POST", "https://\(port.authority)/", effect: .write)
        #expect(failure.kind == .tls)
        #expect(failure.nothingSent)
        #expect(failure.message == "no secure connection with \(port.authority)")
    }

    /// So do servers that have too much to do, or are just being started.
    @Test func connectionThatBreaksBeforeItIsSecureIsTriedAgain() async throws {
        let port = try ClosingPort()
        let failure = await failure("POST", "https://\(port.authority)/", effect: .write)
        #expect(failure.kind == .network)
        #expect(failure.nothingSent)
        #expect(failure.message == "\(port.authority) broke the connection off before it was secure")
        #expect(RetryPolicy(max: 1).allows(failure, effect: .write))
    }

    @Test(arguments: [
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n33333333333333333333\r\nabc\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        "Transfer-Encoding: rot13\r\n\r\nabc",
        "Content-Length: 99999999999999999999999\r\n\r\nabc", "Content-Length: -3\r\n\r\nabc",
        "Content-Length: abc\r\n\r\nabc",
    ])
    func answerThatIsMalformedIsNotTriedAgain(rest: String) async throws {
        let server = try FaultServer { _ in .raw("HTTP/1.1 200 OK\r\n\(rest)") }
        let read = await failure("GET", server.url)
        #expect(read.kind == .protocolError, "\(read)")
        #expect(!RetryPolicy(max: 1).allows(read, effect: .read))
        let write = await failure("POST", server.url, effect: .write)
        #expect(write.kind == .uncertain, "\(write)")
    }

    @Test func protocolThatNobodyAskedForIsNone() async throws {
        let server = try FaultServer { _ in
            .raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        }
        #expect(await failure("GET", server.url).kind == .protocolError)
    }

    @Test(arguments: [("bytes 0-1/10", false), ("bytes 0-1/2", true), ("nothing", false)])
    func partThatNobodyAskedForIsNotTheWhole(range: String, isWhole: Bool) async throws {
        let server = try FaultServer { _ in
            .raw("HTTP/1.1 206 Partial Content\r\nContent-Range: \(range)\r\nContent-Length: 2\r\n\r\nab")
        }
        let call = HTTPCall(HTTPRequest("GET", server.url))
        if isWhole {
            #expect(try await client.send(call).text == "ab")
        } else {
            let failure = await failure("GET", server.url)
            #expect(failure.kind == .protocolError && failure.code == "unasked_part")
        }
    }

    @Test func certificatesAreNotReadFromAPipe() async throws {
        let folder = TemporaryFolder()
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        for route in [
            HTTPRoute(caFile: pipe), HTTPRoute(clientCertificate: .init(certificate: pipe, key: nil)),
        ] {
            let call = HTTPCall(HTTPRequest("GET", "https://nowhere.invalid/"), route: route)
            let failure = await FlowHTTPTests.failure { _ = try await client.send(call) }
            #expect(failure.kind == .tls && failure.nothingSent)
            #expect(failure.message.hasSuffix("for nowhere.invalid: it is no regular file"))
        }
    }

    @Test func silentServerOnATLSPort() async throws {
        let port = try SilentPort()
        let failure = await failure("GET", "https://\(port.authority)/", timeouts: .init(connect: .milliseconds(250)))
        #expect(failure.kind == .timeout)
        #expect(failure.nothingSent)
        #expect(failure.message == "no secure connection with \(port.authority) within 250 ms")
        #expect(failure.hint == "check that the port speaks TLS 1.2 or newer")
    }

    /// They share a connection, and must not find out one after the other that there is none.
    @Test func silentServerOnATLSPortHoldsUpManyNoLongerThanOne() async throws {
        let port = try SilentPort()
        let start = ContinuousClock.now
        let failures = await withTaskGroup(of: Failure.self) { group in
            for _ in 0..<60 {
                group.addTask {
                    await failure("GET", "https://\(port.authority)/", timeouts: .init(connect: .seconds(1)))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ContinuousClock.now - start < .seconds(50))
        #expect(failures.count == 60)
        for failure in failures {
            #expect(failure.kind == .timeout)
            #expect(failure.nothingSent)
            #expect(failure.message.hasSuffix("\(port.authority) within 1.0 s"))
        }
    }

    @Test func hangingServerEndsInATimeout() async throws {
        let server = try FaultServer(replies: [.hang])
        let failure = await failure("GET", server.url, timeouts: .brief)
        #expect(failure.kind == .timeout)
        #expect(!failure.nothingSent)
        #expect(failure.message == "no complete answer from \(server.authority) within 250 ms")
        #expect(failure.hint == "raise the timeout if the service is slow")
        await server.connectionsEnded(atLeast: 1)
    }

    @Test func silenceInTheMiddleIsAStall() async throws {
        let server = try FaultServer(replies: [.text("hello").delivered(.stall(after: 60))])
        let failure = await failure("GET", server.url, timeouts: .init(stall: .milliseconds(150)))
        #expect(failure.kind == .timeout)
        #expect(failure.message == "nothing came from \(server.authority) within 150 ms")
        #expect(failure.hint == "raise stall_timeout if the service is slow")
    }

    /// It names what helps: before the answer begins the step's timeout counts, but not where a stall_timeout is given.
    @Test(arguments: [
        (
            TransferError.Standstill.awaited, nil,
            "if the service is slow, give the step a timeout as long as its answer may take to begin, such as 5m"
        ),
        (.awaited, Duration.seconds(60), "raise the timeout if the service is slow"),
        (.answering, nil, "try again later; stall_timeout of http.request allows longer pauses"),
        (.sending, .seconds(60), "try again later; stall_timeout of http.request allows longer pauses"),
    ])
    func hintAfterAStall(stage: TransferError.Standstill, timeout: Duration?, hint: String) throws {
        let request = HTTPRequest("GET", "http://service.test/")
        let timeouts = HTTPCall.Timeouts(total: timeout, answer: timeout)
        let exchange = try Exchange(HTTPCall(request, timeouts: timeouts))
        #expect(TransferError.stalled(exchange, stage, for: .seconds(30)).hint == hint)
        let own = try Exchange(HTTPCall(request, timeouts: .init(total: timeout, stall: .seconds(30))))
        #expect(
            TransferError.stalled(own, stage, for: .seconds(30)).hint == "raise stall_timeout if the service is slow")
    }

    /// However long it may take to begin.
    @Test func silenceInTheMiddleOfALateAnswerIsAStall() async throws {
        let server = try FaultServer { _ in
            usleep(400_000)
            return .text("hello").delivered(.stall(after: 60))
        }
        let start = ContinuousClock.now
        let timeouts = HTTPCall.Timeouts(stall: .milliseconds(100), answer: .seconds(60))
        let failure = await failure("GET", server.url, timeouts: timeouts)
        #expect(failure.message == "nothing came from \(server.authority) within 100 ms")
        #expect(ContinuousClock.now - start < .seconds(50))
    }

    /// It waits for no answer before the request is sent.
    @Test func serverThatStopsTakingABodyIsAStall() async throws {
        let folder = TemporaryFolder()
        let file = try folder.write("large", [])
        // All of it a hole; far more than the system keeps for a connection.
        #expect(truncate(file, 256 << 20) == 0)
        let port = try SilentPort()
        let call = HTTPCall(
            HTTPRequest("PUT", "http://\(port.authority)/", body: .file(path: file)), effect: .idempotent,
            timeouts: .init(stall: .milliseconds(200), answer: .seconds(60)))
        let start = ContinuousClock.now
        let failure = await FlowHTTPTests.failure { _ = try await client.send(call) }
        #expect(failure.kind == .timeout)
        #expect(failure.message == "\(port.authority) took nothing more of the request within 200 ms")
        #expect(ContinuousClock.now - start < .seconds(50))
        #expect(RetryPolicy(max: 1).allows(failure, effect: .idempotent))
    }

    /// libcurl would send the request again, with the same expectation.
    @Test(arguments: ["POST", "PUT"], [true, false])
    func serverThatDoesNotMeetAnExpectation(method: String, closes: Bool) async throws {
        let refusal = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n"
        let answers = [
            refusal + (closes ? "Connection: close\r\n" : "") + "\r\nno",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ]
        let server = try ScriptedPort(answers.prefix(closes ? 1 : 2).map { Array($0.utf8) })
        let headers = HTTPHeaders([("Expect", "100-continue")])
        let response = try await client.send(
            HTTPCall(
                HTTPRequest(method, "http://\(server.authority)/", headers: headers, body: .bytes([1, 2, 3])),
                effect: method == "POST" ? .write : .idempotent))
        #expect(response.status == 417)
        // Where the connection stays open libcurl may keep the body to itself.
        if closes { #expect(response.text == "no") }
        #expect(!response.wasSentAgain)
    }

    /// Who asks a model, or for an export, waits for the first byte longer than for the next one.
    @Test func answerMayTakeLongerToBeginThanToGoOn() async throws {
        let server = try FaultServer { request in
            guard request.path == "/late" else { return .text("hello").delivered(.stall(after: 60)) }
            usleep(400_000)
            return .text("late")
        }
        let timeouts = HTTPCall.Timeouts(stall: .milliseconds(100), answer: .seconds(60))
        let late = try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/late"), timeouts: timeouts))
        #expect(late.text == "late")
        let failure = await failure("GET", server.url, timeouts: timeouts)
        #expect(failure.message == "nothing came from \(server.authority) within 100 ms")
    }

    @Test func slowButSteadyAnswerIsNoStall() async throws {
        let server = try FaultServer(replies: [
            .text("steady as goes").delivered(.drip(bytes: 1, pause: .milliseconds(100)))
        ])
        let response = try await client.send(
            HTTPCall(HTTPRequest("GET", server.url), timeouts: .init(stall: .seconds(1))))
        #expect(response.text == "steady as goes")
    }

    @Test func writeThatTimesOutIsUncertain() async throws {
        let server = try FaultServer(replies: [.hang])
        let failure = await failure("POST", server.url, effect: .write, timeouts: .brief)
        #expect(failure.kind == .uncertain)
        #expect(!failure.nothingSent)
        #expect(
            failure.message
                == "no complete answer from \(server.authority) within 250 ms; the POST may have been carried out")
        #expect(failure.hint == "look on the other side whether it was before you repeat it")
    }

    @Test(arguments: [false, true]) func anEndAtEveryByteBreaksOff(resets: Bool) async throws {
        let reply = FaultServer.Reply.text("hello, world")
        let size = reply.headSize + "hello, world".utf8.count
        let server = try FaultServer { request in
            let place = Int(request.path.dropFirst()) ?? 0
            return reply.delivered(resets ? .reset(after: place) : .cut(after: place))
        }
        for place in 0..<size {
            let read = await failure("GET", "\(server.url)/\(place)")
            #expect(read.kind == .network)
            #expect(!read.nothingSent)
            #expect(read.message.contains(server.authority))
            let write = await failure("POST", "\(server.url)/\(place)", effect: .write)
            #expect(write.kind == .uncertain)
            #expect(write.message.hasSuffix("; the POST may have been carried out"))
            let keyed = await failure("POST", "\(server.url)/\(place)", effect: .write, hasKey: true)
            #expect(keyed.kind == .network)
        }
        #expect(server.requests.count == 3 * size)
    }

    @Test func closeWithoutAnAnswer() async throws {
        let server = try FaultServer(replies: [.hangUp])
        let failure = await failure("GET", server.url)
        #expect(failure.kind == .network)
        #expect(failure.message == "\(server.authority) closed the connection without an answer")
    }

    @Test func aWriteIsNotRepeatedOnANewConnectionWhereTheKeptOneEnds() async throws {
        let server = try FaultServer { $0.method == "GET" ? .text("x") : .hangUp }
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        let failure = await failure("POST", server.url, effect: .write)
        #expect(failure.kind == .uncertain)
        #expect(server.requests.map(\.method) == ["GET", "POST"])
    }

    @Test func bodyShorterThanAnnounced() async throws {
        let server = try FaultServer(replies: [
            FaultServer.Reply(200, headers: [("Content-Length", "100")], body: .bytes([1, 2]), closes: true)
        ])
        let failure = await failure("GET", server.url)
        #expect(failure.kind == .network)
        #expect(failure.message == "the answer of \(server.authority) broke off")
    }

    @Test func somethingThatIsNotHTTP() async throws {
        let server = try FaultServer(replies: [.raw("SSH-2.0-OpenSSH_9.2\r\n\r\n")])
        let failure = await failure("GET", server.url)
        #expect(failure.kind == .protocolError)
        #expect(failure.message == "\(server.authority) answered something that is not valid HTTP")
        #expect(failure.hint == "check that the address and port belong to the service")
    }

    @Test func headersWithoutEnd() async throws {
        let server = try FaultServer { _ in
            FaultServer.Reply(200, headers: (0..<900).map { ("X-\($0)", String(repeating: "v", count: 400)) })
        }
        let failure = await failure("GET", server.url)
        #expect(failure.kind == .protocolError)
        #expect(failure.message == "\(server.authority) answered with more than 256 KiB of headers")
    }

    @Test func announcedBodyOverTheLimitIsNotRead() async throws {
        let server = try FaultServer(replies: [.endless])
        let failure = await failure("GET", server.url)
        #expect(failure.kind == .protocolError)
        #expect(failure.message == "the answer of \(server.authority) is longer than 1 MiB")
        #expect(failure.hint == "ask for less, or raise the limit")
        await server.connectionsEnded(atLeast: 1)
        #expect(server.bytesSent < 64 << 20)
    }

    @Test func unannouncedBodyStopsAtTheLimitInBoundedMemory() async throws {
        var endless = FaultServer.Reply.endless
        endless.headers = HTTPHeaders([("Transfer-Encoding", "identity")])
        let server = try FaultServer(replies: [endless])
        let before = residentMemory()
        let failure = await failure("GET", server.url, destination: .memory(limit: 8 << 20))
        #expect(failure.message == "the answer of \(server.authority) is longer than 8 MiB")
        await server.connectionsEnded(atLeast: 1)
        #expect(server.bytesSent < 128 << 20)
        #expect(residentMemory() - before < 200 << 20)
    }

    @Test func answerToAWriteThatCannotBeTakenLeavesItInDoubt() async throws {
        var refusal = FaultServer.Reply.endless
        refusal.status = 422
        let server = try FaultServer(replies: [.endless, refusal])
        func outcome() async -> Failure {
            await FlowHTTPTests.failure {
                let call = HTTPCall(
                    HTTPRequest("POST", server.url, body: .bytes([1])), effect: .write,
                    destination: .memory(limit: 1 << 20))
                _ = try await client.send(call)
            }
        }
        let doubt = await outcome()
        #expect(doubt.kind == .uncertain)
        #expect(
            doubt.message
                == "the answer of \(server.authority) is longer than 1 MiB; the POST may have been carried out")
        // What is refused has not happened, however long the answer is.
        #expect(await outcome().message == "nothing was thrown")
        #expect(server.requests.count == 2)
    }

    @Test func errorPageWithoutEndStopsToo() async throws {
        var endless = FaultServer.Reply.endless
        endless.status = 500
        let server = try FaultServer(replies: [endless])
        let response = try await client.send(
            HTTPCall(HTTPRequest("GET", server.url), destination: .file(path: "/nonexistent/never-opened")))
        #expect(response.status == 500)
        #expect(response.bytes.count == 4 << 20)
        await server.connectionsEnded(atLeast: 1)
        #expect(server.bytesSent < 64 << 20)
    }

    @Test func requestsThatCannotBeSent() async throws {
        func message(_ request: HTTPRequest) async -> String {
            await FlowHTTPTests.failure { _ = try await client.send(HTTPCall(request)) }.message
        }
        #expect(
            await message(HTTPRequest("GET", "ftp://h/x"))
                == "the URL of the request is not an absolute http or https URL")
        #expect(
            await message(HTTPRequest("GET", "http://h/a b")) == "the URL for h has a space or control character in it")
        #expect(
            await message(HTTPRequest("GET", "http://u:pw@127.0.0.1:1/"))
                == "the URL for 127.0.0.1:1 has a user name or password in it")
        #expect(await message(HTTPRequest("GET X", "http://h/")) == "the method of the request to h is not a word")
        #expect(
            await message(HTTPRequest("GET", "http://h/", headers: HTTPHeaders([("A", "1\r\nB: 2")])))
                == "the header \"A\" has a line break in it")
        #expect(
            await message(HTTPRequest("GET", "http://h/", headers: HTTPHeaders([("A B", "1")])))
                == "\"A B\" is not a header name")
        #expect(
            await message(HTTPRequest("GET", "http://h/", headers: HTTPHeaders([("content-length", "3")])))
                == "the header \"content-length\" of a request can't be set, as flowctl writes it itself")
    }

    @Test func hostThatIsNotASCII() async throws {
        let failure = await failure("GET", "http://bücher.invalid/")
        #expect(failure.kind == .invalid)
        #expect(failure.nothingSent)
        #expect(failure.message == "the host \"bücher.invalid\" has characters that no name of a host has")
        #expect(failure.hint == "write it in ASCII, as in xn--bcher-kva.example for bücher.example")
    }

    @Test func addressIsSentInASCII() async throws {
        let server = try FaultServer(replies: [.text("x")])
        _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/caf%C3%A9/é?q=é&r=%26")))
        #expect(server.requests[0].target == "/caf%C3%A9/%C3%A9?q=%C3%A9&r=%26")
    }

    @Test func certificatesThatCannotBeRead() async throws {
        let server = try FaultServer(replies: [.text("x")])
        var call = HTTPCall(HTTPRequest("GET", "https://\(server.authority)/"))
        call.route.caFile = "/nonexistent/ca.pem"
        let failure = await FlowHTTPTests.failure { _ = try await client.send(call) }
        #expect(failure.kind == .tls)
        #expect(failure.nothingSent)
        #expect(failure.message == "could not read the certificates to trust from /nonexistent/ca.pem")
    }
}

import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// What is shared between requests: the loop's thread and libcurl's handles.
@Suite struct LoopTests {
    /// One handle serves all of these, one after the other: nothing of a request may be left to the next.
    ///
    /// - Parameter areWrites: whether those that aren't GET or HEAD must go out once.
    @Test(arguments: [false, true]) func requestLeavesNothingToTheNextOne(areWrites: Bool) async throws {
        let server = try FaultServer { request in
            .text(
                "\(request.method) \(request.text) \(request.headers["x-a"] ?? "-") \(request.headers["accept"] ?? "-")"
            )
        }
        let client = CurlClient(CurlClient.Options(requestsPerHost: 1, requestsInAll: 1))
        func send(_ method: String, headers: [(String, String)] = [], body: HTTPBody = .none) async throws -> String {
            let request = HTTPRequest(method, server.url, headers: HTTPHeaders(headers), body: body)
            let effect: Effect = areWrites && !["GET", "HEAD"].contains(method) ? .write : .read
            return try await client.send(HTTPCall(request, effect: effect)).text
        }
        #expect(try await send("GET", headers: [("X-A", "1"), ("Accept", "a/b")]) == "GET  1 a/b")
        #expect(try await send("GET", headers: [("X-A", "2"), ("Accept", "a/b")]) == "GET  2 a/b")
        #expect(try await send("GET") == "GET  - */*")
        #expect(try await send("POST", body: .bytes(Array("one".utf8))) == "POST one - */*")
        #expect(try await send("POST", body: .bytes(Array("other".utf8))) == "POST other - */*")
        #expect(try await send("POST") == "POST  - */*")
        #expect(try await send("HEAD") == "")
        #expect(try await send("GET") == "GET  - */*")
        #expect(try await send("PUT", body: .bytes(Array("x".utf8))) == "PUT x - */*")
        #expect(try await send("DELETE") == "DELETE  - */*")
        // A write takes another one where a slow machine has left it idle.
        if !areWrites { #expect(server.connectionCount == 1) }
        #expect(server.requests.allSatisfy { $0.headers["expect"] == nil })
        let forms = server.requests.compactMap { $0.headers["content-type"] }
        #expect(forms.isEmpty)
    }

    @Test func timeOfARequestIsNotLeftToTheNextOne() async throws {
        let server = try FaultServer { request in
            .text("x", headers: []).delivered(
                request.path == "/slow" ? .drip(bytes: 1, pause: .milliseconds(400)) : .whole)
        }
        let client = CurlClient(CurlClient.Options(requestsPerHost: 1))
        var brief = HTTPCall(HTTPRequest("GET", server.url + "/"))
        brief.timeouts.total = .milliseconds(200)
        _ = try await client.send(brief)
        #expect(try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/slow"))).text == "x")
    }

    /// Answers that come at once have the task's own thread wait for the next one: not longer than it may, and whatever
    /// else is wanted of the loop meanwhile is not kept waiting.
    @Test func anAnswerThatTakesLongerThanThoseBeforeHoldsUpNothing() async throws {
        let server = try FaultServer { $0.path == "/hang" ? .hang : .text($0.target) }
        let client = CurlClient()
        func expectAnswers() async throws {
            for number in 0..<20 {
                let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/\(number)")))
                #expect(response.text == "/\(number)")
            }
        }
        for ending in ["cancelled", "closed"] {
            try await expectAnswers()
            let count = server.requests.count
            let stuck = Task { try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/hang"))) }
            _ = await server.requests(atLeast: count + 1)
            try await expectAnswers()
            if ending == "closed" { client.close() } else { stuck.cancel() }
            let outcome = await failure { _ = try await stuck.value }
            #expect(outcome.kind == .cancelled)
        }
        try await expectAnswers()
    }

    /// One or a few at a time, so that the loop changes its driver all the time, and some are given up in between.
    @Test(arguments: [1, 2, 5]) func requestsThatComeAndGoAtAnyMomentAllEnd(atOnce: Int) async throws {
        let server = try FaultServer { .text($0.target) }
        let client = CurlClient()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<atOnce {
                group.addTask {
                    var answered = 0
                    for number in 0..<200 {
                        let target = "/\(worker)/\(number)"
                        let request = Task { try await client.send(HTTPCall(HTTPRequest("GET", server.url + target))) }
                        if number % 5 == 4 {
                            request.cancel()
                            _ = await request.result
                        } else {
                            answered += try await request.value.text == target ? 1 : 0
                        }
                    }
                    return answered
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(answered == atOnce * 160)
    }

    /// Taken for that of the next request, it would leave that one's own answer to the one after it.
    @Test(arguments: ["GET", "POST"])
    func anAnswerToNothingIsNotTakenForThatOfTheNextRequest(method: String) async throws {
        func answer(_ text: String) -> [UInt8] {
            Array("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8)
        }
        let server = try ScriptedPort([answer("own")], unasked: answer("other"))
        let client = CurlClient()
        var answers: [String] = []
        for method in ["GET", method, "GET"] {
            let request = HTTPRequest(method, "http://\(server.authority)/")
            answers.append(try await client.send(HTTPCall(request, effect: method == "GET" ? .read : .write)).text)
            try await Task.sleep(for: .milliseconds(150))
        }
        #expect(answers == ["own", "own", "own"])
    }
}

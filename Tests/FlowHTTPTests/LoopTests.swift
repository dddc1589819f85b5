import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Foundation
import Testing

/// What is shared between requests: the loop's thread and libcurl's handles.
@Suite struct LoopTests {
    private func thread() -> UInt { UInt(pthread_self()) }

    @Test func taskThatPrefersTheLoopStaysOnItsThread() async throws {
        let server = try FaultServer { .text($0.target) }
        let client = CurlClient()
        try await withTaskExecutorPreference(try client.executor()) {
            let before = thread()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/\(number)")))
                        return response.text == "/\(number)" && thread() == before
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func taskThatPrefersTheLoopCanBeCancelled() async throws {
        let server = try FaultServer(replies: [.hang])
        let client = CurlClient()
        let task = Task(executorPreference: try client.executor()) {
            try await client.send(HTTPCall(HTTPRequest("GET", server.url)))
        }
        _ = await server.requests(atLeast: 1)
        task.cancel()
        let outcome = await failure { _ = try await task.value }
        #expect(outcome.kind == .cancelled)
    }

    @Test func taskGoesOnElsewhereWhenTheLoopIsClosed() async throws {
        let server = try FaultServer { $0.path == "/hang" ? .hang : .text("x") }
        let client = CurlClient()
        let executor = try client.executor()
        let task = Task(executorPreference: executor) {
            let outcome = await failure {
                _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url + "/hang")))
            }
            await Task.yield()
            return (outcome.kind, try await client.send(HTTPCall(HTTPRequest("GET", server.url))).text)
        }
        _ = await server.requests(atLeast: 1)
        client.close()
        let (kind, text) = try await task.value
        #expect(kind == .cancelled)
        #expect(text == "x")
    }

    /// One handle serves all of these, one after the other: nothing of a request may be left to the next.
    @Test func requestLeavesNothingToTheNextOne() async throws {
        let server = try FaultServer { request in
            .text(
                "\(request.method) \(request.text) \(request.headers["x-a"] ?? "-") \(request.headers["accept"] ?? "-")"
            )
        }
        let client = CurlClient(CurlClient.Options(requestsPerHost: 1, requestsInAll: 1))
        func send(_ method: String, headers: [(String, String)] = [], body: HTTPBody = .none) async throws -> String {
            let request = HTTPRequest(method, server.url, headers: HTTPHeaders(headers), body: body)
            return try await client.send(HTTPCall(request, effect: .write)).text
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
        #expect(server.connectionCount == 1)
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
}

import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// When a response is asked for again, and how.
@Suite struct CachingClientTests {
    private let store = MemoryResponses()

    private func call(
        _ url: String, headers: [(String, String)] = [], credential: String? = nil, usesCache: Bool = true
    ) -> HTTPCall {
        var call = HTTPCall(HTTPRequest("GET", url, headers: HTTPHeaders(headers)))
        call.usesCache = usesCache
        call.credential = credential.map { Credential(name: $0, type: "bearer", fields: ValueMap()) }
        return call
    }

    /// Answers 304 to who knows the tag, else the whole body.
    private func server(
        _ headers: [(String, String)] = [("ETag", "\"v1\"")], body: String = "a list"
    ) throws -> FaultServer {
        try FaultServer { request in
            let knows = request.headers["If-None-Match"] == "\"v1\"" || request.headers["If-Modified-Since"] != nil
            return knows
                ? .status(304, headers: [("X-RateLimit-Remaining", "59")]) : .text(body, headers: headers)
        }
    }

    @Test(arguments: [[("ETag", "\"v1\"")], [("Last-Modified", "Fri, 15 Jan 2027 08:00:00 GMT")]])
    func repeatedGetCostsA304(validator: [(String, String)]) async throws {
        let server = try server(validator)
        let client = CachingClient(CurlClient(), store: store)
        let first = try await client.send(call(server.url + "/list"))
        let second = try await client.send(call(server.url + "/list"))
        #expect(second.status == 200)
        #expect(second.isStored && !first.isStored)
        #expect(second.text == "a list")
        #expect(second.headers["Content-Type"] == "text/plain; charset=utf-8")
        #expect(second.headers["Content-Length"] == first.headers["Content-Length"])
        #expect(second.headers["X-RateLimit-Remaining"] == "59")
        #expect(server.requests.count == 2)
    }

    @Test func storedResponseIsNeverGivenWithoutAsking() async throws {
        let server = try server([("ETag", "\"v1\""), ("Cache-Control", "max-age=3600")])
        let client = CachingClient(CurlClient(), store: store)
        for _ in 0..<3 { _ = try await client.send(call(server.url)) }
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, "\"v1\"", "\"v1\""])
    }

    @Test(arguments: [
        [("ETag", "\"v1\""), ("Cache-Control", "private, No-Store")], [("ETag", "\"v1\""), ("Vary", "*")], [],
    ])
    func whatMayNotOrCannotBeAskedForAgainIsNotKept(headers: [(String, String)]) async throws {
        let server = try server(headers)
        let client = CachingClient(CurlClient(), store: store)
        for _ in 0..<2 { _ = try await client.send(call(server.url)) }
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, nil])
    }

    @Test func changedResponseTakesThePlaceOfTheStoredOne() async throws {
        let server = try FaultServer(replies: [
            .text("old", headers: [("ETag", "\"v1\"")]), .text("new", headers: [("ETag", "\"v2\"")]), .status(304),
        ])
        let client = CachingClient(CurlClient(), store: store)
        var texts: [String] = []
        for _ in 0..<3 { texts.append(try await client.send(call(server.url)).text) }
        #expect(texts == ["old", "new", "new"])
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, "\"v1\"", "\"v2\""])
    }

    @Test func credentialsDoNotSeeEachOthersResponses() async throws {
        let server = try server()
        let client = CachingClient(CurlClient(), store: store)
        for name in ["ada", "grace", nil] { _ = try await client.send(call(server.url, credential: name)) }
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, nil, nil])
    }

    @Test func responseIsOnlyForTheRequestsThatItVariesBy() async throws {
        let server = try server([("ETag", "\"v1\""), ("Vary", "Accept, Authorization")])
        let client = CachingClient(CurlClient(), store: store)
        for (accept, token) in [("text/plain", "fake-1"), ("text/csv", "fake-1"), ("text/csv", "fake-2")] {
            _ = try await client.send(call(server.url, headers: [("Accept", accept), ("Authorization", token)]))
        }
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, nil, "\"v1\""])
    }

    @Test func onlyReadsThatSayNothingThemselvesAreAskedForAgain() async throws {
        let server = try server()
        let client = CachingClient(CurlClient(), store: store)
        _ = try await client.send(call(server.url))
        var write = call(server.url)
        write.effect = .write
        var post = call(server.url)
        post.request.method = "POST"
        let others = [
            write, post, call(server.url, usesCache: false), call(server.url, headers: [("Range", "bytes=0-1")]),
            call(server.url, headers: [("Cache-Control", "no-cache")]),
        ]
        for call in others { _ = try await client.send(call) }
        #expect(server.requests.dropFirst().allSatisfy { $0.headers["If-None-Match"] == nil })
    }

    @Test func leastUsedIsForgottenWhereThereIsNoRoom() async throws {
        let store = MemoryResponses(capacity: 1000)
        func key(_ name: String) -> ResponseKey { ResponseKey(url: name, credential: nil) }
        for name in ["a", "b", "c"] { await store.keep([UInt8](repeating: 1, count: 300), of: key(name)) }
        #expect(await store.content(of: key("a")) != nil)
        await store.keep([UInt8](repeating: 1, count: 300), of: key("d"))
        #expect(await store.content(of: key("b")) == nil)
        #expect(await store.content(of: key("a")) != nil)
        await store.keep([UInt8](repeating: 1, count: 2000), of: key("large"))
        #expect(await store.content(of: key("large")) == nil)
    }
}

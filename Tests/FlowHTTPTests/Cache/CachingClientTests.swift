import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Synchronization
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

    @Test(arguments: [
        [("ETag", "\"v1\"")],
        [("Date", "Fri, 15 Jan 2027 08:01:00 GMT"), ("Last-Modified", "Fri, 15 Jan 2027 08:00:00 GMT")],
    ])
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

    @Test func whatIsStoredIsNotGivenToWhoWantsLess() async throws {
        let server = try server(body: "a list of things")
        let client = CachingClient(CurlClient(), store: store)
        _ = try await client.send(call(server.url))
        var small = call(server.url)
        small.destination = .memory(limit: 10)
        let outcome = await failure { [small] in _ = try await client.send(small) }
        #expect(outcome.code == "too_large")
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, nil])
        small.destination = .memory(limit: 16)
        #expect(try await client.send(small).isStored)
    }

    @Test func anAddressThatIsNoASCIIIsKnownAgainAsItIsSent() async throws {
        let server = try server()
        let client = CachingClient(CurlClient(), store: store)
        for path in ["/größe?q=é", "/größe?q=é", "/gr%C3%B6%C3%9Fe?q=%C3%A9"] {
            _ = try await client.send(call(server.url + path))
        }
        #expect(Set(server.requests.map(\.target)) == ["/gr%C3%B6%C3%9Fe?q=%C3%A9"])
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, "\"v1\"", "\"v1\""])
    }

    /// Two states of the same second share a date (RFC 9110, 8.8.2.2).
    @Test(arguments: [
        ("Fri, 15 Jan 2027 08:00:00 GMT", false), ("Fri, 15 Jan 2027 07:59:59 GMT", false),
        ("Fri, 15 Jan 2027 07:59:00 GMT", true), ("no date", false),
    ])
    func aDateThatIsYoungTellsNothing(date: String, isAsked: Bool) async throws {
        let server = try server([("Date", "Fri, 15 Jan 2027 08:00:00 GMT"), ("Last-Modified", date)])
        let client = CachingClient(CurlClient(), store: store)
        for _ in 0..<2 { _ = try await client.send(call(server.url)) }
        #expect(server.requests.map { $0.headers["If-Modified-Since"] } == [nil, isAsked ? date : nil])
    }

    /// What a 304 says of a body is not said of the one that is stored.
    @Test func aStoredBodyKeepsItsType() async throws {
        let server = try FaultServer { request in
            request.headers["If-None-Match"] == nil
                ? .json(["v": 19], headers: [("ETag", "\"v1\"")])
                : .status(304, headers: [("Content-Type", "text/plain"), ("X-Fresh", "yes")])
        }
        let client = CachingClient(CurlClient(), store: store)
        _ = try await client.send(call(server.url))
        let second = try await client.send(call(server.url))
        #expect(second.isStored && second.headers["X-Fresh"] == "yes")
        #expect(second.headers.all("Content-Type") == ["application/json"])
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
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, nil, nil])
    }

    /// With and without a mark that the value is secret, as where it is written out or comes from a variable.
    @Test(arguments: [("Authorization", false), ("Authorization", true), ("X-Api-Key", false), ("X-Door", true)])
    func otherSecretGetsAResponseOfItsOwn(field: String, isMarked: Bool) async throws {
        let server = try FaultServer { request in
            let isKnown = request.headers["If-Modified-Since"] != nil
            let date = [("Date", "Fri, 15 Jan 2027 08:01:00 GMT"), ("Last-Modified", "Fri, 15 Jan 2027 08:00:00 GMT")]
            return isKnown ? .status(304) : .text("for " + (request.headers[field] ?? "nobody"), headers: date)
        }
        let client = CachingClient(CurlClient(), store: store)
        var texts: [String] = []
        for secret in ["fake-a", "fake-a", "fake-b", nil] {
            var call = call(server.url + "/me", headers: secret.map { [(field, $0)] } ?? [])
            if isMarked { call.request.secrets.add(header: field) }
            texts.append(try await client.send(call).text)
            let kept = await store.content(of: ResponseKey(url: server.url + "/me", credential: nil)) ?? []
            let head = String(decoding: kept.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            #expect(!kept.isEmpty && !head.contains("fake"))
        }
        #expect(texts == ["for fake-a", "for fake-a", "for fake-b", "for nobody"])
        #expect(server.requests.map { $0.headers["If-Modified-Since"] != nil } == [false, true, false, false])
    }

    @Test func credentialKeepsItsResponseHoweverItSigns() async throws {
        let server = try server([("ETag", "\"v1\""), ("Vary", "Authorization")])
        let client = CachingClient(CurlClient(), store: store)
        for signature in ["fake-1", "fake-2"] {
            var call = call(server.url, headers: [("Authorization", signature)], credential: "ada")
            call.request.secrets.add(credentialHeader: "Authorization")
            _ = try await client.send(call)
        }
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, "\"v1\""])
    }

    @Test func sameAddressBehindAnotherSocketOrProxyIsAnotherServer() async throws {
        let transport = ScriptedHTTP { call in
            let isKnown = call.request.headers["If-None-Match"] != nil
            return HTTPResponse(
                status: isKnown ? 304 : 200, headers: HTTPHeaders([("ETag", "\"1\"")]),
                body: .bytes(Array("\(call.route.unixSocket ?? "") \(call.route.proxy ?? "")".utf8)),
                url: call.request.url)
        }
        let client = CachingClient(transport, store: store)
        var texts: [String] = []
        for (socket, proxy) in [("/a.sock", nil), ("/b.sock", nil), (nil, "http://p:1"), (nil, nil), (nil, nil)] {
            var call = call("http://app.example/info")
            call.route = HTTPRoute(proxy: proxy, unixSocket: socket)
            texts.append(try await client.send(call).text)
        }
        #expect(texts == ["/a.sock ", "/b.sock ", " http://p:1", " ", " "])
        #expect(transport.calls.map { $0.request.headers["If-None-Match"] } == [nil, nil, nil, nil, "\"1\""])
    }

    @Test func answerOfARedirectsTargetSaysNothingAboutWhatIsStored() async throws {
        let date = [
            ("Date", "Fri, 15 Jan 2027 08:01:00 GMT"), ("Last-Modified", "Fri, 15 Jan 2027 08:00:00 GMT"),
            ("ETag", "\"v1\""),
        ]
        let other = try FaultServer { request in
            let isAsked = request.headers["If-Modified-Since"] != nil || request.headers["If-None-Match"] != nil
            return isAsked ? .status(304) : .text("what is true now")
        }
        let isMoved = Mutex(false)
        let server = try FaultServer { _ in
            isMoved.withLock { $0 } ? .redirect(to: other.url + "/other") : .text("old", headers: date)
        }
        let client = CachingClient(CurlClient(), store: store)
        #expect(try await client.send(call(server.url + "/doc")).text == "old")
        isMoved.withLock { $0 = true }
        #expect(try await client.send(call(server.url + "/doc")).text == "what is true now")
        #expect(server.requests[1].headers["If-None-Match"] == "\"v1\"")
    }

    @Test func conditionsOfTheStepItselfGoToARedirectsTarget() async throws {
        let server = try FaultServer { request in
            request.path == "/" ? .redirect(to: "/there") : .text(request.headers["If-None-Match"] ?? "none")
        }
        let client = CachingClient(CurlClient(), store: store)
        let response = try await client.send(call(server.url + "/", headers: [("If-None-Match", "\"own\"")]))
        #expect(response.text == "\"own\"")
    }

    @Test func whatWasLeftOfALimitIsNotRepeatedWithAStoredResponse() async throws {
        let server = try server([
            ("ETag", "\"v1\""), ("X-RateLimit-Reset", "3"), ("RateLimit", "\"a\";r=0;t=9"), ("Retry-After", "3"),
        ])
        let client = CachingClient(CurlClient(), store: store)
        let first = try await client.send(call(server.url))
        #expect(first.headers["X-RateLimit-Reset"] == "3")
        let second = try await client.send(call(server.url))
        #expect(second.isStored)
        #expect(second.headers["X-RateLimit-Remaining"] == "59")
        for name in ["X-RateLimit-Reset", "RateLimit", "Retry-After"] { #expect(second.headers[name] == nil) }
    }

    @Test(arguments: ["\"a\rb\"", "\"a\u{1}b\"", "\"" + String(repeating: "a", count: 2000) + "\""])
    func tagThatCannotBeSentBackIsNotUsed(tag: String) async throws {
        let transport = ScriptedHTTP { call in
            HTTPResponse(status: 200, headers: HTTPHeaders([("ETag", tag)]), url: call.request.url)
        }
        let client = CachingClient(transport, store: store)
        for _ in 0..<2 { _ = try await client.send(call("http://app.example/")) }
        #expect(transport.calls.allSatisfy { $0.request.headers["If-None-Match"] == nil })
    }

    @Test(.timeLimit(.minutes(1))) func answerOfManyFieldsIsReadInLinearTime() async throws {
        let many = (0..<36_000).map { ("X-\($0)", "1") }
        let transport = ScriptedHTTP { call in
            let isKnown = call.request.headers["If-None-Match"] != nil
            return HTTPResponse(
                status: isKnown ? 304 : 200, headers: HTTPHeaders(isKnown ? many : [("ETag", "\"1\""), ("x-7", "0")]),
                url: call.request.url)
        }
        let client = CachingClient(transport, store: store)
        _ = try await client.send(call("http://app.example/"))
        let second = try await client.send(call("http://app.example/"))
        #expect(second.headers.fields.count == 36_001)
        #expect(second.headers.all("X-7") == ["1"])
    }

    @Test func onlyReadsThatSayNothingThemselvesAreAskedForAgain() async throws {
        let server = try server()
        let client = CachingClient(CurlClient(), store: store)
        _ = try await client.send(call(server.url))
        var write = call(server.url)
        write.effect = .write
        var post = call(server.url)
        post.request.method = "POST"
        var withBody = call(server.url)
        withBody.request.body = .bytes(Array("{\"query\":2}".utf8))
        let others = [
            write, post, withBody, call(server.url, usesCache: false),
            call(server.url, headers: [("Range", "bytes=0-1")]),
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

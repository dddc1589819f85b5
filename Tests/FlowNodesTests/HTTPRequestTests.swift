import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Testing

@Suite struct HTTPRequestTests {
    private func server(type: String = "application/json", _ body: String) -> ScriptedHTTP {
        ScriptedHTTP { call in
            HTTPResponse(
                status: 200, headers: HTTPHeaders([("Content-Type", type)]), body: .bytes(Array(body.utf8)),
                url: call.request.url)
        }
    }

    @Test func jsonIsDecoded() async throws {
        let http = server(#"{"id": 7}"#)
        let output = try await runNode(
            "http.request", ["url": "https://api.example.com/x?a=1", "query": ["q": "a b", "tag": ["x", "y"]]],
            http: http)
        #expect(
            output == ["status": 200, "headers": ["content-type": "application/json"], "body": ["id": 7]])
        #expect(http.calls.first?.request.url == "https://api.example.com/x?a=1&q=a%20b&tag=x&tag=y")
        #expect(http.calls.first?.effect == .read)
    }

    @Test(arguments: [
        ("GET", Effect.read), ("HEAD", .read), ("PUT", .idempotent), ("DELETE", .idempotent), ("POST", .write),
    ])
    func theMethodSaysWhatARequestDoes(method: String, effect: Effect) throws {
        let node = try #require(NativeNodes().node(named: "http.request"))
        let arguments = try node.spec.bind(ValueMap([("url", "https://h/x"), ("method", .string(method))]))
        #expect(node.effect(of: arguments) == effect)
    }

    @Test(arguments: [("GET", false), ("DELETE", true)])
    func whatAnEarlierProcessMayHaveDoneIsKnown(method: String, mayBeDone: Bool) async throws {
        let node = try #require(NativeNodes().node(named: "http.request"))
        let arguments = try node.spec.bind(ValueMap([("url", "https://h/x"), ("method", .string(method))]))
        let http = server("{}")
        var context = NodeContext(world: .test(http: http), effect: node.effect(of: arguments))
        context.mayBeDone = true
        _ = try await node.run(arguments, in: context)
        #expect(http.calls.map(\.mayBeDone) == [mayBeDone])
    }

    @Test func theKeyOfTheStepIsSent() async throws {
        let node = try #require(NativeNodes().node(named: "http.request"))
        let http = server("{}")
        var context = NodeContext(world: .test(http: http), idempotencyKey: "order-7")
        let arguments = try node.spec.bind(ValueMap([("url", "https://h/x"), ("method", "POST")]))
        _ = try await node.run(arguments, in: context)
        context.isKeyGiven = true
        _ = try await node.run(arguments, in: context)
        #expect(http.calls.map { $0.request.headers["idempotency-key"] } == [nil, "order-7"])
        #expect(http.calls.map(\.hasIdempotencyKey) == [false, true])

        let headers: Value = ["idempotency-key": "other"]
        let twice = try node.spec.bind(ValueMap([("url", "https://h/x"), ("method", "POST"), ("headers", headers)]))
        let failure = await failure { [context] in try await node.run(twice, in: context) }
        #expect(failure?.message == "http.request: the header Idempotency-Key is given twice")
        #expect(http.calls.count == 2)
    }

    @Test func invalidJSONIsAProtocolFailure() async throws {
        let failure = await failure {
            try await runNode("http.request", ["url": "https://api.example.com/x"], http: server("<html>"))
        }
        #expect(failure?.kind == .protocolError)
        #expect(failure?.message.hasPrefix("api.example.com sent JSON that can't be read: ") == true)
        #expect(failure?.hint == "read it with as: text to see what it is")
    }

    /// So the attempt has failed, and what repeats it knows that.
    @Test(arguments: [
        ("GET", 200, FailureKind.protocolError), ("POST", 201, .uncertain), ("POST", 404, .protocolError),
    ])
    func whetherABodyCanBeReadIsJudgedWithTheAnswer(method: String, status: Int, kind: FailureKind) async throws {
        let http = server("{}")
        _ = try await runNode(
            "http.request", ["url": "http://h/x", "method": .string(method), "ok": [200, 201, 404]], http: http)
        let classify = try #require(http.calls[0].classify)
        func failure(_ body: String, type: String = "application/json") -> Failure? {
            classify(
                HTTPResponse(
                    status: status, headers: HTTPHeaders([("Content-Type", type)]), body: .bytes(Array(body.utf8)),
                    url: "http://h/x"))
        }
        #expect(failure("{}") == nil)
        #expect(failure("<html>", type: "text/html") == nil)
        #expect(failure("<html>")?.kind == kind)
        #expect(failure("<html>")?.code == "invalid_json")
    }

    /// What it is packed in is not what it is called.
    @Test func aBodyInACodingThatTheStepAskedForIsBytes() async throws {
        func body(_ coding: String?, accepts: String?) async throws -> Value? {
            let http = ScriptedHTTP { call in
                var headers = HTTPHeaders([("Content-Type", "application/json")])
                if let coding { headers.append("Content-Encoding", coding) }
                return HTTPResponse(
                    status: 200, headers: headers, body: .bytes(Array("[1]".utf8)), url: call.request.url)
            }
            let headers = ValueMap(accepts.map { [("Accept-Encoding", .string($0))] } ?? [])
            return try await runNode("http.request", ["url": "http://h/x", "headers": .map(headers)], http: http)[
                "body"]
        }
        #expect(try await body("gzip", accepts: "gzip") == .bytes(Array("[1]".utf8)))
        #expect(try await body("utf-8", accepts: "gzip") == [1])
        #expect(try await body(nil, accepts: "gzip") == [1])
        #expect(try await body("gzip", accepts: nil) == [1])
    }

    @Test func textAndBytesGoByType() async throws {
        let text = try await runNode(
            "http.request", ["url": "http://h/x"], http: server(type: "text/plain; charset=utf-8", "hi"))
        #expect(text["body"] == "hi")
        let bytes = try await runNode("http.request", ["url": "http://h/x"], http: server(type: "image/png", "hi"))
        #expect(bytes["body"] == .bytes([104, 105]))
    }

    @Test func bodiesCarryTheirType() async throws {
        let http = server("{}")
        _ = try await runNode("http.request", ["url": "http://h/x", "method": "POST", "json": ["a": nil]], http: http)
        _ = try await runNode(
            "http.request", ["url": "http://h/x", "method": "PUT", "form": ["a b": "c&d"]], http: http)
        #expect(http.calls[0].request.body == .bytes(Array(#"{"a":null}"#.utf8)))
        #expect(http.calls[0].request.headers["content-type"] == "application/json")
        #expect(http.calls[0].effect == .write)
        #expect(http.calls[1].request.body == .bytes(Array("a+b=c%26d".utf8)))
        #expect(http.calls[1].effect == .idempotent)
    }

    @Test func bytesAreBase64OutsideOfABodyOfTheirOwn() async throws {
        let http = server("{}")
        let bytes = Value.bytes([0xFF, 0xFE])
        _ = try await runNode(
            "http.request",
            [
                "url": "http://h/x", "method": "POST", "query": ["q": bytes], "headers": ["X-A": bytes],
                "form": ["f": bytes],
            ],
            http: http)
        #expect(http.calls[0].request.url == "http://h/x?q=%2F%2F4%3D")
        #expect(http.calls[0].request.headers["X-A"] == "//4=")
        #expect(http.calls[0].request.body == .bytes(Array("f=%2F%2F4%3D".utf8)))
        _ = try await runNode("http.request", ["url": "http://h/x", "method": "POST", "body": bytes], http: http)
        #expect(http.calls[1].request.body == .bytes([0xFF, 0xFE]))
    }

    @Test func aRenewedTokenIsPartOfARequestOfItsOwn() async throws {
        let http = server("{}")
        let node = try #require(NativeNodes().node(named: "http.request"))
        let arguments = try node.spec.bind(
            ValueMap([("url", .string("https://api.example.com/x")), ("query", .map(ValueMap([("a", .int(1))])))]))
        @Sendable func credential(_ token: String) -> Credential {
            Credential(
                name: "work", type: "bearer", fields: ValueMap([("token", .secret(.string(token)))]),
                origins: Set([Origin("https://api.example.com")].compactMap(\.self)))
        }
        var context = NodeContext(world: .test(http: http), credential: credential("old-fake"))
        context.renew = { refused in refused.fields["token"] == "old-fake" ? credential("new-fake") : nil }
        _ = try await node.run(arguments, in: context)
        let renewed = try #require(try await http.calls[0].renewal?(HTTPResponse(status: 401)))
        #expect(renewed.url == "https://api.example.com/x?a=1")
        #expect(renewed.headers["Authorization"] == "Bearer new-fake")
    }

    @Test func socketAndAuthoritiesArePartOfTheCall() async throws {
        let http = server("{}")
        _ = try await runNode(
            "http.request",
            ["url": "http://docker/x", "unix_socket": "/var/run/docker.sock", "ca_file": "/etc/own.pem"], http: http)
        #expect(http.calls[0].route == HTTPRoute(unixSocket: "/var/run/docker.sock", caFile: "/etc/own.pem"))
    }

    /// A proxy's password and a client's key are secret too, but they are not what a request says who it is by.
    @Test func routeOfACredentialIsNoToken() async throws {
        let http = server("{}")
        let fields = ValueMap([
            ("bot_token", .secret("not-a-real-token")), ("proxy", .secret("http://user:pencil@proxy.test:3128")),
            ("client_cert", "/etc/own.pem"), ("client_key", .secret("/etc/own.key")),
        ])
        let origins = Set([Origin("https://api.example.com")].compactMap(\.self))
        let credential = Credential(name: "c", type: "some_app", fields: fields, origins: origins)
        _ = try await runNode(
            "http.request", ["url": "https://api.example.com/x"], http: http, credential: credential)
        #expect(http.calls[0].request.headers["authorization"] == "Bearer not-a-real-token")
        #expect(
            http.calls[0].route
                == HTTPRoute(
                    proxy: "http://user:pencil@proxy.test:3128",
                    clientCertificate: .init(certificate: "/etc/own.pem", key: "/etc/own.key")))
    }

    @Test func twoBodiesAreRefused() async throws {
        let failure = await failure {
            try await runNode("http.request", ["url": "http://h/x", "json": 1, "body": "x"])
        }
        #expect(failure?.message == "http.request: give only one of \"json\", \"body\"")
    }

    @Test func statusesAreClassified() async throws {
        let call = HTTPResponse(status: 404, url: "http://h/x")
        let http = server("{}")
        _ = try await runNode("http.request", ["url": "http://h/x"], http: http)
        #expect(http.calls[0].classify?(call)?.kind == .notFound)
        _ = try await runNode("http.request", ["url": "http://h/x", "ok": [200, 404]], http: http)
        #expect(http.calls[1].classify?(call) == nil)
        _ = try await runNode("http.request", ["url": "http://h/x", "ok": [204]], http: http)
        #expect(
            http.calls[2].classify?(HTTPResponse(status: 200))?.message
                == "the server answered 200, which is not in ok")
    }

    /// What was answered so has been carried out.
    @Test func writeThatIsAnsweredOtherwiseThanWantedIsNotUndone() async throws {
        let http = server("{}")
        _ = try? await runNode("http.request", ["url": "http://h/x", "method": "POST", "ok": [201]], http: http)
        #expect(http.calls[0].classify?(HTTPResponse(status: 200))?.kind == .uncertain)
        let headers: Value = ["Idempotency-Key": "fake-key"]
        _ = try? await runNode(
            "http.request", ["url": "http://h/x", "method": "POST", "ok": [201], "headers": headers], http: http)
        #expect(http.calls[1].classify?(HTTPResponse(status: 200))?.kind == .protocolError)
    }

    @Test(arguments: [
        ("application/problem+json", #"{"title":"Bad","detail":"The shop\nis closed."}"#, ": The shop is closed."),
        ("application/json", #"{"error":{"code":7,"message":"No such shop."}}"#, ": No such shop."),
        ("application/json", #"{"error":"invalid_grant","error_description":"It expired."}"#, ": It expired."),
        ("application/json", #"{"errors":[{"message":"Which shop?"}]}"#, ": Which shop?"),
        ("application/json", #"{"message":"unprocessable content"}"#, ""), ("text/plain", "no shop", ": no shop"),
        ("text/html", "<p>no shop", ""), ("application/json", "{", ""),
    ])
    func aRefusalQuotesTheReason(type: String, body: String, reason: String) async throws {
        let http = server("{}")
        _ = try await runNode("http.request", ["url": "http://h/x"], http: http)
        let answer = HTTPResponse(
            status: 422, headers: HTTPHeaders([("Content-Type", type)]), body: .bytes(Array(body.utf8)),
            url: "http://h/x")
        #expect(http.calls[0].classify?(answer)?.message == "h answered 422 Unprocessable Content" + reason)
    }

    private let token = Credential(
        name: "api", type: "bearer", fields: ValueMap([("token", .secret("fake-token-123"))]),
        origins: Origin("https://api.example.com").map { [$0] })

    @Test func credentialsGoToTheirOriginsOnly() async throws {
        let http = server("{}")
        _ = try await runNode("http.request", ["url": "https://api.example.com/x"], http: http, credential: token)
        #expect(http.calls[0].request.headers["Authorization"] == "Bearer fake-token-123")
        let failure = await failure {
            try await runNode("http.request", ["url": "https://evil.example/x"], credential: token)
        }
        #expect(failure?.kind == .permission)
        #expect(failure?.message == "credential \"api\" of type bearer was not made for https://evil.example")
        #expect(
            failure?.hint
                == "allow it, if it is meant to go there: flowctl credentials allow api --host https://evil.example")
    }

    @Test func otherTypesOfCredential() async throws {
        let http = server("{}")
        let origins = Origin("http://h").map { Set([$0]) }
        for (type, fields) in [
            ("basic", ValueMap([("username", "ada"), ("password", .secret("pw"))])),
            ("header", ValueMap([("name", "X-Key"), ("value", .secret("k"))])),
            ("query", ValueMap([("name", "key"), ("value", .secret("k"))])),
            ("slack_bot", ValueMap([("bot_token", .secret("xoxb-fake"))])),
            ("api_key", ValueMap([("header", "X-API-Key"), ("key", .secret("a"))])),
        ] {
            let credential = Credential(name: "c", type: type, fields: fields, origins: origins)
            _ = try await runNode("http.request", ["url": "http://h/x"], http: http, credential: credential)
        }
        #expect(http.calls[0].request.headers["Authorization"] == "Basic YWRhOnB3")
        #expect(http.calls[1].request.headers["X-Key"] == "k")
        #expect(http.calls[1].request.secrets.headers.contains("x-key"))
        #expect(http.calls[2].request.url == "http://h/x?key=k")
        #expect(http.calls[3].request.headers["Authorization"] == "Bearer xoxb-fake")
        #expect(http.calls[4].request.headers["X-API-Key"] == "a")
        #expect(http.calls[4].request.headers["Authorization"] == nil)
    }

    @Test func aCredentialOfAnotherProtocolIsNotSent() async throws {
        let credential = Credential(
            name: "mail", type: "smtp", fields: ValueMap([("username", "ada"), ("password", .secret("pw"))]),
            origins: Origin("http://h").map { [$0] })
        let failure = await failure {
            try await runNode("http.request", ["url": "http://h/x"], credential: credential)
        }
        #expect(failure?.message == "http.request can't use a credential of type smtp")
        #expect(failure?.hint == "use one of type bearer, basic, api_key, header, query or oauth2")
    }

    @Test func theRequestKnowsWhereItsSecretsAre() async throws {
        let http = server("{}")
        _ = try await runNode(
            "http.request",
            [
                "url": "https://h/x", "method": "PUT", "query": ["q": .secret("a"), "page": 1],
                "headers": ["X-Door": .secret("b")],
                "json": ["door": ["digits": .secret("c"), "open": false], "all": [1, .secret(2)]],
            ], http: http)
        _ = try await runNode(
            "http.request", ["url": "https://h/x", "query": .secret(["q": ["a", "b"]]), "body": .secret("c")],
            http: http)
        let named = http.calls[0].request.secrets
        #expect(named.query == ["q"])
        #expect(named.headers == ["x-door"])
        #expect(named.members == ["digits", "all"])
        #expect(!named.isWholeBody)
        #expect(http.calls[1].request.url == "https://h/x?q=a&q=b")
        #expect(http.calls[1].request.secrets.query == ["q"])
        #expect(http.calls[1].request.secrets.isWholeBody)
    }

    @Test func aSecretAtTheCutOfAReasonIsMasked() async throws {
        let start = String(repeating: "x", count: 291)
        let http = server("{}")
        _ = try await runNode("http.request", ["url": "https://api.example.com/x"], http: http, credential: token)
        let answer = HTTPResponse(
            status: 400, headers: HTTPHeaders([("Content-Type", "application/json")]),
            body: .bytes(Array(#"{"message": "\#(start)fake-token-123"}"#.utf8)), url: "https://api.example.com/x")
        #expect(
            http.calls[0].classify?(answer)?.message == "api.example.com answered 400 Bad Request: \(start)***")
    }

    private func preview(
        _ url: String, query: Value = .null, credential: Credential? = nil, baseURL: String? = nil
    ) throws -> HTTPRequest? {
        let node = try #require(NativeNodes().node(named: "http.request"))
        let arguments = try node.spec.bind(ValueMap([("url", .string(url)), ("query", query)]))
        let context = NodeContext(world: .test(), credential: credential, baseURL: baseURL)
        guard case .request(let request)? = try node.preview(arguments, in: context).first else { return nil }
        return request
    }

    @Test(arguments: [
        ("http://h/items/‹steps.a.output.body.id + 1›", "http://h/items/‹steps.a.output.body.id + 1›?q=1"),
        (##"http://h/‹steps.a.output.ok ? "x" : "#"›/z#top"##, ##"http://h/‹steps.a.output.ok ? "x" : "#"›/z?q=1"##),
        ("http://h/x?a=‹steps.a.output.id›&b=‹item.id + 2›", "http://h/x?a=‹steps.a.output.id›&b=‹item.id + 2›&q=1"),
        (#"‹steps.a.output.url + "/"›/items"#, #"‹steps.a.output.url + "/"›/items?q=1"#),
        (
            "https://‹steps.a.output.host + 1›:‹inputs.port + 1›",
            "https://‹steps.a.output.host + 1›:‹inputs.port + 1›?q=1"
        ),
    ])
    func aPreviewTakesPlaceholdersForWhatTheyStandFor(url: String, shown: String) throws {
        #expect(try preview(url, query: ["q": 1])?.url == shown)
    }

    @Test(arguments: ["http://h/a b/‹steps.a.output.id›", "h/‹steps.a.output.id + 1›", "http://h/‹a b"])
    func aPreviewChecksWhatIsKnownOfAnAddress(url: String) {
        #expect(throws: Failure.self) { try preview(url) }
    }

    @Test func aCredentialIsShownWhereTheHostIsNotKnownYet() throws {
        for url in ["‹steps.a.output.body.url›", "https://‹steps.a.output.host›/x"] {
            #expect(try preview(url, credential: token)?.headers["Authorization"] == "***")
        }
        #expect(throws: Failure.self) {
            try preview("https://elsewhere.test/‹steps.a.output.id + 1›", credential: token)
        }
    }

    @Test(arguments: ["https://api.example.com/‹a / b›", "https://‹inputs.host + 1›/‹a / b›"])
    func aPreviewHasTheBaseAddress(url: String) throws {
        #expect(try preview(url, baseURL: "http://127.0.0.1:8080/m")?.url == "http://127.0.0.1:8080/m/‹a / b›")
    }

    @Test func aPreviewShowsNoSecret() throws {
        let node = try #require(NativeNodes().node(named: "http.request"))
        let given: Value = [
            "url": "https://api.example.com/x", "method": "POST", "json": ["key": .secret("fake-json-secret")],
            "headers": ["X-A": .secret("fake-header")],
        ]
        let arguments = try node.spec.bind(try #require(given.mapValue))
        let context = NodeContext(world: .test(), credential: token)
        guard case .request(let request)? = try node.preview(arguments, in: context).first else {
            Issue.record("no request")
            return
        }
        #expect(request.headers["Authorization"] == "***")
        #expect(request.headers["X-A"] == "***")
        #expect(request.body == .bytes(Array(#"{"key":"***"}"#.utf8)))
    }

    @Test(arguments: [
        ("ftp://h/x", "must be an http or https address"), ("h/x", "must be an http or https address"),
        ("http://h/a b", "has a space or control character in it"),
        ("HTTPS://h:99999/x", "has no host, or no port from 1 to 65535"),
        ("http:///x", "has no host, or no port from 1 to 65535"),
    ])
    func anAddressThatIsNoneIsRefused(url: String, objection: String) async throws {
        let failure = await failure { try await runNode("http.request", ["url": .string(url)]) }
        #expect(failure?.message == "http.request: parameter \"url\" \(objection)")
    }

    /// The rest of a body would be the beginning of the next request on its connection.
    @Test(arguments: [
        "Content-Length", "transfer-encoding", "Connection", "TE", "Trailer", "Upgrade", "Keep-Alive",
        "Proxy-Connection",
        "HTTP2-Settings",
    ])
    func fieldsOfTheConnectionAreRefused(name: String) async throws {
        let failure = await failure {
            try await runNode(
                "http.request", ["url": "http://h/x", "headers": .map(ValueMap([(name, Value.string("3"))]))])
        }
        #expect(failure?.kind == .invalid)
        #expect(
            failure?.message
                == "http.request: parameter \"headers\" must be without \"\(name)\", which flowctl writes itself")
    }

    @Test func hostAndExpectAreTheStepsOwn() async throws {
        let http = server("{}")
        _ = try await runNode(
            "http.request", ["url": "http://h/x", "headers": ["Host": "other", "Expect": "100-continue"]], http: http)
        #expect(http.calls[0].request.headers["host"] == "other")
        #expect(http.calls[0].request.headers["expect"] == "100-continue")
    }

    @Test func aFormsOwnTypeHasItsBoundary() async throws {
        let http = server("{}")
        func send(_ type: String) async -> Failure? {
            await failure {
                try await runNode(
                    "http.request",
                    [
                        "url": "http://h/x", "method": "POST", "multipart": ["a": "b"],
                        "headers": ["Content-Type": .string(type)],
                    ], http: http)
            }
        }
        #expect(await send("multipart/form-data") == nil)
        let type = try #require(http.calls[0].request.headers["content-type"])
        #expect(type.hasPrefix("multipart/form-data; boundary=flowctl-"))
        for wrong in ["application/json", "multipart/form-data; boundary=x"] {
            let outcome = await send(wrong)
            #expect(
                outcome?.message == "http.request: the header \"Content-Type\" doesn't fit the form of \"multipart\"")
            #expect(outcome?.hint == "leave it out; the form has one of its own")
        }
        #expect(http.calls.count == 1)
    }

    @Test func aHeaderCannotBringAnother() async throws {
        let failure = await failure {
            try await runNode("http.request", ["url": "http://h/x", "headers": ["X-A": "1\r\nX-B: 2"]])
        }
        #expect(failure?.message == "http.request: the header \"X-A\" holds a character that headers can't have")
    }

    @Test func theBaseReplacesTheOrigin() async throws {
        let http = server("{}")
        _ = try await runNode(
            "http.request", ["url": "https://api.example.com/x?y=1"], http: http, baseURL: "http://127.0.0.1:9/p/")
        #expect(http.calls[0].request.url == "http://127.0.0.1:9/p/x?y=1")
    }
}

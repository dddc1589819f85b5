import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Apps that aren't there.
@Suite struct MockTests {
    /// Hands requests to a mock as its server does.
    private struct MockClient: HTTPClient {
        static let url = "http://mock.test/app"
        let app: MockApp
        let files: MemoryFiles

        func send(_ call: HTTPCall) async throws -> HTTPResponse {
            let request = call.request
            let target = request.url.hasPrefix(Self.url) ? String(request.url.dropFirst(Self.url.count)) : request.url
            let reply = app.answer(
                MockRequest(
                    method: request.method, target: target.hasPrefix("/") ? target : "/" + target,
                    headers: request.headers, body: bytes(request.body)))
            var response = HTTPResponse(
                status: reply.status, headers: reply.headers, body: .bytes(reply.body), url: request.url)
            if let failure = call.classify?(response) { throw failure }
            if case .file(let path, _, _) = call.destination {
                response.body = .file(FileReference(path: path, size: Int64(reply.body.count)))
            }
            return response
        }

        private func bytes(_ body: HTTPBody) -> [UInt8] {
            switch body {
            case .none: []
            case .bytes(let bytes): bytes
            case .file(let path, _, _): Array((files.texts[path] ?? "").utf8)
            case .parts(let parts): parts.flatMap(bytes)
            }
        }
    }

    private static func run(
        _ node: ConnectorNode, _ params: ValueMap, on app: MockApp
    ) async throws -> Value {
        let paths = params.compactMap { $0.value.stringValue }.filter { $0.hasPrefix("/") }
        let files = MemoryFiles(texts: Dictionary(paths.map { ($0, "hello") }, uniquingKeysWith: { $1 }))
        let credential = Credential(
            name: "team", type: "mock", fields: ValueMap(), origins: [Origin(MockClient.url)!], source: .mock)
        var context = NodeContext(
            world: .test(http: MockClient(app: app, files: files), files: files), credential: credential,
            effect: node.spec.effect, idempotencyKey: "key-1", filesDirectory: "/run/files", baseURL: MockClient.url)
        context.isMocked = true
        return try await node.run(node.spec.bind(params), in: context)
    }

    /// What every connector asks its own mock takes.
    @Test(arguments: ExampleTests.names)
    func everyExampleWorksAgainstItsMock(name: String) async throws {
        let node = try #require(try ConnectorSource.embedded.node(named: name) as? ConnectorNode)
        for example in node.operation.examples {
            let app = MockApp(node.connector, url: MockClient.url)
            _ = try await Self.run(node, example.params, on: app)
        }
    }

    // MARK: Things

    private static let things = """
          make:
            summary: Make a thing.
            effect: write
            request: POST things
            params: { name: { type: string, required: true }, tags: { type: list } }
            resource: { create: thing, id: id }
            example: { params: { name: a }, reply: { status: 201, json: { id: 7, name: a, owner: { login: ann } } } }
          show:
            summary: Show a thing.
            effect: read
            request: GET things/{id}
            params: { id: { type: int, required: true } }
            resource: { read: thing, by: id }
            example: { params: { id: 7 }, reply: { json: { id: 7, name: a, owner: { login: ann } } } }
          list:
            summary: List things.
            effect: read
            request: GET things
            resource: { list: thing, at: items }
            output: ${{ body.items }}
            example: { params: {}, reply: { json: { items: [{ id: 7, name: a }, { id: 9, name: z }] } } }
          change:
            summary: Change a thing.
            effect: idempotent
            request: PATCH things/{id}
            params: { id: { type: int, required: true }, name: { type: string } }
            resource: { update: thing, by: id }
            example: { params: { id: 7, name: b }, reply: { json: { id: 7, name: b } } }
          remove:
            summary: Remove a thing.
            effect: idempotent
            request: DELETE things/{id}
            params: { id: { type: int, required: true } }
            resource: { delete: thing, by: id }
            example: { params: { id: 7 }, reply: { status: 204 } }
        """

    private struct Shop {
        let connector: TestConnector
        let app: MockApp

        init() throws {
            connector = try TestConnector(MockTests.things, head: TestConnector.bearer)
            app = MockApp(connector.connector, url: MockClient.url)
        }

        func run(_ operation: String, _ params: ValueMap = ValueMap()) async throws -> Value {
            try await MockTests.run(connector.node(operation), params, on: app)
        }
    }

    @Test func whatIsMadeIsThereUntilItIsRemoved() async throws {
        let shop = try Shop()
        let first = try await shop.run("make", .of([("name", "box"), ("tags", ["x"])]))
        #expect(first == ["id": 7, "name": "box", "owner": ["login": "ann"], "tags": ["x"]])
        #expect(try await shop.run("make", .of([("name", "bag")]))["id"] == 8)
        #expect(try await shop.run("show", .of([("id", 8)]))["name"] == "bag")
        #expect(try await shop.run("change", .of([("id", 8), ("name", "sack")]))["name"] == "sack")
        let names = try await shop.run("list").listValue?.compactMap { $0["name"]?.stringValue }
        #expect(names == ["z", "box", "sack"])
        _ = try await shop.run("remove", .of([("id", 8)]))
        let failure = await #expect(throws: Failure.self) { try await shop.run("show", .of([("id", 8)])) }
        #expect(failure?.kind == .notFound)
    }

    @Test func whatIsMadeHasTheNameItIsGiven() async throws {
        let connector = try TestConnector(
            """
              label:
                summary: Make a label.
                effect: write
                request: POST labels
                params: { name: { type: string, required: true } }
                resource: { create: label, id: name }
                example: { params: { name: bug }, reply: { json: { name: bug, color: red } } }
              user:
                summary: Make a user.
                effect: write
                request: POST users
                params: { login: { type: string, required: true } }
                resource: { create: user, id: id, by: login }
                example: { params: { login: ann }, reply: { json: { id: ann } } }
              upload:
                summary: Upload a text.
                effect: write
                request: POST files
                headers: { Acme-Arg: { json: { path: "${{ params.path }}" } } }
                params: { path: { type: string, required: true } }
                body: hello
                resource: { create: file, id: path, by: path }
                example: { params: { path: /a }, reply: { json: { path: /a } } }
              show:
                summary: Show a user.
                effect: read
                request: GET users/{id}
                params: { id: { type: string, required: true } }
                resource: { read: user, by: id }
                example: { params: { id: ann }, reply: { json: { id: ann, email: null } } }
            """)
        let app = MockApp(connector.connector, url: MockClient.url)
        func run(_ operation: String, _ params: ValueMap) async throws -> Value {
            try await Self.run(connector.node(operation), params, on: app)
        }
        #expect(try await run("label", .of([("name", "urgent")])) == ["name": "urgent", "color": "red"])
        #expect(try await run("user", .of([("login", "bob")]))["id"] == "bob")
        #expect(try await run("show", .of([("id", "bob")]))["id"] == "bob")
        #expect(try await run("upload", .of([("path", "/b")]))["path"] == "/b")
    }

    @Test func whatStandsBesideAThingAgreesWithIt() async throws {
        let connector = try TestConnector(
            """
              send:
                summary: Send.
                effect: write
                request: POST messages
                params: { channel: { type: string, required: true }, text: { type: string } }
                resource: { create: message, id: ts, at: message }
                example: { params: { channel: C1 }, reply: { json: { ok: true, channel: C1, ts: "1", message: { ts: "1", text: a } } } }
            """)
        let app = MockApp(connector.connector, url: MockClient.url)
        _ = try await Self.run(connector.node("send"), .of([("channel", "C7")]), on: app)
        let second = try await Self.run(connector.node("send"), .of([("channel", "C8"), ("text", "b")]), on: app)
        #expect(
            second == [
                "ok": true, "channel": "C8", "ts": "1-2", "message": ["ts": "1-2", "text": "b", "channel": "C8"],
            ])
    }

    @Test func membersBelowOthersAreTheThings() async throws {
        let connector = try TestConnector(
            """
              make:
                summary: Make an issue.
                effect: write
                request: POST graphql
                params: { title: { type: string, required: true, in: json.variables.input } }
                json: { query: create }
                resource: { create: issue, id: id, at: data.issue, fields: json.variables.input }
                example: { params: { title: a }, reply: { json: { data: { issue: { id: I1, title: a } } } } }
              change:
                summary: Change the fields of an issue.
                effect: idempotent
                request: PUT issues/{id}
                params: { id: { type: string, required: true }, title: { type: string, in: json.fields } }
                resource: { update: paper, by: id }
                example: { params: { id: I1, title: a }, reply: { json: { id: I1, fields: { title: a, points: 3 } } } }
            """)
        let app = MockApp(connector.connector, url: MockClient.url)
        let made = try await Self.run(connector.node("make"), .of([("title", "my own")]), on: app)
        #expect(made["data"]?["issue"]?["title"] == "my own")
        let changed = try await Self.run(connector.node("change"), .of([("id", "I7"), ("title", "new")]), on: app)
        #expect(changed["fields"] == ["title": "new", "points": 3])
    }

    @Test(arguments: ["page", "offset", "window"]) func listOfPagesByNumberHasAnEnd(style: String) async throws {
        let connector = try TestConnector(
            """
              list:
                summary: List.
                effect: read
                request: GET things
                paginate: { by: \(style), items: "${{ body.data }}", send: query.at, \(style == "window" ? "size: query.n = 1" : "more: \"${{ true }}\"") }
                example: { params: {}, reply: { json: { data: [{ id: 1 }] } } }
            """)
        let app = MockApp(connector.connector, url: MockClient.url)
        let found = try await Self.run(connector.node("list"), ValueMap(), on: app)
        #expect(found == [["id": 1]])
    }

    @Test func jobIsBusyAsOftenAsTheExampleSays() async throws {
        let connector = try TestConnector(
            """
              export:
                summary: Export.
                effect: write
                request: POST exports
                poll: { request: GET exports/1, until: "${{ body.done }}", every: 1s, for: 1m }
                example:
                  params: {}
                  replies:
                    - { status: 202, json: { id: 1 } }
                    - { json: { done: false } }
                    - { json: { done: true, rows: 3 } }
            """)
        let app = MockApp(connector.connector, url: MockClient.url)
        for _ in 0..<2 {
            #expect(try await Self.run(connector.node("export"), ValueMap(), on: app)["rows"] == 3)
        }
    }

    @Test func whatWasThereBeforeIsLikeTheExample() async throws {
        let shown = try await Shop().run("show", .of([("id", 44)]))
        #expect(shown == ["id": 44, "name": "a", "owner": ["login": "ann"]])
    }

    @Test func aCredentialInTheAddressIsNotShown() throws {
        let connector = try TestConnector(
            "  say: { summary: Say it., effect: write, request: \"POST /bot{credential}/say\" }",
            head: "auth: { acme_bot: { type: path, fields: { token: { secret: true } } } }")
        let app = MockApp(connector.connector, url: MockClient.url)
        for path in [
            "/botnot-a-real-token/say", "/botnot-a-real-token/nothing?x=not-a-real-token", "/not-a-real-token",
        ] {
            let request = MockRequest(method: "GET", target: path, headers: HTTPHeaders(), body: [])
            let shown = app.shown(request) + String(decoding: app.answer(request).body, as: UTF8.self)
            #expect(!shown.contains("not-a-real-token"), "\(shown)")
        }
    }

    @Test func ofAConnectorWithOtherCredentialsOnlySecretAddressesAreHidden() throws {
        let connector = try TestConnector(
            """
              say: { summary: S., effect: write, request: "POST /in/{+credential}" }
              get: { summary: S., effect: read, request: GET /me/now }
            """, head: "auth: { acme_token: { type: bearer }, acme_hook: { type: path } }")
        let app = MockApp(connector.connector, url: MockClient.url)
        func shown(_ path: String) -> String {
            app.shown(MockRequest(method: "POST", target: path, headers: HTTPHeaders(), body: []))
        }
        #expect(shown("/in/T1/not-real") == "/in/***")
        #expect(shown("/me/now") == "/me/now")
    }

    // MARK: Strictness

    private func refusal(
        _ method: String, _ target: String, _ body: String = "", authorization: String? = "Bearer x",
        type: String = "application/json"
    ) throws -> String {
        var headers = HTTPHeaders([("Content-Type", type)])
        headers["Authorization"] = authorization
        let reply = try Shop().app.answer(
            MockRequest(method: method, target: target, headers: headers, body: Array(body.utf8)))
        return "\(reply.status) \((try? JSON.parse(reply.body))?["error"]?.stringValue ?? "")"
    }

    private static let forms = """
          any:
            summary: S.
            effect: write
            request: POST any
            params: { a: { type: string, in: form }, b: { type: string, in: form } }
            require: { any: [a, b] }
            example: { params: { a: x }, reply: { json: {} } }
          one:
            summary: S.
            effect: read
            request: GET one
            params: { a: { type: string }, b: { type: string } }
            require: { one: [a, b] }
            example: { params: { a: x }, reply: { json: {} } }
          together:
            summary: S.
            effect: write
            request: POST together
            params: { a: { type: string }, b: { type: string } }
            require: { together: [a, b] }
            example: { params: { a: x, b: y }, reply: { json: {} } }
          put:
            summary: S.
            effect: write
            request: POST put
            headers: { Acme-Arg: { json: { a: 1 } } }
            body: x
            example: { params: {}, reply: { json: {} } }
        """

    @Test func rulesBodiesAndHeadersAreHeldToo() throws {
        let app = MockApp(try TestConnector(Self.forms).connector, url: MockClient.url)
        func refusal(_ method: String, _ target: String, _ body: String, _ type: String) -> String {
            let reply = app.answer(
                MockRequest(
                    method: method, target: target, headers: HTTPHeaders([("Content-Type", type)]),
                    body: Array(body.utf8)))
            return "\(reply.status) \((try? JSON.parse(reply.body))?["error"]?.stringValue ?? "")"
        }
        let form = "application/x-www-form-urlencoded"
        let json = "application/json"
        #expect(refusal("POST", "/any", "b=1", form) == "200 ")
        #expect(refusal("POST", "/any", "", form) == "400 at least one of a, b is missing")
        #expect(refusal("POST", "/any", "{}", json) == "400 the body must be a form, not JSON")
        #expect(refusal("GET", "/one?a=1", "", json) == "200 ")
        #expect(refusal("GET", "/one?a=1&b=2", "", json) == "400 exactly one of a, b has to be there")
        #expect(refusal("POST", "/together", "{}", json) == "200 ")
        #expect(refusal("POST", "/together", #"{"b":"y"}"#, json) == "400 a, b belong together")
        #expect(refusal("POST", "/put", "x", "text/plain") == "400 the header \"Acme-Arg\" is missing")
    }

    @Test func whatTheAppWouldRefuseIsRefused() throws {
        #expect(try refusal("GET", "/things", authorization: nil) == "401 the request has no credential of acme")
        #expect(try refusal("GET", "/things?pag=2") == "400 unknown parameter \"pag\" in the query")
        #expect(try refusal("POST", "/things", "{}") == "400 \"name\" is missing")
        #expect(try refusal("POST", "/things", #"{"name":1}"#) == "400 \"name\" must be a string, not 1")
        #expect(
            try refusal("POST", "/things", #"{"name":"a","colour":"red"}"#)
                == "400 unknown member \"colour\" in the body")
        #expect(try refusal("POST", "/things", "{\"name\":") == "400 the body can't be read as JSON")
        #expect(try refusal("POST", "/things", "name=a", type: "text/plain") == "400 the body must be JSON")
        #expect(try refusal("POST", "/things", "") == "400 \"name\" is missing")
        #expect(try refusal("PUT", "/things") == "405 the mock of acme has no PUT /things")
        #expect(try refusal("GET", "/nothing") == "404 the mock of acme has no /nothing")
    }
}

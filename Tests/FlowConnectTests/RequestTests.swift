import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

@Suite struct RequestTests {
    private func sent(_ operation: String, _ arguments: ValueMap = ValueMap(), head: String = "") async throws
        -> HTTPRequest
    {
        let (_, requests) = try await TestConnector("  op:\n" + operation, head: head).run("op", arguments)
        return try #require(requests.first)
    }

    private func lines(_ text: String) -> String {
        "    summary: Do it.\n    effect: write\n" + text.split(separator: "\n").map { "    \($0)\n" }.joined()
    }

    @Test func argumentsGoToTheQueryOfAGetAndIntoTheJSONOfAPost() async throws {
        let params = "params: { a: { type: string }, n: { type: int }, b: { type: bool } }"
        let arguments: ValueMap = ValueMap.of([("a", "x&y z"), ("n", 3), ("b", true)])
        let get = try await sent(lines("request: GET things\n" + params), arguments)
        #expect(get.url == "https://api.acme.test/v1/things?a=x%26y%20z&n=3&b=true")
        #expect(get.body == .none)
        let delete = try await sent(lines("request: DELETE things\n" + params), arguments)
        #expect(delete.url.hasSuffix("?a=x%26y%20z&n=3&b=true"))
        let post = try await sent(lines("request: POST /things\n" + params), arguments)
        #expect(post.url == "https://api.acme.test/v1/things")
        #expect(post.text == #"{"a":"x&y z","n":3,"b":true}"#)
        #expect(post.headers["Content-Type"] == "application/json; charset=utf-8")
    }

    @Test func whatIsLeftOutIsNotSentAndNullIs() async throws {
        let operation = lines("request: POST t\nparams: { a: { type: string }, b: { type: string }, c: { type: int } }")
        let request = try await sent(operation, ValueMap.of([("a", nil), ("b", .absent)]))
        #expect(request.text == #"{"a":null}"#)
    }

    @Test func aPostWithoutArgumentsHasNoBody() async throws {
        let request = try await sent(lines("request: POST t"))
        #expect(request.body == .none)
        #expect(request.headers["Content-Type"] == nil)
    }

    @Test func inAndAsPutAnArgumentSomewhereElse() async throws {
        let request = try await sent(
            lines(
                """
                request: POST t
                params:
                  a: { type: string, in: query, as: $a }
                  h: { type: string, in: header, as: X-Thing }
                  deep: { type: int, in: json.fields.custom, as: cf_1 }
                  other: { type: int, in: json.fields }
                """), ValueMap.of([("a", "1"), ("h", "v"), ("deep", 2), ("other", 3)]))
        #expect(request.url == "https://api.acme.test/v1/t?%24a=1")
        #expect(request.headers["X-Thing"] == "v")
        #expect(request.text == #"{"fields":{"custom":{"cf_1":2},"other":3}}"#)
    }

    @Test func theRequestKnowsWhereItsSecretsAre() async throws {
        let arguments = ValueMap.of([
            ("a", .secret("1")), ("h", .secret("2")), ("deep", .secret("3")), ("open", "4"),
        ])
        let request = try await sent(
            lines(
                """
                request: POST t
                params:
                  a: { type: string, in: query, as: $a }
                  h: { type: string, in: header, as: X-Thing }
                  deep: { type: string, in: json.fields, as: cf_1 }
                  open: { type: string }
                """), arguments)
        #expect(request.secrets.query == ["$a"])
        #expect(request.secrets.headers == ["x-thing"])
        #expect(request.secrets.members == ["cf_1"])
        for place in ["form", "multipart"] {
            let body = try await sent(
                lines(
                    "request: POST t\nparams: { a: { type: string, in: \(place) }, b: { type: string, in: \(place) } }"),
                ValueMap.of([("a", "1"), ("b", .secret("2"))]))
            #expect(body.secrets.members == ["b"], "\(place)")
        }
    }

    @Test func aFormSendsWhatIsNoTextAsJSON() async throws {
        let request = try await sent(
            lines(
                "request: POST t\nparams: { a: { type: string }, l: { type: list }, m: { type: map }, n: { type: int } }"
            ),
            ValueMap.of([("a", "x y&"), ("l", [1, "b"]), ("m", ["k": .null]), ("n", 5)]),
            head: "defaults: { body: form }")
        #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(request.text == "a=x+y%26&l=%5B1%2C%22b%22%5D&m=%7B%22k%22%3Anull%7D&n=5")
    }

    @Test func joinMakesOneTextOfAList() async throws {
        let request = try await sent(
            lines("request: GET t\nparams: { ids: { type: list, join: \",\" } }"), ValueMap.of([("ids", [1, "b"])]))
        #expect(request.url.hasSuffix("/t?ids=1%2Cb"))
    }

    @Test func aMultipartBodyHoldsFieldsAndAFile() async throws {
        let connector = try TestConnector(
            "  op:\n"
                + lines(
                    """
                    request: POST t
                    params:
                      note: { type: string, in: multipart }
                      file: { type: file, in: multipart, as: upload }
                    """))
        let (_, requests) = try await connector.run(
            "op", ValueMap.of([("note", "hi"), ("file", "a\"b.txt")]),
            files: MemoryFiles(texts: ["/work/a\"b.txt": "hello"]))
        let type = try #require(requests[0].headers["Content-Type"])
        let boundary = try #require(type.split(separator: "=").last)
        #expect(type == "multipart/form-data; boundary=\(boundary)")
        func bytes(_ text: String) -> HTTPBody { .bytes(Array(text.utf8)) }
        #expect(
            requests[0].body
                == .parts([
                    bytes("--\(boundary)\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi\r\n"),
                    bytes(
                        "--\(boundary)\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"a%22b.txt\"\r\n"
                            + "Content-Type: text/plain\r\n\r\n"),
                    .file(path: "/work/a\"b.txt"), bytes("\r\n"), bytes("--\(boundary)--\r\n"),
                ]))
    }

    @Test func pathParametersAreEncodedAndPlusKeepsSlashes() async throws {
        let operation = lines(
            "request: \"GET a/{x}/b/{+y}\"\n"
                + "params: { x: { type: string, required: true }, y: { type: string, required: true } }")
        let request = try await sent(operation, ValueMap.of([("x", "1/2 ü"), ("y", "d/e f")]))
        #expect(request.url == "https://api.acme.test/v1/a/1%2F2%20%C3%BC/b/d/e%20f")
    }

    @Test(arguments: ["", ".", ".."])
    func aPathParameterCantLeadElsewhere(text: String) async throws {
        let connector = try TestConnector(
            "  op:\n" + lines("request: \"GET a/{x}\"\nparams: { x: { type: string, required: true } }"))
        let failure = await connector.failure("op", ValueMap.of([("x", .string(text))]))
        #expect(failure?.kind == .invalid)
        let what = text.isEmpty ? "must not be empty" : "must not have \".\" or \"..\" as a part"
        #expect(failure?.message == "acme.op: parameter \"x\" \(what)")
    }

    /// Also where a combining mark makes one character of the slash behind the dots.
    @Test(arguments: ["a/../b", "a/../\u{301}b", ".", "./\u{301}"])
    func aPathParameterOfSeveralPartsCantLeadElsewhere(text: String) async throws {
        let connector = try TestConnector(
            "  op:\n" + lines("request: \"GET a/{+x}\"\nparams: { x: { type: string, required: true } }"))
        let failure = await connector.failure("op", ValueMap.of([("x", .string(text))]))
        #expect(failure?.message == "acme.op: parameter \"x\" must not have \".\" or \"..\" as a part")
    }

    @Test(arguments: [("a/../b", "must not have \".\" or \"..\" as a part"), ("", "must not be empty")])
    func whatAPathIsMadeOfIsCalledByTheParameter(text: String, what: String) async throws {
        let connector = try TestConnector(
            "  op:\n"
                + lines(
                    "request: \"GET a/{+place}\"\npath: { place: \"${{ params.x }}\" }\n"
                        + "params: { x: { type: string, required: true } }"))
        let failure = await connector.failure("op", ValueMap.of([("x", .string(text))]))
        #expect(failure?.message == "acme.op: parameter \"x\" \(what)")
    }

    @Test func aHeaderCantHoldALineBreak() async throws {
        let connector = try TestConnector(
            "  op:\n" + lines("request: GET a\nparams: { x: { type: string, in: header, as: X-A } }"))
        let failure = await connector.failure("op", ValueMap.of([("x", "a\r\nX-Evil: 1")]))
        #expect(failure?.message == "acme.op: the header \"X-A\" must not hold a line break or control character")
    }

    @Test func fixedValuesStandBesideArguments() async throws {
        let request = try await sent(
            lines(
                """
                request: POST t
                query: { v: 2 }
                headers: { Accept: text/plain, X-Gone: "${{ params.gone }}" }
                json: { state: closed, who: "${{ params.name }}" }
                params: { name: { type: string }, n: { type: int }, gone: { type: string } }
                """), ValueMap.of([("name", "ann"), ("n", 1)]), head: "headers: { Accept: application/json, X-Gone: a }"
        )
        #expect(request.url.hasSuffix("/t?v=2"))
        #expect(request.headers["Accept"] == "text/plain")
        #expect(request.headers["X-Gone"] == nil)
        #expect(request.text == #"{"n":1,"state":"closed","who":"ann"}"#)
    }

    @Test func aKeyMakesAWriteSafeToRepeat() async throws {
        let connector = try TestConnector(
            "  op:\n" + lines("request: POST t\nidempotency: { send: header.Idempotency-Key, valid_for: 24h }"))
        let (_, requests) = try await connector.run("op")
        #expect(requests[0].headers["Idempotency-Key"] == "key-1")
        #expect(try connector.node("op").spec.keyLifetime == .seconds(86_400))
        #expect(await connector.failure("op", reply: .json("{}", status: 500))?.kind == .transient)
    }

    @Test func aWriteAmongOthersWithoutAKeyMakesAllUnsafeToRepeat() throws {
        let connector = try TestConnector(
            """
              op:
                summary: Write twice.
                effect: write
                steps:
                  first: { request: POST a, idempotency: { send: header.Key, valid_for: 1h } }
                  second: { request: POST b }
              look:
                summary: Look.
                effect: read
                request: GET t
            """)
        #expect(try connector.node("op").spec.keyLifetime == nil)
        #expect(try connector.node("look").spec.keyLifetime == nil)
    }

    @Test func aStreamIsReadBeforeItIsSent() async throws {
        let connector = try TestConnector("  op:\n" + lines("request: POST t\nparams: { l: { type: list } }"))
        let items = Mutex<[Value]>([2, 1])
        let (_, requests) = try await connector.run(
            "op", ValueMap.of([("l", .stream(ValueStream { items.withLock { $0.popLast() } }))]))
        #expect(requests[0].text == #"{"l":[1,2]}"#)
    }

    @Test(arguments: [(nil, 60), (Duration.seconds(5), 5)])
    func anAnswerMayTakeLongToBegin(timeout: Duration?, seconds: Int) async throws {
        let connector = try TestConnector(
            "  op:\n"
                + lines(
                    "request: GET t\nanswer_within: \"${{ params.wait + 10 }}\"\nparams: { wait: { type: int, default: 50 } }"
                ))
        let node = try connector.node("op")
        let client = ReplyingClient([.json("{}")])
        var context = NodeContext(world: .test(http: client), effect: .read)
        context.timeout = timeout
        _ = try await node.run(node.spec.bind(ValueMap()), in: context)
        #expect(client.calls.first?.timeouts.answer == .seconds(seconds))
        #expect(client.calls.first?.timeouts.stall(isAwaited: false) == .seconds(30))
    }

    @Test func secretsMayGoIntoABodyButNotIntoAnAddress() throws {
        let params =
            "params: { id: { type: int, required: true }, a: { type: string }, q: { type: string, in: query } }"
        let connector = try TestConnector("  op:\n" + lines("request: \"POST t/{id}\"\n" + params))
        let spec = try connector.node("op").spec
        #expect(spec.parameters.filter(\.takesSecrets).map(\.name) == ["a"])
    }

    @Test func rulesOverParametersAreKept() throws {
        let connector = try TestConnector(
            "  op:\n"
                + lines("request: POST t\nrequire: { any: [a, b] }\nparams: { a: { type: int }, b: { type: int } }"))
        let spec = try connector.node("op").spec
        #expect(throws: Failure.self) { try spec.bind(ValueMap()) }
        #expect(spec.rules == [.any(["a", "b"])])
    }
}

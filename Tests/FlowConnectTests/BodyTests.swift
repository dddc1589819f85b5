import FlowConnect
import FlowCore
import FlowCrypto
import FlowSpec
import FlowTestKit
import Testing

/// Bodies, headers and parameters beyond plain JSON and forms.
@Suite struct BodyTests {
    private static let file = FileReference(path: "/work/plan.pdf", size: 4, mediaType: "application/pdf")

    private func sent(
        _ operation: String, _ arguments: [(String, Value)] = [], head: String = "", files: MemoryFiles? = nil
    ) async throws -> HTTPRequest {
        let lines = operation.split(separator: "\n").map { "    \($0)\n" }.joined()
        let connector = try TestConnector("  op:\n    summary: Do it.\n    effect: write\n" + lines, head: head)
        let (_, requests) = try await connector.run(
            "op", ValueMap(arguments), files: files ?? MemoryFiles(texts: ["/work/plan.pdf": "%PDF"]))
        return try #require(requests.first)
    }

    // MARK: Digests

    @Test(arguments: [
        "body: ${{ params.file }}", "multipart: { file: \"${{ params.file }}\" }",
        "json: { size: \"${{ params.file.size }}\" }",
    ])
    func theDigestIsThatOfTheWholeBody(body: String) async throws {
        let files = MemoryFiles(texts: ["/work/plan.pdf": "%PDF"])
        let request = try await sent(
            "request: PUT t\nparams: { file: { type: file } }\ncontent_md5: true\n\(body)",
            [("file", "/work/plan.pdf")], files: files)
        var bytes: [UInt8] = []
        func add(_ body: HTTPBody) throws {
            switch body {
            case .none: break
            case .bytes(let part): bytes += part
            case .file(let path, _, _): bytes += try files.read(path, limit: .max)
            case .parts(let parts): for part in parts { try add(part) }
            }
        }
        try add(request.body)
        #expect(!bytes.isEmpty)
        #expect(request.headers["Content-MD5"] == Base64.encode(try Digest.md5(bytes)))
    }

    // MARK: Parameters

    @Test func aListIsSentAsOneParameterEachWhereItRepeats() async throws {
        let params = "params: { label: { type: list, of: string, repeat: true, in: PLACE } }"
        let arguments: [(String, Value)] = [("label", ["a b", "c"])]
        let query = try await sent("request: GET t\n" + params.replacing("PLACE", with: "query"), arguments)
        #expect(query.url == "https://api.acme.test/v1/t?label=a%20b&label=c")
        let form = try await sent("request: POST t\n" + params.replacing("PLACE", with: "form"), arguments)
        #expect(form.text == "label=a+b&label=c")
        let parts = try await sent("request: POST t\n" + params.replacing("PLACE", with: "multipart"), arguments)
        #expect(parts.partTexts.count == 3)
        let none = try await sent("request: POST t\n" + params.replacing("PLACE", with: "form"), [("label", [])])
        #expect(none.body == .none)
    }

    @Test func secretItemsOfARepeatedListAreMarked() async throws {
        let operation = "request: POST t\nparams: { door: { type: list, repeat: true, in: form } }"
        let items = try await sent(operation, [("door", ["a", .secret("b")])])
        #expect(items.secrets.members == ["door"])
        let whole = try await sent(operation, [("door", .secret(["a", "b"]))])
        #expect(whole.text == "door=a&door=b")
        #expect(whole.secrets.members == ["door"])
    }

    @Test func mapsAndListsStandInBracketsWhereTheConnectorSaysSo() async throws {
        let head = "defaults: { body: form, form: brackets }"
        let params = """
            params:
              metadata: { type: map }
              items: { type: list }
              expand: { type: list }
              note: { type: string }
            """
        let arguments: [(String, Value)] = [
            ("metadata", ["key": "a&b", "gone": nil]), ("items", [["price": "p1", "quantity": 2]]),
            ("expand", ["data.customer"]), ("note", "n"),
        ]
        let form = try await sent("request: POST t\n" + params, arguments, head: head)
        #expect(
            form.text
                == "metadata%5Bkey%5D=a%26b&metadata%5Bgone%5D=&items%5B0%5D%5Bprice%5D=p1"
                + "&items%5B0%5D%5Bquantity%5D=2&expand%5B0%5D=data.customer&note=n")
        let query = try await sent(
            "request: GET t\nparams: { created: { type: map } }", [("created", ["gte": 5])], head: head)
        #expect(query.url == "https://api.acme.test/v1/t?created%5Bgte%5D=5")
        let empty = try await sent("request: POST t\n" + params, [("metadata", [:])], head: head)
        #expect(empty.text == "metadata=")
    }

    @Test func secretsInsideBracketsAreMarkedByTheirWholeName() async throws {
        let form = try await sent(
            "request: POST t\nparams: { card: { type: map } }", [("card", .secret(["number": "1"]))],
            head: "defaults: { body: form, form: brackets }")
        #expect(form.text == "card%5Bnumber%5D=1")
        #expect(form.secrets.members == ["card[number]"])
    }

    @Test func aHeaderHoldsJSONInASCII() async throws {
        let request = try await sent(
            """
            request: POST t
            headers: { Api-Arg: { json: { path: "${{ params.path }}", rev: "${{ params.rev }}" } } }
            params: { path: { type: string }, rev: { type: string } }
            """, [("path", "/Größe 😀\u{7f}.txt")])
        #expect(request.headers["Api-Arg"] == #"{"path":"/Gr\u00f6\u00dfe \ud83d\ude00\u007f.txt"}"#)
        #expect(request.secrets.headers.isEmpty)
        let secret = try await sent(
            "request: POST t\nheaders: { Api-Arg: { json: { a: '${{ params.a }}' } } }\nparams: { a: { type: string } }",
            [("a", .secret("x"))])
        #expect(secret.secrets.headers == ["api-arg"])
    }

    @Test func anAnswerTellsHeaders() async throws {
        let operation =
            "request: POST t\nheaders: ${{ params.fields }}\nparams: { fields: { type: map } }"
        let request = try await sent(
            operation, [("fields", ["X-A": "1", "Host": "evil.test", "Content-Length": "9", "x-b": .secret("2")])])
        #expect(request.headers["X-A"] == "1")
        #expect(request.headers["Host"] == nil && request.headers["Content-Length"] == nil)
        #expect(request.secrets.headers == ["x-b"])
        await #expect(throws: Failure(.invalid, "acme.op: \"a b\" is no header name")) {
            _ = try await sent(operation, [("fields", ["a b": "1"])])
        }
    }

    @Test func theMembersOfAMapStandBesideTheOthers() async throws {
        let request = try await sent(
            """
            request: POST t
            params:
              subject: { type: string }
              fields: { type: map, spread: true }
              links: { type: map, in: json._links, spread: true }
            """,
            [("subject", "S"), ("fields", ["customField7": 1]), ("links", .secret(["customField8": ["href": "/x"]]))])
        #expect(request.text == #"{"subject":"S","customField7":1,"_links":{"customField8":{"href":"/x"}}}"#)
        #expect(request.secrets.members == ["customField8"])
        let headers = try await sent(
            "request: PUT t\nparams: { metadata: { type: map, in: header, as: x-meta-* } }",
            [("metadata", ["author": "ann", "n": 1])])
        #expect(headers.headers["x-meta-author"] == "ann" && headers.headers["x-meta-n"] == "1")
    }

    /// Which would be sent under the name `*` else.
    @Test(
        arguments: [
            ("params.?fields", [], #"{"a":1}"#), ("params.fields", [], #"{"a":1}"#),
            ("params.fields", [("fields", nil)], #"{"a":1}"#),
            ("params.?fields", [("fields", ["b": 2])], #"{"a":1,"b":2}"#),
        ] as [(String, [(String, Value)], String)])
    func whatIsLeftOutHasNoMembers(expression: String, arguments: [(String, Value)], json: String) async throws {
        let request = try await sent(
            "request: POST t\nparams: { fields: { type: any } }\njson: { a: 1, \"*\": \"${{ \(expression) }}\" }",
            arguments)
        #expect(request.text == json)
    }

    @Test func membersOfASecretAreSecret() async throws {
        let request = try await sent(
            "request: POST t\nparams: { fields: { type: map } }\njson: { \"*\": \"${{ params.fields }}\" }",
            [("fields", .secret(["b": 2]))])
        #expect(request.secrets.members == ["b"])
    }

    @Test func onlyAMapHasMembersThatStandBesideOthers() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await sent(
                "request: POST t\nparams: { fields: { type: any } }\njson: { a: 1, \"*\": \"${{ params.fields }}\" }",
                [("fields", [1, 2])])
        }
        #expect(failure?.message == "\"*\" must be a map, whose members stand beside the others, not a list of 2")
    }

    @Test(arguments: [[], [("x", ["a": "1"])]] as [[(String, Value)]])
    func anOptionalIsSentAsWhatItHolds(arguments: [(String, Value)]) async throws {
        let request = try await sent(
            """
            request: POST t
            params: { x: { type: any } }
            query: { q: "${{ params.?x.?a }}" }
            headers: { X-A: "${{ params.?x.?a }}", X-Meta-*: "${{ params.?x }}" }
            form: { n: 0, f: "${{ params.?x.?a }}", m: { i: "${{ params.?x.?a }}" }, e: "${{ {'k': params.?x.?a} }}" }
            """, arguments, head: "defaults: { form: brackets }")
        let isThere = !arguments.isEmpty
        #expect(request.url == "https://api.acme.test/v1/t" + (isThere ? "?q=1" : ""))
        #expect(request.text == (isThere ? "n=0&f=1&m%5Bi%5D=1&e%5Bk%5D=1" : "n=0&m="))
        #expect(request.headers["X-A"] == (isThere ? "1" : nil))
        #expect(
            request.headers.fields.filter { $0.name.hasPrefix("X-Meta") }.map(\.name) == (isThere ? ["X-Meta-a"] : []))
    }

    @Test func anOutputHasWhatOptionalsHold() async throws {
        let connector = try TestConnector(
            """
              op:
                summary: Do it.
                effect: read
                request: GET t
                output: { a: "${{ body.?a }}", b: "${{ body.?b }}" }
            """)
        #expect(try await connector.run("op", replies: [.json(#"{"a":1}"#)]).output == ["a": 1])
        let type = try connector.node("op").outputType(of: WrittenArguments())
        #expect(type.members?["a"]?.may(be: .int) == true)
    }

    @Test func jsonMayBeNullAlone() async throws {
        let request = try await sent("request: POST t\njson: null")
        #expect(request.text == "null")
        #expect(request.headers["Content-Type"] == "application/json; charset=utf-8")
    }

    @Test func whatTemplatesSayStandsBesideArgumentsAtAnyDepth() async throws {
        let request = try await sent(
            """
            request: POST t
            json: { fields: { project: { key: SHOP }, list: [1] } }
            params:
              name: { type: string, in: json.fields }
              id: { type: int, in: json.fields.project }
              list: { type: list, in: json.fields }
            """, [("name", "n"), ("id", 5), ("list", [2, 3])])
        #expect(request.text == #"{"fields":{"name":"n","project":{"id":5,"key":"SHOP"},"list":[1]}}"#)
    }

    @Test(arguments: [
        ("a.csv", "text/csv"), ("b.TXT", "text/plain"), ("c.unknown", "application/octet-stream"),
        ("noending", "application/octet-stream"),
    ])
    func aFileHasTheTypeOfItsEnding(name: String, type: String) async throws {
        let request = try await sent(
            "request: POST t\nbody: ${{ params.file }}\nparams: { file: { type: file } }", [("file", .string(name))],
            files: MemoryFiles(texts: ["/work/\(name)": "x"]))
        #expect(request.headers["Content-Type"] == type)
    }

    @Test func methodsOfWebDAVAreMethods() async throws {
        for method in ["PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH"] {
            let request = try await sent(
                "request: \(method) t\nparams: { a: { type: string } }", [("a", "1")])
            #expect(request.method == method)
            #expect(request.url == "https://api.acme.test/v1/t?a=1")
        }
    }

    // MARK: GraphQL

    @Test func aQueryGoesWithItsVariables() async throws {
        let request = try await sent(
            """
            request: POST graphql
            graphql:
              query: "query($id: String!) { issue(id: $id) { title } }"
              variables: { id: "${{ params.id }}" }
            params:
              id: { type: string, required: true }
              first: { type: int }
              team: { type: string, in: json.input, as: teamId }
            """, [("id", "E-1"), ("first", 5), ("team", "t1")])
        #expect(
            request.text
                == #"{"query":"query($id: String!) { issue(id: $id) { title } }","#
                + #""variables":{"first":5,"input":{"teamId":"t1"},"id":"E-1"}}"#)
        #expect(request.headers["Content-Type"] == "application/json; charset=utf-8")
        let bare = try await sent("request: POST graphql\ngraphql: { query: '{ viewer { id } }' }")
        #expect(bare.text == #"{"query":"{ viewer { id } }"}"#)
    }

    // MARK: Parts

    @Test func partsHaveTypesOfTheirOwnInTheOrderOfTheFile() async throws {
        let request = try await sent(
            """
            request: POST attachments
            multipart:
              metadata: { json: { fileName: "${{ params.file.name }}", note: "${{ params.note }}" } }
              file: { content: "${{ params.file }}", type: text/x-plan, filename: "new\\".txt" }
            params: { file: { type: file }, note: { type: string } }
            """, [("file", .file(Self.file))])
        let parts = request.partTexts
        #expect(
            parts[0].hasSuffix(
                "\r\nContent-Disposition: form-data; name=\"metadata\"\r\n"
                    + "Content-Type: application/json; charset=utf-8\r\n\r\n{\"fileName\":\"plan.pdf\"}\r\n"))
        #expect(
            parts[1].hasSuffix(
                "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"new%22.txt\"\r\n"
                    + "Content-Type: text/x-plan\r\n\r\n"))
        #expect(parts[2] == "/work/plan.pdf")
    }

    @Test func aListOfFilesIsOnePartEach() async throws {
        let request = try await sent(
            "request: POST t\nmultipart: { }\nparams: { file: { type: list, of: file } }",
            [("file", ["plan.pdf", .file(FileReference(path: "/b.txt", size: 1))])])
        #expect(request.partTexts.filter { $0.contains("name=\"file\"") }.count == 2)
        #expect(request.partTexts.contains("/work/plan.pdf"))
        #expect(request.partTexts.contains("/b.txt"))
    }

    @Test func aFileOfAListThatIsMissingIsNamed() async {
        await #expect(
            throws: Failure(.notFound, "acme.op: there is no file \"gone.txt\"", hint: "relative paths start at /work")
        ) {
            _ = try await sent(
                "request: POST t\nmultipart: { }\nparams: { file: { type: list, of: file } }", [("file", ["gone.txt"])])
        }
    }

    @Test func relatedPartsHaveNoNames() async throws {
        let request = try await sent(
            """
            request: POST upload
            related:
              - { json: { name: "${{ params.name }}" } }
              - { content: "${{ params.file }}" }
            params: { file: { type: file }, name: { type: string }, fields: { type: string } }
            """, [("file", .file(Self.file)), ("name", "Plan"), ("fields", "id")])
        let type = try #require(request.headers["Content-Type"])
        let boundary = try #require(
            type.firstRange(of: "boundary=").map { type[$0.upperBound...].prefix { $0 != ";" } })
        #expect(type == "multipart/related; boundary=\(boundary); type=\"application/json\"")
        #expect(
            request.partTexts == [
                "--\(boundary)\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{\"name\":\"Plan\"}\r\n",
                "--\(boundary)\r\nContent-Type: application/pdf\r\n\r\n", "/work/plan.pdf", "\r\n",
                "--\(boundary)--\r\n",
            ])
        #expect(request.url.hasSuffix("/upload?fields=id"))
    }

    @Test func secretsInPartsAreMarked() async throws {
        let form = try await sent(
            "request: POST t\nmultipart: { meta: { json: { pin: '${{ params.pin }}' } } }\nparams: { pin: { type: string } }",
            [("pin", .secret("1"))])
        #expect(form.secrets.members == ["meta"])
        let related = try await sent(
            "request: POST t\nrelated: [{ json: { pin: '${{ params.pin }}' } }]\nparams: { pin: { type: string } }",
            [("pin", .secret("1"))])
        #expect(related.secrets.isWholeBody)
    }

    // MARK: A credential in the path

    private static let inPath = """
        auth:
          acme_bot: { type: path }
        """

    private func bot(_ request: String, auth: String = "") throws -> TestConnector {
        try TestConnector("  op: { summary: S., effect: read, request: \(request)\(auth) }\n", head: Self.inPath)
    }

    private static let token = Credential(
        name: "bot", type: "acme_bot", fields: ValueMap([("token", .secret("12:not-a/real-token"))]))

    @Test func aCredentialStandsInThePathWhereTheRequestSaysSo() async throws {
        let (_, requests) = try await bot("'GET /bot{credential}/getMe'").run("op", credential: Self.token)
        let request = try #require(requests.first)
        #expect(request.url == "https://api.acme.test/v1/bot12:not-a%2Freal-token/getMe")
        #expect(request.secrets.path == ["12:not-a%2Freal-token"])
        #expect(request.address { _ in "***" } == "https://api.acme.test/v1/bot***/getMe")
        #expect(
            CurlCommand(HTTPCall(request)).text(Masker())
                == "# percent-encode: TOKEN\n"
                + #"curl -sS -g --path-as-is 'https://api.acme.test/v1/bot'"${TOKEN}"'/getMe'"#)
    }

    @Test func aCredentialInThePathNeedsItsPlace() {
        func errors(_ operation: String, head: String) -> [String] {
            let text =
                "connector: acme\nbase: https://a.test\n\(head)\noperations:\n"
                + "  op: { summary: S., effect: read, \(operation) }\n"
            return ConnectorReader.read(SourceText(name: "acme.yaml", text: text), from: .native).1.sorted.map {
                $0.message + ($0.hint.map { "; \($0)" } ?? "")
            }
        }
        #expect(
            errors("request: GET /me", head: Self.inPath) == [
                "the credential has no place in this path; write {credential} where it stands, or auth: none"
            ])
        #expect(errors("request: GET /me, auth: none", head: Self.inPath) == [])
        #expect(
            errors("request: 'GET /bot{credential}'", head: "auth: { acme: { type: bearer } }") == [
                "the path names \"{credential}\", but no auth is of type path"
            ])
        #expect(
            errors("request: GET /me", head: "auth: { acme: { type: path }, other: { type: bearer } }") == [
                "\"acme\" is sent in the path, and no path has a place for it; write {credential} where it stands"
            ])
    }

    private static let hooks = """
        hosts: [https://hooks.acme.test]
        auth:
          acme_token: { type: bearer }
          acme_hook:
            type: path
            after: https://hooks.acme.test/in/
            fields: { address: { secret: true } }
        """

    private static let hookOperations = """
          say: { summary: S., effect: write, request: "POST https://hooks.acme.test/in/{+credential}" }
          get: { summary: S., effect: read, request: GET /me }
        """

    @Test(arguments: ["https://hooks.acme.test/in/T1/B2/not-real", "T1/B2/not-real"])
    func anAddressThatIsSecretIsACredential(secret: String) async throws {
        let connector = try TestConnector(Self.hookOperations, head: Self.hooks)
        let hook = Credential(
            name: "hook", type: "acme_hook", fields: ValueMap([("address", .secret(.string(secret)))]))
        let request = try #require(try await connector.run("say", credential: hook).requests.first)
        #expect(request.url == "https://hooks.acme.test/in/T1/B2/not-real")
        #expect(request.secrets.path == ["T1/B2/not-real"])
        #expect(request.headers["Authorization"] == nil)
        let elsewhere = try #require(
            try await connector.run(
                "say", credential: with(hook, "https://own.test"), baseURL: "https://own.test"
            ).requests.first)
        #expect(elsewhere.url == "https://own.test/in/T1/B2/not-real")
    }

    private func with(_ credential: Credential, _ origin: String) -> Credential {
        var copy = credential
        copy.origins = Set([Origin(origin)].compactMap(\.self))
        return copy
    }

    @Test func whoHasAPlaceInThePathTakesNoOtherCredential() async throws {
        let connector = try TestConnector(Self.hookOperations, head: Self.hooks)
        #expect(try connector.node("say").spec.credentialTypes == ["acme_hook"])
        #expect(try connector.node("get").spec.credentialTypes == ["acme_token"])
        let failure = await connector.failure("say", credential: TestConnector.token)
        #expect(failure?.message == "acme.say can't use credential \"team\" of type acme_token")
        #expect(failure?.hint == "use a credential of type acme_hook")
    }

    // MARK: Mistakes

    @Test(arguments: [
        "type: list, spread: true", "type: map, in: query, spread: true", "type: map, in: header, spread: true",
    ])
    func onlyMapsAreSpread(keys: String) {
        expectError(
            "request: POST t\n    params: { a: { \(keys) } }",
            "only a map in the JSON of the body can be spread")
    }

    @Test(arguments: [
        ("repeat: true, type: string", "only a list can be sent as one parameter each"),
        ("repeat: true, type: list, join: ','", "a list is sent as one text or as one parameter each, not both"),
    ])
    func onlyListsRepeat(keys: String, message: String) {
        expectError("request: POST t\n    params: { a: { \(keys) } }", message)
    }

    @Test(arguments: [
        ("multipart: { a: { json: 1, content: 2 } }", "the part \"a\" has one of \"json\" and \"content\""),
        ("related: [{ type: text/plain }]", "a part has one of \"json\" and \"content\""),
        ("graphql: { variables: {} }", "\"query\" is missing in \"graphql\""),
        ("headers: { A: { xml: 1 } }", "unknown key \"xml\" in the header \"A\""),
        ("json: {}\n    graphql: { query: q }", "a request has one body, not both \"json\" and \"graphql\""),
    ])
    func bodiesAreReadStrictly(keys: String, message: String) {
        expectError("request: POST t\n    \(keys)", message)
    }

    private func expectError(_ operation: String, _ message: String) {
        let text = "connector: acme\nbase: https://a.test\noperations:\n  op:\n    summary: S.\n    effect: write\n    "
        let found = ConnectorReader.read(SourceText(name: "acme.yaml", text: text + operation + "\n"), from: .native).1
        #expect(found.sorted.first?.message == message)
    }
}

extension HTTPRequest {
    /// The parts of the body in order: texts, and the paths of files.
    var partTexts: [String] {
        guard case .parts(let parts) = body else { return [] }
        return parts.map { part in
            switch part {
            case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            case .file(let path, _, _): path
            default: ""
            }
        }
    }
}

import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Mistakes in connector files, each with the text a person sees.
@Suite struct ReaderTests {
    private func errors(_ text: String) -> [Diagnostic] {
        ConnectorReader.read(SourceText(name: "acme.yaml", text: text), from: .native).1.sorted
    }

    private func operation(_ text: String, head: String = "") -> [Diagnostic] {
        errors(
            "connector: acme\nbase: https://a.test\n\(head)operations:\n  op:\n    summary: Do it.\n    effect: read\n\(text)"
        )
    }

    private func expect(
        _ found: [Diagnostic], _ id: String, _ message: String, hint: String?,
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(found.map(\.id) == [id], "\(found.map(\.rendered))", sourceLocation: location)
        #expect(found.first?.message == message, sourceLocation: location)
        #expect(found.first?.hint == hint, sourceLocation: location)
    }

    @Test func anUnknownKeyIsRefusedWithASuggestion() {
        let found = operation("    request: GET t\n    parms: {}\n")
        expect(found, "unknown-key", "unknown key \"parms\" in the operation \"op\"", hint: "did you mean \"params\"?")
        #expect(found.first?.span.position.line == 8)
    }

    @Test func aRequiredHeaderIsOneThatIsSent() {
        expect(
            operation(
                "    request: GET t\n", head: "headers: { Acme-Version: \"1\" }\nrequired_headers: [Acme-Versoin]\n"),
            "unknown-header", "there is no header \"Acme-Versoin\" under \"headers\"",
            hint: "did you mean \"Acme-Version\"?")
    }

    @Test func aSignerThatNobodyKnowsIsRefused() {
        expect(
            operation("    request: GET t\n", head: "auth: { acme: { type: oauth3 } }\n"), "unknown-value",
            "\"oauth3\" is not a value of \"type\"", hint: "did you mean \"oauth1\"?")
    }

    @Test(arguments: [
        ("", "unclear-provider", "who gives the tokens is not said"),
        (
            ", provider: google, from: shop", "unclear-provider",
            "who gives the tokens is said twice: by \"provider\" and \"from\""
        ),
    ])
    func aLoginSaysWhoGivesTheTokens(keys: String, id: String, message: String) {
        expect(
            operation("    request: GET t\n", head: "auth: { acme: { type: oauth2\(keys) } }\n"), id, message,
            hint: "give provider: with a provider of flowctl, from: with another connector, or authorize_url: and "
                + "token_url:")
    }

    @Test func aLoginNamesAProviderThereIs() {
        expect(
            operation("    request: GET t\n", head: "auth: { acme: { type: oauth2, provider: gogle } }\n"),
            "unknown-provider", "flowctl knows no provider \"gogle\"", hint: "did you mean \"google\"?")
        expect(
            operation("    request: GET t\n", head: "auth: { acme: { type: oauth2, provider: elsewhere } }\n"),
            "unknown-provider", "flowctl knows no provider \"elsewhere\"",
            hint: "use one of airtable, atlassian, dropbox, github, google, hubspot, linear, microsoft, notion, "
                + "openproject, slack, x, or give its authorize_url and token_url")
    }

    @Test func secretsOfALoginGoOverHTTPS() {
        let head = "auth: { acme: { type: oauth2, authorize_url: 'https://a.test/a', token_url: 'http://a.test/t' } }\n"
        expect(
            operation("    request: GET t\n", head: head), "bad-address", "\"token_url\" must be an https address",
            hint: "write it as https://…")
    }

    @Test func aFixedRedirectNeedsAPort() {
        let head = "auth: { acme: { type: oauth2, token_url: 'https://a.test/t', redirect: fixed } }\n"
        expect(
            operation("    request: GET t\n", head: head), "missing-key", "a fixed redirect needs its port",
            hint: "add port")
    }

    @Test func aRequestIsAMethodAndAPath() {
        expect(
            operation("    request: FETCH t\n"), "bad-request", "\"FETCH t\" is no method and path",
            hint: "write it as \"GET users/{id}\"; the methods are COPY DELETE GET HEAD LOCK MKCOL MOVE "
                + "PATCH POST PROPFIND PROPPATCH PUT REPORT SEARCH UNLOCK")
        expect(
            operation("    request: GET https://b.test/t\n"), "bad-request",
            "a request goes to a path of the base or to one of the hosts, not to any address",
            hint: "write the path alone, or name the host in hosts:")
        expect(
            operation("    request: GET t/${{ params.x }}\n    params: { x: { type: string } }\n"), "bad-request",
            "an address that is computed must be one expression alone",
            hint: "name parameters in braces, such as {id}, or put the rest under query:")
    }

    @Test func namesInThePathMustBeParametersThatAreThere() {
        expect(
            operation("    request: GET t/{idd}\n    params: { id: { type: int, required: true } }\n"),
            "unknown-parameter", "the path names \"{idd}\", which is no parameter", hint: "did you mean \"id\"?")
        expect(
            operation("    request: GET t/{id}\n    params: { id: { type: int } }\n"), "optional-in-path",
            "\"id\" stands in the path but may be left out", hint: "make it required, or give it a default")
    }

    @Test func parametersAreChecked() {
        expect(
            operation("    request: GET t\n    params: { a: { type: strng } }\n"), "unknown-value",
            "\"strng\" is no type", hint: "did you mean \"string\"?")
        expect(
            operation("    request: GET t\n    params: { a: { type: int, default: x } }\n"), "wrong-type",
            "\"default\" of \"a\" must be an int, not \"x\"", hint: nil)
        expect(
            operation("    request: GET t\n    params: { a: { type: string, in: qurey } }\n"), "unknown-value",
            "\"qurey\" is no place in a request", hint: "did you mean \"query\"?")
        expect(
            operation("    request: GET t\n    params: { a: { type: string, pattern: \"(\" } }\n"), "bad-pattern",
            "\"(\" is no regular expression", hint: nil)
        expect(
            operation("    request: GET t\n    params: { max_items: { type: int } }\n"), "reserved-name",
            "\"max_items\" is the name of what bounds a list",
            hint: "give the parameter another name, and say what it is sent as with as:")
        expect(
            operation("    request: GET t\n    require: { any: [txt] }\n    params: { text: { type: string } }\n"),
            "unknown-parameter", "there is no parameter \"txt\"", hint: "did you mean \"text\"?")
    }

    @Test(arguments: [
        "    request: POST t\n    params: { f: { type: file } }\n",
        "    request: GET t\n    params: { f: { type: file } }\n",
        "    request: PUT t/{f}\n    params: { f: { type: file, required: true } }\n",
        "    request: POST t\n    form: { a: b }\n    params: { f: { type: list, of: file } }\n",
        "    request: POST t\n    body: ${{ params.f }}\n    params: { f: { type: file, in: header } }\n",
    ])
    func aFileIsNotSentAsAPath(text: String) {
        expect(
            operation(text), "no-place", "the file \"f\" would be sent as its path on this machine",
            hint: "say in: multipart, name it as body: ${{ params.f }}, or convert: base64")
    }

    @Test(arguments: [
        "    request: POST t\n    params: { f: { type: file, in: multipart } }\n",
        "    request: POST t\n    multipart: { a: b }\n    params: { f: { type: list, of: file } }\n",
        "    request: POST t\n    params: { f: { type: file, convert: base64 } }\n",
        "    request: PUT t\n    body: ${{ params.f }}\n    params: { f: { type: file } }\n",
        "    request: POST t\n    json: { name: \"${{ params.f.name }}\" }\n    params: { f: { type: file } }\n",
        """
            variants:
              - { when: "${{ has(params.f) }}", request: PUT t, body: "${{ params.f }}" }
              - { request: POST t }
            params: { f: { type: file }, text: { type: string } }

        """,
    ])
    func aFileWithAPlaceIsRight(text: String) { #expect(operation(text).isEmpty, "\(text)") }

    @Test func aBrokenExpressionIsFoundInItsPlace() {
        let found = operation("    request: GET t\n    output: ${{ body. }}\n")
        #expect(found.count == 1)
        #expect(found.first?.span.position.line == 8)
    }

    @Test func oneBodyOnly() {
        expect(
            operation("    request: POST t\n    json: {}\n    form: {}\n"), "contradiction",
            "a request has one body, not both \"json\" and \"form\"", hint: nil)
    }

    @Test func aRateIsACountAndAUnit() {
        expect(
            operation("    request: GET t\n    limit: 5 per second\n"), "bad-limit", "\"5 per second\" is no rate",
            hint: "write a count and a unit s min h d, such as 50/min or 1/s per ${{ params.channel }}")
    }

    /// What is counted with them stays within 64 bits.
    @Test func numbersHaveBounds() {
        let rate = "10000000000/s"
        expect(
            operation("    request: GET t\n    limit: \(rate)\n"), "bad-limit", "\"\(rate)\" is no rate",
            hint: "write a count and a unit s min h d, such as 50/min or 1/s per ${{ params.channel }}")
        for size in ["9223372036854775807", "1000001", "0", "-1"] {
            let pages = "{ by: window, items: \"${{ body }}\", send: query.skip, size: query.n = \(size) }"
            expect(
                operation("    request: GET t\n    paginate: \(pages)\n"), "unknown-value",
                "\"query.n = \(size)\" is no page size",
                hint: "write it as query.limit = 200, with a number up to 1000000")
        }
        for seconds in ["-5", "0", "100000", "soon"] {
            let found = operation("    request: GET t\n    answer_within: \(seconds)\n")
            #expect(found.map(\.id) == ["wrong-type"] || found.map(\.id) == ["out-of-range"], "\(seconds): \(found)")
        }
        for seconds in ["600", "\"${{ 5 + 5 }}\""] {
            #expect(operation("    request: GET t\n    answer_within: \(seconds)\n").isEmpty)
        }
        let step = "{ up_to: 9223372036854775807, request: POST t, body: \"${{ params.f }}\" }"
        #expect(
            operation("    params: { f: { type: file } }\n    whole: \(step)\n    steps: { a: { request: POST t } }\n")
                .map(\.message).contains { $0.contains("a count of bytes") })
    }

    @Test func kindsAreTheKnownOnes() {
        expect(
            operation("    request: GET t\n", head: "errors: { kinds: { permision: [a] } }\n"), "unknown-kind",
            "\"permision\" is no kind of error", hint: "did you mean \"permission\"?")
    }

    @Test func theTokenMustBeClear() {
        let fields = "fields: { a: { secret: true }, b: { secret: true } }"
        expect(
            operation("    request: GET t\n", head: "auth: { acme: { type: bearer, \(fields) } }\n"), "unclear-token",
            "which field is the token can't be told: 2 are secret", hint: "name it with token:")
    }

    @Test func allMistakesComeInOneGo() {
        let found = errors("connector: Acme\nbase: 3\noperations:\n  Op: {}\n")
        #expect(found.map(\.id) == ["bad-name", "wrong-type", "bad-name"])
    }

    @Test(arguments: ["", "[", "connector: a", "- 1", "operations: 3", "\u{0}"])
    func otherTextIsRefusedWithoutACrash(text: String) {
        #expect(!errors(text).isEmpty)
    }

    @Test(arguments: [
        ("variants: []", "bad-variants", "\"variants\" needs one"), ("steps: {}", "no-steps", "\"steps\" needs one"),
    ])
    func whatAnOperationIsMadeOfIsThere(text: String, id: String, message: String) {
        let found = operation("    \(text)\n")
        #expect(found.map(\.id) == [id])
        #expect(found.first?.message == message)
        #expect(found.first?.span.position.line == 7)
    }

    @Test func aListIsKeptInNoFile() {
        let paginate = "    paginate: { by: link, items: \"${{ body }}\" }\n"
        expect(
            operation("    request: GET t\n    save: x.json\n" + paginate), "contradiction",
            "\"save\" has no place beside \"paginate\": a list is read from the answers", hint: "remove one of the two")
        #expect(
            operation(
                "    variants:\n      - { when: \"${{ true }}\", request: GET t, save: x.json }\n"
                    + "      - { request: GET u }\n" + paginate
            ).map(\.id) == ["contradiction"])
    }

    @Test(arguments: [
        ("string, min: 2", "\"min\" bounds a number, not a string", "bound its length with pattern:, as ^.{2,5}$"),
        ("list, of: bool, max: 3", "\"max\" bounds a number, not a list of bool", "remove it"),
    ])
    func boundsAreOfNumbers(type: String, message: String, hint: String) {
        expect(
            operation("    request: GET t\n    params: { x: { type: \(type) } }\n"), "contradiction", message,
            hint: hint)
        #expect(
            operation(
                "    request: GET t\n    params: { x: { type: list, of: int, max: 3 }, y: { type: any, min: 0 } }\n"
            )
            .isEmpty)
    }

    // MARK: Lint

    @Test(arguments: [
        ("request: GET t\n    write_when: ${{ params.x }}", "write_when", "a string", "compare it: params.x != \"\""),
        (
            "variants: [{ when: \"${{ params.x }}\", request: GET t }, { request: GET u }]", "when", "a string",
            "compare it: params.x != \"\""
        ),
        ("request: GET t\n    ok: [\"${{ status }}\"]", "ok", "an int", "compare it: status != 0"),
        (
            "request: GET t\n    paginate: { by: page, items: \"${{ body }}\", send: query.p, more: \"${{ size(body) }}\" }",
            "more", "an int", "compare it: size(body) != 0"
        ),
        (
            "request: GET t\n    paginate: { by: page, items: \"${{ body }}\", send: query.p, incomplete: { when: \"${{ string(body) }}\" } }",
            "when", "a string", "compare it: string(body) != \"\""
        ),
        (
            "request: GET t\n    poll: { request: GET u, until: \"${{ size(body.x) }}\" }", "until", "an int",
            "compare it: size(body.x) != 0"
        ),
        (
            "request: GET t\n    poll: { request: GET u, until: \"${{ true }}\", failed: \"${{ headers }}\" }",
            "failed",
            "a map", "compare it: size(headers) > 0"
        ),
        (
            "steps: { a: { request: GET t, probe: { request: GET u, done: \"${{ body.map(x, x) }}\" } } }", "done",
            "a list", "compare it: size(body.map(x, x)) > 0"
        ),
        (
            "request: \"GET t/{y}\"\n    path: { y: \"${{ resolved.y }}\" }\n"
                + "    resolve: { y: { when: \"${{ params.x }}\", request: GET u, value: \"${{ body }}\" } }", "when",
            "a string", "compare it: params.x != \"\""
        ),
        (
            "request: GET t\n    errors: { kinds: { conflict: [\"${{ status }}\"] } }", "conflict", "an int",
            "compare it: status != 0"
        ),
    ])
    func aConditionIsTrueOrFalse(text: String, key: String, found: String, hint: String) {
        let diagnostics = lint(
            "    summary: Do it.\n    params: { x: { type: string, help: It. } }\n    \(text)\n    example: { params: { x: y } }\n"
        )
        expect(
            diagnostics.filter { $0.id != "bad-example" }, "not-a-condition",
            "\"\(key)\" must be true or false, found \(found)",
            hint: hint)
    }

    @Test func aConditionOfTheConnectorIsTrueOrFalse() {
        let found = lint(
            "    summary: Do it.\n    request: GET t\n    example: { reply: { status: 404 } }\n",
            head: "errors: { delay: [{ seconds: 1, when: \"${{ status }}\" }] }\n")
        expect(
            found, "not-a-condition", "\"when\" must be true or false, found an int", hint: "compare it: status != 0")
    }

    @Test func anOptionalMayBeACondition() {
        #expect(
            lint(
                "    summary: Do it.\n    request: GET t\n    paginate: { by: page, items: \"${{ body.l }}\", send: query.p, "
                    + "more: \"${{ body.?more }}\" }\n    example: { reply: { json: { l: [] } } }\n"
            ).isEmpty)
    }

    @Test func aConditionIsHeldAgainstTheExample() {
        let found = lint(
            "    summary: Do it.\n    request: GET t\n    paginate: { by: page, items: \"${{ body.l }}\", send: query.p, "
                + "more: \"${{ body.more }}\" }\n    example: { reply: { json: { l: [], more: 5 } } }\n")
        expect(
            found, "bad-example", "\"more\" can't be told of the example's reply: it is 5, not true or false",
            hint: "ask has(…), or give another value with default(…)")
    }

    @Test(arguments: [
        ("    limit: 1/s per ${{ params.chanel }}\n", "", "there is no parameter \"chanel\""),
        ("    limit: 1/s per ${{ bdy.x }}\n", "", "there is no \"bdy\" here"),
        ("", "defaults: { limit: \"1/s per ${{ pams.x }}\" }\n", "there is no \"pams\" here"),
        ("    errors: { when: \"${{ bdy.x }}\" }\n", "", "there is no \"bdy\" here"),
        ("    errors: { code: \"${{ params.y }}\" }\n", "", "there is no parameter \"y\""),
        ("    errors: { hints: { \"1\": \"${{ sttus }}\" } }\n", "", "there is no \"sttus\" here"),
        ("    errors: { delay: { seconds: 1, when: \"${{ sttus == 1 }}\" } }\n", "", "there is no \"sttus\" here"),
        ("", "hosts: [\"${{ base }}\"]\n", "there is no \"base\" here"),
        ("", "headers: { X-A: \"${{ credental.x }}\" }\n", "there is no \"credental\" here"),
        (
            "", "headers: { X-A: \"${{ credential.token }}\" }\nauth: { acme: { type: bearer } }\n",
            "there is no field that is no secret \"token\""
        ),
    ])
    func namesBesideTheRequestMustExist(text: String, head: String, message: String) {
        let found = lint(
            "    summary: Do it.\n    request: GET t\n    params: { x: { type: int, help: It. } }\n\(text)    example: {}\n",
            head: head)
        #expect(found.filter { $0.id == "unknown-name" }.map(\.message) == [message])
    }

    @Test func namesOfTheBaseMustExist() {
        let found = lint(
            "    summary: Do it.\n    request: GET t\n    example: {}\n",
            head: "auth: { acme: { type: bearer, fields: { site: {}, token: { secret: true } } } }\n",
            base: "https://${{ credential.sub }}.test")
        #expect(
            found.filter { $0.id == "unknown-name" }.map(\.message) == ["there is no field that is no secret \"sub\""])
    }

    @Test(arguments: [
        ("iss: \"${{ credential.app_idd }}\"", "", "", "there is no field that is no secret \"app_idd\""),
        ("iss: \"${{ foo }}\"", "", "", "there is no \"foo\" here"),
        ("iss: x", "path: { id: \"${{ credental.x }}\" }, ", "", "there is no \"credental\" here"),
        ("iss: x", "path: { id: 1 }, ", "${{ bdy.token }}", "there is no \"bdy\" here"),
    ])
    func namesOfATokensRequestMustExist(claims: String, path: String, expires: String, message: String) {
        let found = lint(
            "    summary: Do it.\n    request: GET t\n    example: {}\n",
            head: """
                auth:
                  acme:
                    type: jwt_assertion
                    key: private_key
                    claims: { \(claims) }
                    exchange: { request: "POST /o/{id}", \(path.isEmpty ? "path: { id: 1 }, " : path)token: "${{ body.token }}", expires: "\(expires)" }
                    fields: { app_id: {}, private_key: { secret: true, form: private_key } }

                """)
        #expect(found.map(\.message) == [message])
    }

    @Test func twoParametersHaveTwoPlaces() {
        func found(_ params: String, _ more: String = "") -> [Diagnostic] {
            lint("    summary: Do it.\n    request: POST t\n    params: { \(params) }\n\(more)    example: {}\n")
                .filter { $0.id == "contradiction" }
        }
        expect(
            found("p: { type: int, help: It., as: z }, q: { type: int, help: It., as: z }"), "contradiction",
            "\"p\" and \"q\" both go to json.z",
            hint: "send one of them under another name with as:, or say require: { one: [p, q] }")
        #expect(
            found("p: { type: int, help: It., in: header, as: X-A }, q: { type: int, help: It., in: header, as: x-a }")
                .map(\.message) == ["\"p\" and \"q\" both go to header.x-a"])
        #expect(
            found(
                "p: { type: int, help: It., as: z }, q: { type: int, help: It., as: z }",
                "    require: { one: [p, q] }\n"
            ).isEmpty)
        #expect(
            found("p: { type: int, help: It., in: query, as: z }, q: { type: int, help: It., in: query, as: z }")
                .isEmpty)
    }

    @Test(arguments: [
        ("{ a: 1 }", true), ("{ a: { b: 1 } }", true), ("{ a: { b: 1, c: \"${{ params.q }}\" } }", true),
        ("{ a: [1] }", true), ("{ a: { c: 1 } }", false), ("{ c: 1 }", false), ("{ a: \"${{ params.q }}\" }", false),
    ])
    func aParameterGoesWhereNothingElseStands(json: String, isTaken: Bool) {
        let found = lint(
            "    summary: Do it.\n    request: POST t\n    json: \(json)\n"
                + "    params: { p: { type: int, help: It., in: json.a, as: b }, q: { type: any, help: It. } }\n    example: {}\n"
        )
        #expect(
            found.map(\.message) == (isTaken ? ["\"p\" goes to json.a.b, where \"json\" puts something else"] : []))
    }

    private func lint(_ text: String, head: String = "", base: String = "https://a.test") -> [Diagnostic] {
        let text = "connector: acme\nbase: \(base)\n\(head)operations:\n  op:\n    effect: read\n\(text)"
        return ConnectorLint.check(SourceText(name: "acme.yaml", text: text), from: .native, in: .test()).sorted
    }

    @Test func namesInExpressionsMustExist() {
        let found = lint(
            "    summary: Do it.\n    request: GET t\n    query: { a: \"${{ parms.x }}\", b: \"${{ params.y }}\" }\n"
                + "    example: { reply: {} }\n    params: { x: { type: int, help: It. } }\n")
        #expect(found.map(\.message) == ["there is no \"parms\" here", "there is no parameter \"y\""])
        #expect(found.first?.hint == "did you mean \"params\"?")
    }

    @Test func aStepSeesOnlyEarlierSteps() {
        let found = lint(
            "    summary: Do it.\n    steps:\n      a: { request: \"POST ${{ steps.b.body.url }}\", auth: none }\n"
                + "      b: { request: GET t }\n    example: {}\n")
        #expect(found.map(\.message) == ["there is no earlier step \"b\""])
    }

    @Test func aCredentialMayNotGoToAComputedAddress() {
        let found = lint(
            "    summary: Do it.\n    steps:\n      a: { request: GET t }\n"
                + "      b: { request: \"POST ${{ steps.a.body.url }}\" }\n    example: {}\n")
        #expect(found.map(\.message) == ["this address is computed and would get the credential"])
        #expect(found.first?.hint == "add \"auth: none\", or name the hosts it may have in hosts:")
    }

    @Test func anExampleMustFit() {
        let found = lint(
            "    summary: Do it.\n    request: GET t\n    params: { x: { type: int, required: true, help: It. } }\n"
                + "    example: { params: { x: y } }\n")
        #expect(found.map(\.message) == ["acme.op: parameter \"x\" must be an int, not \"y\""])
    }

    @Test(arguments: ["a.test/v1", "file:///etc/passwd"])
    func aBaseIsAnAddressOfHTTP(base: String) {
        let found = lint("    summary: Do it.\n    request: GET t\n    example: {}\n", base: base)
        #expect(found.first?.message == "the base \"\(base)\" is no http or https URL")
        #expect(found.first?.hint == "write an address such as https://example.com/api")
    }

    @Test func whatTheConnectionDecidesCantBeSaid() {
        let found = lint(
            "    summary: Do it.\n    request: GET t\n    headers: { Content-Length: \"5\" }\n    example: {}\n",
            head: "headers: { Host: b.test, Accept: text/csv }\n")
        #expect(
            found.map(\.message) == [
                "the header \"Host\" is the connection's to send",
                "the header \"Content-Length\" is the connection's to send",
            ])
    }

    @Test func whatOnlyLooksLikeAnExpressionIsDoubtful() {
        let found = lint(
            "    summary: Do it.\n    request: POST t\n    json: { a: \"{{ x }}\", b: [\"${ params.x }\"], c: \"$5 {x}\" }\n"
                + "    example: {}\n")
        #expect(
            found.map(\.message) == [
                "\"{{\" begins no expression, and is sent as it stands",
                "\"${ \" begins no expression, and is sent as it stands",
            ])
        #expect(found.allSatisfy { $0.severity == .warning && $0.hint == "write expressions as ${{ … }}" })
    }

    @Test func whatLooksAtAnAnswerIsHeldAgainstTheExamples() {
        let errors = "errors: { when: \"${{ body.ok == false }}\" }\n"
        let fitting = "    example: { reply: { json: { ok: true, list: [{ id: 1 }] } } }\n"
        let request = "    summary: Do it.\n    request: GET t\n"
        #expect(lint(request + fitting, head: errors).isEmpty)
        let found = lint(request + "    example: { reply: { json: { id: 1 } } }\n", head: errors)
        #expect(found.count == 1)
        #expect(
            found.first?.message.hasPrefix("\"when\" under errors can't be told of the example's reply: ") == true,
            "\(found.map(\.message))")
        // What says no has no output.
        #expect(
            lint(
                request + "    output: ${{ body.id }}\n    example: { reply: { json: { ok: false } } }\n", head: errors
            ).isEmpty)
        #expect(
            lint(request + "    output: { id: \"${{ body.list[3].id }}\" }\n" + fitting).first?.message.hasPrefix(
                "\"output\" can't be told of the example's reply: ") == true)
        #expect(
            lint(
                request + "    paginate: { by: page, items: \"${{ body.items }}\", send: query.page }\n" + fitting
            ).first?.message.hasPrefix("\"items\" can't be told of the example's reply: ") == true)
    }

    @Test func helpExamplesAndSentencesAreMissed() {
        let found = lint("    summary: Do it\n    request: GET t\n    params: { x: { type: int } }\n")
        #expect(
            Set(found.map(\.message)) == [
                "the summary of \"op\" is no sentence with a full stop", "\"op\" has no example",
                "the parameter \"x\" has no help",
            ])
        #expect(found.allSatisfy { $0.severity == .warning })
    }

    @Test func whatIsReadIsNeverDoneAlready() {
        let found = lint("    summary: Do it.\n    request: GET t\n    done_already: [gone, 410]\n    example: {}\n")
        #expect(found.map(\.message) == ["\"done_already\" has no place where nothing is changed"])
    }

    @Test func conditionsOfRepetitionSeeArgumentsAndAnswer() {
        let found = ConnectorLint.check(
            SourceText(
                name: "acme.yaml",
                text: """
                    connector: acme
                    base: https://a.test
                    operations:
                      op:
                        summary: Do it.
                        effect: idempotent
                        write_when: ${{ body.x || params.y }}
                        request: POST t
                        done_already: ["${{ body.code == params.code && stauts == 400 }}"]
                        params: { code: { type: int, help: It. } }
                        example: {}
                      other:
                        summary: Do it.
                        effect: write
                        write_when: ${{ true }}
                        request: POST t
                        example: {}
                    """), from: .native, in: .test()
        ).sorted
        #expect(
            found.map(\.message) == [
                "there is no \"body\" here", "there is no parameter \"y\"", "there is no \"stauts\" here",
                "\"write_when\" has no place beside \"effect: write\"",
            ])
    }
}

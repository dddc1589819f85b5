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

    // MARK: Lint

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

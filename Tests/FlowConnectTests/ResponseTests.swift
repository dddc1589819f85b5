import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowConnect

@Suite struct ResponseTests {
    private func output(_ reply: HTTPResponse, _ extra: String = "") async throws -> Value {
        let connector = try TestConnector("  op: { summary: Do it., effect: read, request: GET t\(extra) }")
        return try await connector.run("op", replies: [reply]).output
    }

    private func reply(_ text: String, type: String?) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: HTTPHeaders(type.map { [("Content-Type", $0)] } ?? []), body: .bytes(Array(text.utf8))
        )
    }

    @Test func decodesByContentType() async throws {
        #expect(try await output(reply("{\"n\":12345678901234567890}", type: "application/json"))["n"] != nil)
        #expect(try await output(reply("[1]", type: "application/vnd.acme.v2+json; charset=utf-8")) == [1])
        #expect(try await output(reply("[1]", type: "text/plain")) == "[1]")
        #expect(try await output(reply("[1]", type: "application/octet-stream")) == .bytes(Array("[1]".utf8)))
        #expect(try await output(reply("", type: "application/json")) == nil)
        #expect(try await output(reply("[1]", type: "text/plain"), ", decode: json") == [1])
        #expect(try await output(reply("[1]", type: "application/json"), ", decode: text") == "[1]")
    }

    @Test func invalidJSONIsAProtocolFailureWithItsPlace() async throws {
        let connector = try TestConnector("  op: { summary: Do it., effect: write, request: POST t }")
        let failure = await connector.failure("op", reply: .json("{\"a\": tru}"))
        #expect(failure?.kind == .protocolError)
        let message = try #require(failure?.message)
        #expect(message.hasPrefix("api.acme.test answered 200 with invalid JSON: "))
        #expect(message.contains("line 1"))
    }

    @Test(arguments: [
        ("application/json", "invalid JSON at line 1, column 3: a byte here is not UTF-8"),
        ("application/json; charset=utf-16be", "it is not utf-16be text"),
    ])
    func jsonInOtherBytesThanItSays(type: String, reason: String) async throws {
        let connector = try TestConnector("  op: { summary: Do it., effect: read, request: GET t }")
        let bytes = [UInt8(ascii: "["), UInt8(ascii: "\""), 0xE9, UInt8(ascii: "\""), UInt8(ascii: "]")]
        let failure = await connector.failure(
            "op",
            reply: HTTPResponse(status: 200, headers: HTTPHeaders([("Content-Type", type)]), body: .bytes(bytes)))
        #expect(failure?.kind == .protocolError)
        #expect(failure?.message == "api.acme.test answered 200 with invalid JSON: \(reason)")
    }

    @Test func aFailedRequestWithInvalidJSONFailsByItsStatus() async throws {
        let connector = try TestConnector("  op: { summary: Do it., effect: write, request: POST t }")
        let failure = await connector.failure("op", reply: .json("<html>", status: 404))
        #expect(failure?.kind == .notFound)
        #expect(failure?.message == "api.acme.test answered 404 Not Found")
    }

    @Test func okMakesAStatusASuccess() async throws {
        #expect(try await output(.json("{\"a\":1}", status: 404), ", ok: [404]") == ["a": 1])
    }

    @Test func anOutputThatIsNotThereIsNotTheUsersMistake() async throws {
        let connector = try TestConnector(
            "  op: { summary: Do it., effect: read, request: GET t, output: \"${{ body.thing }}\" }")
        let failure = await connector.failure("op", reply: .json("{}"))
        #expect(failure?.kind == .protocolError)
        #expect(failure?.message.hasPrefix("acme.op: the answer lacks what the output is made of: ") == true)
    }

    // MARK: Errors

    private static let rules = """
        errors:
          when: ${{ has(body.error) }}
          code: ${{ body.error.code }}
          message: ${{ body.error.text }}
          kinds:
            uncertain: [broke]
            rate_limited: [slow, "${{ status == 403 && body.error.code == \\"hidden\\" }}"]
          hints: { slow: Send less., "404": "Look at ${{ params.id }}." }
          delay: [{ json_seconds: error.wait }, { header_epoch: X-Reset, when: "${{ status == 403 }}" }]
        """

    private func failure(_ text: String, status: Int = 200, effect: Effect = .write, headers: [(String, String)] = [])
        async throws -> Failure?
    {
        let connector = try TestConnector(
            "  op: { summary: Do it., effect: write, request: \"POST t/{id}\", "
                + "params: { id: { type: int, required: true } } }", head: Self.rules)
        return await connector.failure(
            "op", ValueMap.of([("id", 7)]), effect: effect, reply: .json(text, status: status, headers: headers))
    }

    @Test func aBodyThatSaysNoFailsWhateverItsStatus() async throws {
        let slow = try await failure(#"{"error":{"code":"slow","text":"wait","wait":1.5}}"#)
        #expect(slow?.kind == .rateLimited)
        #expect(slow?.message == "api.acme.test answered \"slow\": wait")
        #expect(slow?.hint == "Send less.")
        #expect(slow?.retryAfter == .milliseconds(1500))
    }

    @Test func whoWroteTheConditionIsToldWhatItCantBeToldOf() async throws {
        let head = "errors: { when: \"${{ body.error != null }}\" }"
        let operation = "  op: { summary: Do it., effect: read, request: GET t }"
        let own = await (try TestConnector(operation, head: head, source: .connectorFile(path: "acme.yaml")))
            .failure("op", reply: .json("{}"))
        #expect(own?.kind == .protocolError)
        #expect(own?.message == "api.acme.test answered something else than its connector expects")
        #expect(
            own?.hint?.hasPrefix(
                "check that the address is the service's own, and what \"when\" asks at acme.yaml:3:") == true)
        #expect(own?.hint?.contains("error") == true)
        #expect(own?.underlying != nil)
        let shipped = await (try TestConnector(operation, head: head)).failure("op", reply: .json("{}"))
        #expect(shipped?.hint == "check that the address is the service's own")
        #expect(shipped?.underlying == own?.underlying)
    }

    @Test func aCodeWithoutAKindIsInvalid() async throws {
        let failure = try await failure(#"{"error":{"code":"odd","text":"line one\nline two"}}"#)
        #expect(failure?.kind == .invalid)
        #expect(failure?.message == "api.acme.test answered \"odd\": line one line two")
    }

    @Test func uncertainIsForWritesOnly() async throws {
        let body = #"{"error":{"code":"broke","text":"oops"}}"#
        #expect(try await failure(body)?.kind == .uncertain)
        #expect(try await failure(body, effect: .idempotent)?.kind == .transient)
    }

    @Test func aConditionGivesAKindAndAHeaderTheDelay() async throws {
        let failure = try await failure(
            #"{"error":{"code":"hidden","text":"no"}}"#, status: 403, headers: [("X-Reset", "1800000090")])
        #expect(failure?.kind == .rateLimited)
        #expect(failure?.message == "api.acme.test answered 403 Forbidden: no")
        #expect(failure?.retryAfter == .seconds(90))
    }

    /// The source, what the answer has under `X-Wait`, its body, and the pause in seconds. The bodies are those of Telegram,
    /// Zulip and others.
    private static let delays: [(source: String, header: String, body: String, seconds: Double)] = [
        ("header_seconds: X-Wait", "1.5", "{}", 1.5), ("header_milliseconds: X-Wait", "250", "{}", 0.25),
        ("header_epoch: X-Wait", "1800000090", "{}", 90), ("header_epoch: X-Wait", "1800000090500", "{}", 90.5),
        ("header_date: X-Wait", "Fri, 15 Jan 2027 08:01:30 GMT", "{}", 90),
        ("header_date: X-Wait", "2027-01-15T08:05Z", "{}", 300),
        ("json_seconds: parameters.retry_after", "", #"{"parameters":{"retry_after":7}}"#, 7),
        ("json_seconds: retry-after", "", #"{"retry-after":28.7}"#, 28.7),
        ("json_milliseconds: error.wait", "", #"{"error":{"wait":"400"}}"#, 0.4),
        ("json_epoch: reset", "", #"{"reset":1800000060000}"#, 60), ("seconds: 30", "", "{}", 30),
        ("json_seconds: wait", "", #"{"wait":1e18}"#, 999_999_999),
        ("json_milliseconds: wait", "", #"{"wait":1e21}"#, 999_999_999),
    ]

    @Test(arguments: delays)
    func eachSourceOfADelay(source: String, header: String, body: String, seconds: Double) async throws {
        let connector = try TestConnector(
            "  op: { summary: Do it., effect: read, request: GET t }", head: "errors: { delay: [{ \(source) }] }")
        let failure = await connector.failure("op", reply: .json(body, status: 429, headers: [("X-Wait", header)]))
        #expect(failure?.kind == .rateLimited)
        #expect(failure?.retryAfter == .milliseconds(Int64(seconds * 1000)))
        #expect(failure?.hint?.hasPrefix("try again in ") == true)
    }

    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "later"])
    func aResetThatIsNoTimeIsPassedOver(reset: String) async throws {
        let failure = try await failure(
            #"{"error":{"code":"hidden","text":"no"}}"#, status: 403, headers: [("X-Reset", reset)])
        #expect(failure?.kind == .rateLimited)
        #expect(failure?.retryAfter == nil)
    }

    @Test func aHintMayStandUnderAStatus() async throws {
        let failure = try await failure("{}", status: 404)
        #expect(failure?.hint == "Look at 7.")
        #expect(failure?.code == "404")
    }

    /// A refusal of another kind than the status has is about something else.
    @Test(arguments: ["\"${{ status == 403 }}\"", "secondary"])
    func theHintOfAStatusIsForTheKindOfTheStatus(sign: String) async throws {
        let connector = try TestConnector(
            "  op: { summary: Do it., effect: read, request: GET t }",
            head: """
                errors:
                  code: ${{ body.code }}
                  kinds: { rate_limited: [\(sign)], permission: [closed], conflict: [405] }
                  hints: { "403": Give it the permission., "405": It is there already. }
                """)
        let limited = await connector.failure("op", reply: .json(#"{"code":"secondary"}"#, status: 403))
        #expect(limited?.kind == .rateLimited)
        #expect(limited?.hint == "try again later")
        let closed = await connector.failure("op", reply: .json(#"{"code":"closed"}"#, status: 403))
        if sign == "secondary" { #expect(closed?.hint == "Give it the permission.") }
        #expect(await connector.failure("op", reply: .json("{}", status: 405))?.hint == "It is there already.")
    }

    private static let told = """
        errors: { kinds: { permission: [closed] }, no_retry: [closed, 502, "${{ headers['x-retry'] == 'false' }}"] }
        """

    @Test(arguments: [
        (500, "false", FailureKind.transient, true), (502, "", .transient, true), (503, "", .transient, false),
        (429, "false", .rateLimited, true), (429, "", .rateLimited, false),
    ])
    func aServiceMaySayThatAnotherTryIsOfNoUse(
        status: Int, header: String, kind: FailureKind, refuses: Bool
    ) async throws {
        let connector = try TestConnector(
            "  op: { summary: Do it., effect: write, request: POST t, idempotency: { send: header.Key } }",
            head: Self.told)
        let failure = await connector.failure(
            "op", reply: .json("{}", status: status, headers: [("X-Retry", header)]))
        #expect(failure?.kind == kind)
        #expect(failure?.refusesRetry == refuses)
        // Of a refusal it is known that nothing has happened.
        let isOpen = refuses && status >= 500
        #expect((failure?.hint == "look whether it happened before you resume the run") == isOpen)
    }

    @Test func aDeletionThatIsDoneGivesNothing() async throws {
        let connector = try TestConnector("  op: { summary: Do it., effect: idempotent, request: DELETE t }")
        let node = try connector.node("op")
        // What the HTTP layer does with a 404 after an attempt whose outcome is unknown.
        let http = ScriptedHTTP { _ in
            var gone = HTTPResponse.json(#"{"message":"gone"}"#, status: 404)
            gone.meansDone = true
            return gone
        }
        #expect(try await node.run(Arguments(ValueMap()), in: NodeContext(world: .test(http: http))) == nil)
    }

    // MARK: Link

    @Test(
        arguments: [
            (#"<https://a.test/?page=2>; rel="next""#, "https://a.test/?page=2"),
            (#"<https://a.test/1>; rel="prev", <https://a.test/3>; rel="next last""#, "https://a.test/3"),
            (#"<https://a.test/3>; title="a, b; rel=\"x\""; rel=next"#, "https://a.test/3"),
            (#"<https://a.test/,x>; REL="Next""#, "https://a.test/,x"),
            (#"<https://a.test/1>; rel="last""#, nil), ("", nil), ("<", nil), ("<a>; rel", nil),
        ] as [(String, String?)])
    func findsTheNextLink(field: String, target: String?) {
        #expect(LinkHeader.target("next", in: HTTPHeaders([("Link", field)])) == target)
    }

    @Test(arguments: [
        ("https://a.test/x/report%20one.txt?sig=1", "report one.txt"), ("https://a.test/", "download"),
        ("https://a.test", "download"), ("https://a.test/..%2F..%2Fetc%2Fpasswd", "....etcpasswd"),
        ("https://a.test/%2E%2E", "download"), ("https://a.test/a%0Ab", "ab"),
    ])
    func aNameFromAServerIsNeverAPath(url: String, name: String) {
        #expect(SavePath.name(url) == name)
    }
}

import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

@testable import FlowConnect

/// Credentials that are a key, which signs for the token that requests carry.
@Suite struct AssertionTests {
    private static let head = """
        auth:
          acme_app:
            type: jwt_assertion
            claims: { iss: "${{ credential.app }}", aud: acme }
            lifetime: 5m
            exchange:
              request: POST /installations/{id}/tokens
              path: { id: "${{ credential.installation }}" }
              token: ${{ body.token }}
              expires: ${{ body.expires_at }}
            fields:
              app: {}
              installation: {}
              private_key: { secret: true, form: private_key }
        """

    private static let operations = """
          get: { summary: S., effect: read, request: GET /things }
          open: { summary: S., effect: read, request: GET /open, auth: none }
        """

    private static func credential(_ key: String = TestKeys.rsa) -> Credential {
        Credential(
            name: "app", type: "acme_app",
            fields: ValueMap([
                ("app", "app-1"), ("installation", "77"), ("private_key", .secret(.string(key))),
            ]))
    }

    private static let now = Timestamp(seconds: 1_772_000_000)

    private static func token(_ text: String, until: String = "2030-01-01T00:00:00Z") -> HTTPResponse {
        .json(#"{"token":"\#(text)","expires_at":"\#(until)"}"#, status: 201)
    }

    private func run(
        _ operation: String = "get", _ credential: Credential = credential(), replies: [HTTPResponse]
    ) async throws -> [HTTPRequest] {
        try await TestConnector(Self.operations, head: Self.head).run(
            operation, credential: credential, replies: replies, now: Self.now
        ).requests
    }

    @Test func theRequestForATokenIsNotTheWorkThatMayBeDone() async throws {
        let operations = "  pin: { summary: S., effect: idempotent, request: POST /pin, done_already: [409] }"
        let node = try TestConnector(operations, head: Self.head).node("pin")
        let http = ScriptedHTTP([.success(Self.token("fake-1")), .success(.json("{}"))])
        var context = NodeContext(
            world: .test(http: http, clock: ManualClock(start: Self.now)), credential: Self.credential(),
            effect: .idempotent)
        context.mayBeDone = true
        _ = try await node.run(node.spec.bind(ValueMap()), in: context)
        #expect(http.calls.map(\.mayBeDone) == [false, true])
    }

    @Test func signedClaimsAreExchangedForTheToken() async throws {
        let requests = try await run(replies: [Self.token("fake-1"), .json("[]")])
        #expect(requests.map(\.method) == ["POST", "GET"])
        #expect(requests[0].url == "https://api.acme.test/v1/installations/77/tokens")
        #expect(requests[1].headers["Authorization"] == "Bearer fake-1")
        #expect(requests.allSatisfy { $0.secrets.headers.contains("authorization") })
        let bearer = try #require(requests[0].headers["Authorization"])
        #expect(bearer.hasPrefix("Bearer "))
        let parts = bearer.dropFirst("Bearer ".count).split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        func decoded(_ part: String) throws -> Value { try JSON.parse(#require(Base64.decode(part))) }
        #expect(try decoded(parts[0]) == ["alg": "RS256", "typ": "JWT"])
        #expect(
            try decoded(parts[1]) == ["iss": "app-1", "aud": "acme", "iat": 1_771_999_940, "exp": 1_772_000_240])
        #expect(Base64.decode(parts[2])?.count == 256)
    }

    @Test func aKeyThatSignsOtherClaimsGetsAnotherToken() async throws {
        let other = Self.head.replacing("auth:\n", with: "").replacing("acme_app:", with: "acme_admin:")
            .replacing("aud: acme", with: "aud: admin")
        let connector = try TestConnector(Self.operations, head: Self.head + "\n" + other).connector
        let memory = ConnectorMemory()
        var sent: [String?] = []
        for (type, token) in [("acme_app", "fake-1"), ("acme_admin", "fake-2")] {
            let node = try ConnectorNode(connector, #require(connector.operation("get")), memory: memory)
            var credential = Self.credential()
            credential.type = type
            let client = ReplyingClient([Self.token(token), .json("[]")])
            _ = try await node.run(
                node.spec.bind(ValueMap()),
                in: NodeContext(
                    world: .test(http: client, clock: ManualClock(start: Self.now)), credential: credential,
                    effect: .read))
            sent.append(client.requests.last?.headers["Authorization"])
        }
        #expect(sent == ["Bearer fake-1", "Bearer fake-2"])
    }

    @Test func aTokenThatIsRefusedIsReplacedOnce() async throws {
        let requests = try await run(
            replies: [Self.token("fake-1"), .json("{}", status: 401), Self.token("fake-2"), .json("[]")])
        #expect(
            requests.map { $0.headers["Authorization"] }.filter { $0?.hasPrefix("Bearer fake") == true } == [
                "Bearer fake-1", "Bearer fake-2",
            ])
        let failure = await #expect(throws: Failure.self) {
            try await run(
                replies: [
                    Self.token("fake-1"), .json("{}", status: 401), Self.token("fake-2"), .json("{}", status: 401),
                ])
        }
        #expect(failure?.kind == .auth)
    }

    @Test func aKeyThatTheServiceRefusesIsNoReasonToAskAgain() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await run(replies: [.json(#"{"message":"bad credentials"}"#, status: 401)])
        }
        #expect(failure?.kind == .auth)
        #expect(failure?.message == "api.acme.test answered 401 Unauthorized")
    }

    @Test func aRequestWithoutCredentialAsksForNoToken() async throws {
        #expect(try await run("open", replies: [.json("{}")]).map(\.url) == ["https://api.acme.test/v1/open"])
    }

    @Test func oneTokenServesManyUsesUntilItEnds() async throws {
        let connector = try TestConnector(Self.operations, head: Self.head)
        let node = try connector.node("get")
        let clock = ManualClock(start: Self.now)
        let end = try #require(Self.now.adding(.seconds(3600))).rfc3339
        let client = ReplyingClient([
            Self.token("fake-1", until: end), .json("[]"), .json("[]"), Self.token("fake-2", until: end), .json("[]"),
        ])
        var context = NodeContext(world: .test(http: client), credential: Self.credential(), effect: .read)
        context.world.clock = clock
        for pause in [Duration.seconds(3000), .seconds(400), .zero] {
            _ = try await node.run(node.spec.bind(ValueMap()), in: context)
            try await clock.sleep(pause)
        }
        #expect(client.requests.map(\.method) == ["POST", "GET", "GET", "POST", "GET"])
    }

    @Test func anAnswerWithoutTokenIsToldAsSuch() async throws {
        let failure = await #expect(throws: Failure.self) { try await run(replies: [.json(#"{"token":""}"#)]) }
        #expect(failure?.message == "acme.get: the answer to the signed claims has no token")
    }

    @Test func aKeyThatIsNoneIsNamed() async throws {
        let failure = await #expect(throws: Failure.self) { try await run("get", Self.credential(""), replies: []) }
        #expect(failure?.message == "credential \"app\" of type acme_app has no \"private_key\"")
    }

    @Test func theTokenIsConcealed() async throws {
        let concealed = Box<[Value]>([])
        let node = try TestConnector(Self.operations, head: Self.head).node("get")
        var context = NodeContext(
            world: .test(http: ReplyingClient([Self.token("fake-1"), .json("[]")])), credential: Self.credential(),
            effect: .read)
        context.conceal = { value in concealed.content.withLock { $0.append(value) } }
        _ = try await node.run(node.spec.bind(ValueMap()), in: context)
        #expect(concealed.content.withLock { $0 } == [.secret("fake-1")])
    }

    @Test func mistakesInTheSchemeAreNamed() {
        func errors(_ scheme: String) -> [String] {
            let text =
                "connector: acme\nbase: https://a.test\nauth: { acme: { type: jwt_assertion, \(scheme) } }\noperations:\n"
                + "  op: { summary: S., effect: read, request: GET /k }\n"
            return ConnectorReader.read(SourceText(name: "acme.yaml", text: text), from: .native).1.sorted.map(
                \.message)
        }
        #expect(errors("exchange: { request: POST t, token: '${{ body.token }}' }") == [])
        #expect(errors("claims: {}") == ["\"exchange\" is missing in \"acme\""])
        #expect(errors("exchange: { request: POST t }") == ["\"token\" is missing in \"exchange\""])
        #expect(
            errors("key: pem, exchange: { request: POST t, token: '${{ body.token }}' }") == [
                "there is no field \"pem\""
            ])
    }
}

private final class Box<Content: Sendable>: Sendable {
    let content: Mutex<Content>

    init(_ content: Content) { self.content = Mutex(content) }
}

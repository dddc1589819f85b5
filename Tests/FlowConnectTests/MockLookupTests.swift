import FlowConnect
import FlowCore
import Testing

/// What a mock answers to what an operation looks up.
@Suite struct MockLookupTests {
    private static let list = """
          list_kinds:
            summary: List the kinds.
            effect: read
            request: GET kinds
            example: { params: {}, reply: { json: { kinds: [{ id: 1, name: big }, { id: 2, name: small }] } } }
        """

    /// - Parameter example: of an operation that looks a kind up where its name is given.
    private func mock(_ example: String, _ others: String = "") throws -> MockApp {
        let connector = try TestConnector(
            """
              make:
                summary: Make something.
                effect: write
                resolve:
                  kind:
                    when: ${{ !params.kind.matches("^[0-9]+$") }}
                    request: GET kinds
                    exactly_one: ${{ body.kinds.filter(it, it.name == params.kind).map(it, it.id) }}
                request: POST things
                params: { kind: { type: string, required: true, help: The kind. } }
                json: { kind: "${{ default(resolved.kind, params.kind) }}" }
                example: \(example)

            """ + others)
        return MockApp(connector.connector, url: "http://127.0.0.1:1/acme")
    }

    private func answer(_ app: MockApp, _ method: String, _ target: String, _ json: String = "") -> Value? {
        let headers = json.isEmpty ? [] : [("Content-Type", "application/json")]
        let request = MockRequest(
            method: method, target: target, headers: HTTPHeaders(headers), body: Array(json.utf8))
        return try? JSON.parse(app.answer(request).body)
    }

    @Test func whatTheExampleAsksForIsInItsReplies() throws {
        let app = try mock("{ params: { kind: huge }, replies: [{ json: { kinds: [] } }, { json: { id: 7 } }] }")
        #expect(answer(app, "GET", "/kinds") == ["kinds": []])
        #expect(answer(app, "POST", "/things", #"{"kind": "1"}"#) == ["id": 7])
    }

    @Test func whatTheExampleNeedNotAskIsAnsweredByTheListItself() throws {
        let app = try mock("{ params: { kind: \"1\" }, reply: { json: { id: 7 } } }", Self.list)
        #expect(answer(app, "GET", "/kinds")?["kinds"]?.listValue?.count == 2)
        #expect(answer(app, "POST", "/things", #"{"kind": "1"}"#) == ["id": 7])
    }
}

import FlowConnect
import FlowCore
import Testing

/// Addresses that answers of a mock name.
@Suite struct MockAddressTests {
    private static let operations = """
          changes:
            summary: What has changed.
            effect: read
            variants:
              - { when: "${{ has(params.link) }}", request: "GET ${{ params.link }}" }
              - request: GET changes
            params: { link: { type: string }, token: { type: string } }
            example: { params: {}, reply: { json: { next: "https://api.acme.test/v1/changes?token=2" } } }
          list:
            summary: List.
            effect: read
            request: GET things
            example: { params: {}, reply: { json: { things: [], export: "/things.csv" } } }
          export:
            summary: Export.
            effect: read
            resolve:
              place: { request: GET things, value: "${{ body.export }}" }
            request: GET ${{ resolved.place }}
            example: { params: {}, replies: [{ json: { export: /things.csv } }, { text: "a,b" }] }
        """

    private struct Answer {
        var status: Int
        var text: String
    }

    private func app() throws -> MockApp {
        MockApp(try TestConnector(Self.operations).connector, url: "http://127.0.0.1:1/acme")
    }

    private func get(_ target: String, of app: MockApp) -> Answer {
        let reply = app.answer(MockRequest(method: "GET", target: target, headers: HTTPHeaders(), body: []))
        return Answer(status: reply.status, text: String(decoding: reply.body, as: UTF8.self))
    }

    @Test func anAddressOfTheAppItselfIsAnsweredAsThePathItIs() throws {
        let app = try app()
        let first = get("/changes", of: app)
        let next = try #require(JSON.parse(Array(first.text.utf8))["next"]?.stringValue)
        let own = "http://127.0.0.1:1/acme"
        #expect(next == own + "/~/https/api.acme.test/v1/changes?token=2")
        #expect(get(String(next.dropFirst(own.count)), of: app).status == 200)
    }

    @Test func aPathThatAnAnswerNamesLeadsToWhatTheAnswerIsFor() throws {
        let app = try app()
        #expect(get("/things.csv", of: app).status == 404)
        #expect(get("/things", of: app).text.contains("/things.csv"))
        #expect(get("/things.csv", of: app).text == "a,b")
    }
}

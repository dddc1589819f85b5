import FlowConnect
import FlowCore
import FlowTestKit
import Testing

/// Operations that a name in the query of their path tells apart, in the mock of their app.
@Suite struct MockQueryTests {
    private func answer(_ target: String) throws -> (status: Int, body: String) {
        let connector = try TestConnector(
            """
              put:
                summary: Put.
                effect: idempotent
                request: PUT /{key}
                params: { key: { type: string, required: true } }
                example: { params: { key: a }, reply: { json: { did: put } } }
              tag:
                summary: Tag.
                effect: idempotent
                request: PUT /{key}?tagging
                params: { key: { type: string, required: true } }
                example: { params: { key: a }, reply: { json: { did: tag } } }
            """)
        let app = MockApp(connector.connector, url: "http://127.0.0.1:1")
        let reply = app.answer(MockRequest(method: "PUT", target: target, headers: HTTPHeaders(), body: []))
        return (reply.status, String(decoding: reply.body, as: UTF8.self))
    }

    @Test func theNameInTheQuerySaysWhichIsMeant() throws {
        #expect(try answer("/a").body == #"{"did":"put"}"#)
        #expect(try answer("/a?tagging=").body == #"{"did":"tag"}"#)
        #expect(try answer("/a?colour=red").status == 400)
    }
}

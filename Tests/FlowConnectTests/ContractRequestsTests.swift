import FlowConnect
import FlowCore
import Testing

/// Which requests of an operation are compared with the vendor's document.
@Suite struct ContractRequestsTests {
    private func requests(_ operation: String) async throws -> ContractRequests {
        await ContractRequests(try TestConnector(operation).node("op"), credential: nil)
    }

    private func queries(_ operation: String) async throws -> [String] {
        try await requests(operation).sent.map { String($0.url.split(separator: "?").dropFirst().first ?? "") }
    }

    @Test func theExampleAndAllParameters() async throws {
        let operation = """
              op:
                summary: Do it.
                effect: read
                request: GET t
                params:
                  id: { type: string, required: true, help: It. }
                  kind: { type: string, enum: [toy, tool], help: Which. }
                  since: { type: timestamp, help: When. }
                  tags: { type: list, of: string, join: ",", help: More. }
                  at: { type: string, help: Where., example: here }
                example: { params: { id: x }, reply: { json: {} } }
            """
        #expect(
            try await queries(operation) == [
                "id=x", "id=x&kind=toy&since=2026-01-02T03%3A04%3A05Z&tags=a&at=here",
            ])
    }

    @Test func whatDoesNotGoTogetherOneAfterTheOther() async throws {
        let operation = """
              op:
                summary: Do it.
                effect: read
                request: GET t
                params: { id: { type: int, help: It. }, name: { type: string, help: It. }, more: { type: bool, help: More. } }
                require: { one: [id, name] }
                example: { params: { id: 7 }, reply: { json: {} } }
            """
        #expect(try await queries(operation) == ["id=7", "name=a", "id=7&more=true"])
    }

    @Test func aParameterThatCannotBeTriedIsTold() async throws {
        let found = try await requests(
            """
              op:
                summary: Do it.
                effect: read
                request: GET t
                params: { day: { type: string, pattern: "^[0-9]+$", help: A day. } }
                example: { params: {}, reply: { json: {} } }
            """)
        #expect(
            found.complaints == [
                "give \"day\" an example that can be sent: acme.op: parameter \"day\" must match ^[0-9]+$ (day: A day.)"
            ])
    }

    @Test func notesAreDated() throws {
        func isDated(_ reason: String) -> Bool {
            ContractNotes.Exception(request: "", name: "a", reason: reason).isDated
        }
        #expect(isDated("2026-11: newer") && isDated("2026-11-21: newer"))
        #expect(!isDated("newer") && !isDated("2026-11:") && !isDated("November 2026: newer"))
    }

    @Test func notesAreReadStrictly() {
        var diagnostics = Diagnostics()
        let text = "exceptions:\n  - { request: GET /a, nane: b }\n"
        _ = ContractNotes(SourceText(name: "acme.yaml", text: text), &diagnostics)
        #expect(
            diagnostics.sorted.map(\.message) == [
                "\"reason\" is missing in an exception", "unknown key \"nane\" in an exception",
            ])
    }
}

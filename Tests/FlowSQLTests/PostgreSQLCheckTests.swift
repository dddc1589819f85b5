import FlowCore
import FlowTestKit
import Testing

@Suite(.enabled(if: PostgreSQLServer.isThere, "\(TestService.advice)")) struct PostgreSQLCheckTests {
    @Test func starts() async throws {
        let place = try await PostgreSQLServer.shared.start()
        #expect(Folder.exists(place.folder + "/ready"))
        try await PostgreSQLServer.shared.stop()
        let again = try await PostgreSQLServer.shared.start()
        #expect(again.port == place.port)
    }
}

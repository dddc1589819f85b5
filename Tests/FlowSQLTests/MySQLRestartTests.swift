import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@testable import FlowSQL

/// With a server of their own, which they stop and start.
@Suite(.serialized, .enabled(if: MySQLServer.isThere, "\(TestService.advice)")) struct MySQLRestartTests {
    @Test func aServerThatIsKilledAndComesBackIsSurvived() async throws {
        let service = TestService("mariadb")
        let bench = try await MySQLBench(service)
        try await bench.execute("CREATE TABLE kept (n INT PRIMARY KEY)")

        // A transaction that is cut off before its end has not happened.
        let change = Task {
            try await bench.run(
                "mysql.transaction",
                ["statements": [["sql": "INSERT INTO kept VALUES (1)"], ["sql": "SELECT SLEEP(600) AS never"]]])
        }
        try await bench.until(true, "SLEEP(60")
        try await service.stop(by: SIGKILL)
        let cut = await failure { try await change.value }
        #expect(cut?.kind == .network && cut?.nothingSent == true)
        #expect(cut?.message == "statements[1]: the connection to MySQL at localhost:\(bench.place.port) broke")
        #expect(cut?.hint == "see whether the server was restarted, or ended the connection")

        // Nobody is there.
        let absent = await failure { try await bench.query("SELECT 1 AS one") }
        #expect(absent?.kind == .network && absent?.nothingSent == true)

        // The pool's connections are dead, and nobody notices.
        _ = try await service.start()
        #expect(try await bench.query("SELECT * FROM kept") == [])
        try await bench.execute("INSERT INTO kept VALUES (1)")

        // A statement that is a transaction of its own may have happened.
        let alone = Task { try await bench.execute("INSERT INTO kept SELECT SLEEP(601) + 2") }
        try await bench.until(true, "SLEEP(60")
        try await service.stop(by: SIGKILL)
        let unknown = await failure { try await alone.value }
        #expect(unknown?.kind == .uncertain)
        #expect(
            unknown?.message
                == "the connection to MySQL at localhost:\(bench.place.port) broke while the statement was under way; "
                + "whether it happened is not known")
        _ = try await service.start()
        #expect(try await bench.query("SELECT * FROM kept") == [["n": 1]])
        await bench.world.connections.close()
        try await service.end()
    }

    @Test func aCertificateThatHasEndedIsNotTrusted() async throws {
        let service = TestService("mariadb")
        let place = try await service.start()
        try await service.stop()
        try Folder.write("expired", to: place.folder + "/certificate")
        _ = try await service.start()
        let refused = await failure { try await MySQLServer.with(.at(place, "flow")) { _ in } }
        #expect(refused?.kind == .tls && refused?.nothingSent == true)
        #expect(refused?.message == "MySQL at localhost:\(place.port) can't be trusted: certificate has expired")
        #expect(refused?.hint == "renew the server's certificate")
        try await service.stop()
        try Folder.write("other", to: place.folder + "/certificate")
        _ = try await service.start()
        let other = await failure { try await MySQLServer.with(.at(place, "flow")) { _ in } }
        #expect(other?.hint == "the certificate is for another name: give the host that it names, or tls: verify-ca")
        try await service.end()
    }
}

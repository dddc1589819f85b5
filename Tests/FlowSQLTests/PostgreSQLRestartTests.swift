import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@testable import FlowSQL

/// A server that goes away, and comes again.
@Suite(.enabled(if: PostgreSQLServer.isThere, "\(TestService.advice)")) struct PostgreSQLRestartTests {
    @Test func whatHappenedIsToldWhenTheServerDies() async throws {
        let service = TestService("postgresql", endedBy: SIGQUIT)
        let bench = try await PostgreSQLBench(service)
        try await bench.execute("CREATE TABLE lived (id int)")

        async let read = bench.failure("postgres.query", ["sql": "SELECT pg_sleep(600) /* dies */"])
        async let plain = bench.failure(
            "postgres.execute", ["sql": "INSERT INTO lived SELECT 1 FROM pg_sleep(600) /* dies */"])
        async let whole = bench.failure(
            "postgres.transaction",
            [
                "statements": [
                    ["sql": "INSERT INTO lived VALUES (2)"], ["sql": "SELECT pg_sleep(600) /* dies */"],
                ]
            ])
        try await bench.until(
            "SELECT count(*) = 3 AS ok FROM pg_stat_activity WHERE query LIKE '%/* dies */' AND state = 'active' AND pid <> pg_backend_pid()"
        )
        try await service.stop()
        let failures = await (read: read, plain: plain, whole: whole)
        // A read is repeated, a transaction that was not committed as well; of a statement alone nobody knows.
        #expect(failures.read?.kind == .network)
        #expect(failures.plain?.kind == .uncertain)
        #expect(
            failures.plain?.message.hasSuffix(
                "while the statement was under way; whether it happened is not known") == true)
        #expect(failures.whole?.kind == .network && failures.whole?.nothingSent == true)

        let away = await bench.failure("postgres.execute", ["sql": "INSERT INTO lived VALUES (3)"])
        #expect(away?.kind == .network && away?.nothingSent == true)

        _ = try await service.start()
        // The pool holds connections of before, which are found broken before anything is sent.
        #expect(try await bench.query("SELECT id FROM lived") == [])
        try await bench.execute("INSERT INTO lived VALUES (4)")
        #expect(try await bench.query("SELECT id FROM lived") == [["id": 4]])
        await bench.world.connections.close()
        try await service.end()
    }

    @Test func connectionsThatWereEndedMeanwhileAreReplaced() async throws {
        let bench = try await PostgreSQLBench(PostgreSQLServer.shared, ["connections": "1"])
        let first = try await bench.query("SELECT pg_backend_pid() AS pid")
        let pid = try #require(first.listValue?.first?["pid"])
        let other = try await PostgreSQLBench()
        try await other.execute("SELECT pg_terminate_backend($1)", [pid])
        try await other.until("SELECT count(*) = 0 AS ok FROM pg_stat_activity WHERE pid = \(JSON.text(pid))")
        try await bench.execute("CREATE TABLE after_end (a int)")
        #expect(try await bench.query("SELECT pg_backend_pid() = \(JSON.text(pid)) AS same") == [["same": false]])
    }
}

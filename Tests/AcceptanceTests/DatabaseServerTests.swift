import FlowCore
import FlowTestKit
import Glibc
import Testing

/// Workflows with a database server, as a person runs them.
@Suite(.serialized, .enabled(if: TestService.isThere("postgresql"), "\(TestService.advice)"))
struct DatabaseServerTests {
    private static let service = TestService("postgresql", endedBy: SIGQUIT)

    private func credential(_ place: TestService.Place, host: String? = nil) -> String {
        JSON.text([
            "host": .string(host ?? place.folder + "/socket"), "port": .int(Int64(place.port)), "database": "flow",
            "username": "flow", "password": "fake-password", "ca_file": .string(place.folder + "/tls/ca.pem"),
        ])
    }

    private static let loud = """
        name: loud
        steps:
          - uses: postgres.execute
            with: { sql: "DO $$ BEGIN RAISE WARNING 'a fake notice'; END $$" }
          - { id: ask, uses: postgres.query, with: { sql: "SELECT current_user::text AS u, '2026-02-01'::date AS d" } }
        outputs: { user: "${{ steps.ask.output[0].u }}", date: "${{ steps.ask.output[0].d }}" }
        """

    /// Whatever lies around on the machine has no part in it, and nothing that the server remarks is in the way.
    @Test func onlyTheCredentialCounts() async throws {
        let place = try await Self.service.start()
        let machine = try Machine(
            [
                "loud.yaml": Self.loud, ".pgpass": "*:*:*:*:fake-wrong", ".postgresql/root.crt": "no certificate",
                "services": "[wrong]\nhost=nowhere.invalid\n",
            ],
            variables: ["FLOWCTL_CREDENTIAL_POSTGRES": credential(place, host: "localhost")])
        let strange = [
            "PGHOST": "nowhere.invalid", "PGHOSTADDR": "192.0.2.1", "PGPORT": "1", "PGUSER": "nobody",
            "PGPASSWORD": "fake-wrong", "PGSERVICE": "wrong", "PGSERVICEFILE": machine.home + "/services",
            "PGSSLMODE": "disable", "PGSSLCERT": "/nowhere", "PGDATESTYLE": "German", "PGOPTIONS": "-c search_path=x",
            "PGTZ": "Asia/Tokyo", "PGREQUIRESSL": "0", "PGTARGETSESSIONATTRS": "standby",
        ]
        let result = try await machine.run("flowctl run loud.yaml --output json", variables: strange)
        #expect(result.exit == 0 && !result.errors.contains("fake notice"), "\(result.errors)")
        let outputs = try JSON.parse(result.output)["outputs"]
        #expect(outputs == ["user": "flow", "date": "2026-02-01"])
        let dry = try await machine.run("flowctl run loud.yaml --dry-run")
        #expect(dry.exit == 0 && dry.output.contains("RAISE WARNING") && !dry.output.contains("fake-password"))
        let spliced = """
            name: spliced
            inputs: { id: { type: string, required: true } }
            steps:
              - uses: postgres.transaction
                with: { statements: [{ sql: "DELETE FROM t WHERE id = ${{ inputs.id }}" }] }
            """
        try machine.write(spliced, to: "spliced.yaml")
        let refused = try await machine.run("flowctl validate spliced.yaml")
        #expect(
            refused.exit == 3 && (refused.errors + refused.output).contains("is code, so ${{ }} can't be used in it"),
            "\(refused.errors)")
    }

    private static let restarted = """
        name: restarted
        steps:
          - uses: postgres.execute
            with: { sql: CREATE TABLE seen (id int) }
          - id: sleeps
            uses: postgres.query
            with: { sql: "SELECT pg_sleep(CASE WHEN EXISTS (SELECT FROM marks) THEN 0 ELSE 600 END)::text AS s" }
          - id: whole
            uses: postgres.transaction
            with: { statements: [{ sql: INSERT INTO seen VALUES (1) }, { sql: SELECT count(*) AS n FROM seen }] }
        outputs: { n: "${{ steps.whole.output[1].rows[0].n }}" }
        """

    /// A read that the server takes with it is asked again, and later steps find new connections.
    @Test func aRestartInTheMiddleIsSurvived() async throws {
        let place = try await Self.service.start()
        let machine = try Machine(
            ["restarted.yaml": Self.restarted],
            variables: ["FLOWCTL_CREDENTIAL_POSTGRES": credential(place)])
        let psql = "psql -X -q -t -h '\(place.folder)/socket' -p \(place.port) -U flow flow -c"
        try #require(try await machine.run("\(psql) 'CREATE TABLE marks ()'").exit == 0)
        let running = try machine.start("flowctl run restarted.yaml --output json")
        for _ in 0..<200 {
            let active = try await machine.run(
                "\(psql) \"SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'\"")
            if active.output.contains("1") { break }
            try await Task.sleep(for: .milliseconds(25))
        }
        try await Self.service.stop()
        _ = try await Self.service.start()
        // The query may have begun anew before this.
        let wake =
            "INSERT INTO marks DEFAULT VALUES; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        try #require(try await machine.run("\(psql) \"\(wake)\"").exit == 0)
        let result = try await running.finish(limit: 60)
        #expect(result.exit == 0, "\(result.errors)")
        #expect(try JSON.parse(result.output)["outputs"] == ["n": 1])
    }
}

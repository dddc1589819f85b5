import FlowCore
import FlowTestKit
import Testing

/// Numbers keep their kind and every digit from the file through request, answer, expression and database to the output,
/// and over a resume.
@Suite(.serialized) struct NumberTests {
    /// The numbers as the file has them, and as JSON has them everywhere after.
    private static let numbers = """
        "one":1,"one_point":1.0,"big":12345678901234567890,"max":9223372036854775807,"min":-9223372036854775808,\
        "above":9223372036854775808,"tenth":0.1,"exact":0.10000000000000000001,"negative_zero":-0.0,"huge":1E400,\
        "tiny":1e-7
        """

    private func machine(_ server: FaultServer, last: String) throws -> Machine {
        let machine = try Machine([
            "numbers.yaml": """
            name: numbers
            steps:
              - id: send
                uses: http.request
                with: { method: POST, url: "\(server.url)/echo", json: {\(NumberTests.numbers)} }
              - id: keep
                uses: sqlite.query
                with:
                  database: numbers.db
                  sql: "select ? as max, ? as one, ? as one_point, ? as big"
                  params:
                    - ${{ steps.send.output.body.max }}
                    - ${{ steps.send.output.body.one }}
                    - ${{ steps.send.output.body.one_point }}
                    - ${{ steps.send.output.body.big }}
              - { id: last, run: \(last) }
            outputs:
              body: ${{ steps.send.output.body }}
              rows: ${{ steps.keep.output }}
              less: ${{ steps.send.output.body.max - 1 }}
              mixed: ${{ steps.send.output.body.one + steps.send.output.body.tenth }}
              text: "${{ steps.send.output.body.big }} ${{ steps.send.output.body.one_point }}"
            """
        ])
        // An empty file is an empty database.
        try machine.write("", to: "numbers.db")
        return machine
    }

    private func echo() throws -> FaultServer {
        try FaultServer {
            FaultServer.Reply(200, headers: [("Content-Type", "application/json")], body: .bytes(Array($0.text.utf8)))
        }
    }

    private func expectAll(in output: String) {
        #expect(output.contains("{\(NumberTests.numbers)}"), "\(output)")
        #expect(
            output.contains(
                #"[{"max":9223372036854775807,"one":1,"one_point":1.0,"big":"12345678901234567890"}]"#), "\(output)")
        #expect(output.contains(#""less":9223372036854775806"#), "\(output)")
        #expect(output.contains(#""mixed":1.1"#), "\(output)")
        #expect(output.contains(#""text":"12345678901234567890 1.0""#), "\(output)")
    }

    @Test func everyDigitReachesTheServerAndTheOutput() async throws {
        let server = try echo()
        let machine = try machine(server, last: "'true'")
        let result = try await machine.run("flowctl run numbers.yaml --output json")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(server.requests.map(\.text) == ["{\(NumberTests.numbers)}"])
        expectAll(in: result.output)
        expectAll(in: try await machine.run("flowctl runs show latest --output json").output)
    }

    @Test func everyDigitComesBackFromTheJournal() async throws {
        let server = try echo()
        let machine = try machine(server, last: "test -e ready")
        let stopped = try await machine.run("flowctl run numbers.yaml")
        #expect(stopped.exit == 1)
        try machine.write("", to: "ready")
        let resumed = try await machine.run("flowctl resume \(stopped.runID ?? "-") --output json")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        #expect(server.requests.count == 1)
        expectAll(in: resumed.output)
    }

    @Test func dataOfACommandLineIsWrittenBackAsItCame() async throws {
        let machine = try Machine(["data.json": "{\"n\":{\(NumberTests.numbers)}}"])
        let result = try await machine.run("flowctl expr n --data data.json --output json")
        #expect(result.output == "{\(NumberTests.numbers)}\n")
    }
}

import FlowCore
import FlowTestKit
import Testing

/// What other programs are told of a run.
@Suite struct ObservingTests {
    private static let files = [
        "shop.yaml": """
        name: shop
        inputs: { code: { type: string, default: "0" } }
        steps:
          - id: build
            run: echo building
          - id: sell
            run: exit "$CODE"
            env: { CODE: "${{ inputs.code }}" }
        """
    ]

    @Test func theLogIsJSONOnRequest() async throws {
        let machine = try Machine(ObservingTests.files)
        let result = try await machine.run("flowctl run shop.yaml -i code=3 --log-format json")
        #expect(result.exit == 1)
        let events = try result.errors.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
        #expect(
            events.compactMap { $0["event"]?.stringValue } == [
                "run_started", "step_started", "attempt_started", "log", "step_ended", "step_started",
                "attempt_started", "step_ended", "run_ended", "note",
            ])
        let end = try #require(events.first { $0["event"] == "run_ended" })
        #expect(end["status"] == "failed")
        #expect(end["failed_step"] == "sell")
        #expect(end["exit_code"] == 1)
        let run = try #require(end["run"]?.stringValue)
        #expect(events.last?["message"] == .string("resume it with: flowctl resume \(run)"))
    }

    @Test func mistakesAreJSONToo() async throws {
        let machine = try Machine(["bad.yaml": "name: bad\nsteps:\n  - rum: echo\n"])
        for (command, event, exit) in [
            ("flowctl run bad.yaml --log-format json", "diagnostic", 3),
            ("flowctl run none.yaml --log-format json", "error", 3),
        ] {
            let result = try await machine.run(command)
            #expect(Int(result.exit) == exit)
            let lines = try result.errors.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
            #expect(!lines.isEmpty && lines.allSatisfy { $0["event"]?.stringValue == event }, "\(result.errors)")
        }
    }

    @Test func metricsOfTheLastRunAreAFile() async throws {
        let machine = try Machine(ObservingTests.files)
        let good = try await machine.run("flowctl run shop.yaml -q --metrics-file shop.prom")
        #expect(good.exit == 0, "\(good.errors)")
        let first = machine.read("shop.prom")
        #expect(first.contains("flowctl_run_succeeded{workflow=\"shop\"} 1\n"))
        #expect(first.contains("flowctl_run_steps{workflow=\"shop\",status=\"succeeded\"} 2\n"))
        let line = "flowctl_run_last_success_time_seconds"
        let success = first.split(separator: "\n").first { $0.hasPrefix(line + "{") }
        let bad = try await machine.run("flowctl run shop.yaml -i code=3 -q --metrics-file shop.prom")
        #expect(bad.exit == 1)
        let second = machine.read("shop.prom")
        #expect(second.contains("flowctl_run_succeeded{workflow=\"shop\"} 0\n"))
        #expect(second.contains("flowctl_run_status{workflow=\"shop\",status=\"failed\"} 1\n"))
        #expect(second.contains("flowctl_step_duration_seconds{workflow=\"shop\",step=\"sell\",status=\"failed\"} "))
        // Times of the journal and of the metrics are read a moment apart.
        let seconds = { (text: Substring?) in text?.split(separator: " ").last.flatMap { Double($0) } ?? 0 }
        let kept = second.split(separator: "\n").first { $0.hasPrefix(line + "{") }
        #expect(abs(seconds(kept) - seconds(success)) < 1)
        #expect(try await machine.run("stat -c %a shop.prom").output == "644\n")
    }

    @Test func aMetricsFileWithoutFolderIsRefusedBeforeTheRun() async throws {
        let machine = try Machine(ObservingTests.files)
        let result = try await machine.run("flowctl run shop.yaml --metrics-file no/shop.prom")
        #expect(result.exit == 2)
        #expect(
            result.errors == """
                error: can't write the metrics file "no/shop.prom": no such file or directory
                  hint: name a file in a folder that you may write to

                """)
    }

    @Test func theTraceGoesToTheCollectorThatTheEnvironmentNames() async throws {
        let collector = try FaultServer { _ in .json([:]) }
        let machine = try Machine(ObservingTests.files)
        let result = try await machine.run(
            "flowctl run shop.yaml",
            variables: [
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
                "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20fake-token-0123456789",
            ])
        #expect(result.exit == 0, "\(result.errors)")
        let request = try #require(collector.requests.first)
        #expect(request.path == "/v1/traces")
        #expect(request.headers["authorization"] == "Bearer fake-token-0123456789")
        let spans = request.json?["resourceSpans"]?.listValue?.first?["scopeSpans"]?.listValue?.first?["spans"]
        #expect(spans?.listValue?.compactMap { $0["name"]?.stringValue } == ["build", "sell", "run shop"])
    }

    @Test func aCollectorThatIsDownDoesNotFailTheRun() async throws {
        let machine = try Machine(ObservingTests.files)
        let result = try await machine.run(
            "flowctl run shop.yaml",
            variables: [
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TIMEOUT": "200",
            ])
        #expect(result.exit == 0)
        #expect(result.errors.contains("warning: 3 spans of the trace are lost: "), "\(result.errors)")
    }
}

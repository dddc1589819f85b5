import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import Testing

@testable import FlowCLI

@Suite struct SpanRecorderTests {
    private func recorder(
        _ http: ScriptedHTTP, _ notes: BufferChannel = BufferChannel(), environment: [String: String] = [:]
    ) throws -> SpanRecorder {
        let settings = try #require(
            try ExportSettings(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"]))
        let console = Console(output: BufferChannel(), notes: notes)
        return SpanRecorder(
            export: SpanExporter(settings, http: http, console: console),
            context: TraceContext(environment: environment), clock: ManualClock(), random: SeededRandom(seed: 1))
    }

    private func ended(_ path: String, _ status: RunStatus = .succeeded, _ failure: Failure? = nil) -> RunEvent {
        .stepEnded(
            StepReport(
                path: path, name: path, node: "shell.run", status: status, failure: failure, attempts: 1,
                elapsed: .milliseconds(3)))
    }

    private func result(_ status: RunStatus, _ failure: Failure? = nil) -> RunEvent {
        .runEnded(
            RunResult(
                id: RunID(text: "0000000001"), workflow: "shop", status: status, failure: failure,
                startedAt: Timestamp(seconds: 1_800_000_000)))
    }

    private static let start = RunEvent.runStarted(
        id: RunID(text: "0000000001"), workflow: "shop", attempt: 1, steps: 2)

    /// The spans of all requests, by name.
    private func spans(_ http: ScriptedHTTP) throws -> [String: Value] {
        var found: [String: Value] = [:]
        for call in http.calls {
            guard case .bytes(let bytes) = call.request.body else { continue }
            let document = try JSON.parse(bytes)
            let scope = try #require(
                document["resourceSpans"]?.listValue?.first?["scopeSpans"]?.listValue?.first)
            for span in scope["spans"]?.listValue ?? [] { found[span["name"]?.stringValue ?? ""] = span }
        }
        return found
    }

    @Test func aRunIsATreeOfSpans() async throws {
        let http = ScriptedHTTP { _ in HTTPResponse(status: 200) }
        let recorder = try recorder(http)
        for event in [
            SpanRecorderTests.start, .stepStarted(path: "block", name: "block", node: "steps"),
            .stepStarted(path: "block[2]/upload", name: "upload", node: "s3.put"),
            .retryWaiting(
                path: "block[2]/upload", item: nil, failure: Failure(.network, "cut off"), pause: .milliseconds(250)),
            ended("block[2]/upload"), ended("block"), result(.succeeded),
        ] { recorder.observe(event) }
        await recorder.finish()
        let spans = try spans(http)
        let (run, block, upload) = (
            try #require(spans["run shop"]), try #require(spans["block"]), try #require(spans["block[2]/upload"])
        )
        #expect(run["parentSpanId"] == nil)
        #expect(block["parentSpanId"] == run["spanId"])
        #expect(upload["parentSpanId"] == block["spanId"])
        #expect(Set([run, block, upload].map { $0["traceId"]?.stringValue }).count == 1)
        #expect(run["status"] == ["code": 1])
        #expect(run["startTimeUnixNano"] == "1800000000000000000")
        #expect(upload["events"]?.listValue?.first?["name"] == "retry")
        let call = try #require(http.calls.first)
        #expect(call.request.url == "http://localhost:4318/v1/traces")
        #expect(call.request.headers["content-type"] == "application/json")
    }

    @Test func aFailureMarksItsSpan() async throws {
        let http = ScriptedHTTP { _ in HTTPResponse(status: 200) }
        let recorder = try recorder(http)
        var failure = Failure(.notFound, "channel not found")
        failure.requestID = "r-1"
        for event in [
            SpanRecorderTests.start, .stepStarted(path: "send", name: "send", node: "slack.send_message"),
            ended("send", .failed, failure), result(.failed, failure),
        ] { recorder.observe(event) }
        await recorder.finish()
        let span = try #require(try spans(http)["send"])
        #expect(span["status"] == ["code": 2, "message": "channel not found"])
        let attributes = span["attributes"]?.listValue ?? []
        #expect(attributes.contains(["key": "error.type", "value": ["stringValue": "not_found"]]))
        #expect(attributes.contains(["key": "flowctl.request_id", "value": ["stringValue": "r-1"]]))
        #expect(attributes.contains(["key": "cicd.pipeline.task.run.result", "value": ["stringValue": "failure"]]))
    }

    @Test func theRunIsAPartOfItsStartersTrace() async throws {
        let http = ScriptedHTTP { _ in HTTPResponse(status: 200) }
        let recorder = try recorder(
            http, environment: ["TRACEPARENT": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
        for event in [SpanRecorderTests.start, result(.succeeded)] { recorder.observe(event) }
        await recorder.finish()
        let run = try #require(try spans(http)["run shop"])
        #expect(run["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(run["parentSpanId"] == "00f067aa0ba902b7")
    }

    @Test func manySpansGoInSeveralRequests() async throws {
        let http = ScriptedHTTP { _ in HTTPResponse(status: 200) }
        let recorder = try recorder(http)
        recorder.observe(SpanRecorderTests.start)
        for number in 0..<1_200 {
            recorder.observe(.stepStarted(path: "s\(number)", name: "s\(number)", node: "flow.log"))
            recorder.observe(ended("s\(number)"))
        }
        recorder.observe(result(.succeeded))
        await recorder.finish()
        #expect(http.calls.count == 3)
        #expect(try spans(http).count == 1_201)
    }

    @Test func aCollectorThatRefusesIsARemark() async throws {
        let notes = BufferChannel()
        let http = ScriptedHTTP { call in
            let response = HTTPResponse(status: 401)
            if let failure = call.classify?(response) { throw failure }
            return response
        }
        let recorder = try recorder(http, notes)
        for event in [SpanRecorderTests.start, result(.succeeded)] { recorder.observe(event) }
        await recorder.finish()
        #expect(
            notes.text == """
                warning: 1 spans of the trace are lost: the collector answered with status 401
                  hint: check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS

                """)
    }
}

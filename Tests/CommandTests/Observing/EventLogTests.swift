import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import Testing

@testable import FlowCLI

@Suite struct EventLogTests {
    private func lines(isQuiet: Bool = false, _ events: [RunEvent]) -> String {
        let notes = BufferChannel()
        let console = Console(output: BufferChannel(), notes: notes, isQuiet: isQuiet)
        console.masker.add("fake-token-0123456789")
        let log = EventLog(on: console, clock: ManualClock())
        for event in events { log.observe(event) }
        return notes.text
    }

    @Test func everyEventIsALineOfJSON() {
        let text = lines([
            .runStarted(id: RunID(text: "0000000001"), workflow: "shop", attempt: 1, steps: 3),
            .stepStarted(path: "pay", name: "Pay", node: "stripe.charge"),
            .waiting(path: "pay", item: nil, HTTPWait(reason: "the rate limit of stripe", duration: .seconds(2))),
            .retryWaiting(path: "pay", item: 4, failure: Failure(.network, "cut off"), pause: .milliseconds(250)),
            .log(LogLine(path: "pay", at: Timestamp(seconds: 0), level: "info", message: "fake-token-0123456789")),
            .stepSkipped(path: "thank", reason: "its if was false"),
        ])
        let time = "{\"time\":\"2027-01-15T08:00:00Z\",\"run\":\"0000000001\","
        #expect(
            text == """
                \(time)"level":"info","event":"run_started","workflow":"shop","attempt":1,"steps":3}
                \(time)"level":"info","event":"step_started","step":"pay","name":"Pay","node":"stripe.charge"}
                \(time)"level":"info","event":"request_waiting","step":"pay","wait_ms":2000,"reason":"the rate limit of stripe"}
                \(time)"level":"warning","event":"retry_waiting","step":"pay","item":4,"wait_ms":250,"error":{"kind":"network","code":null,"message":"cut off","hint":null,"request_id":null}}
                \(time)"level":"info","event":"log","step":"pay","message":"***"}
                \(time)"level":"info","event":"step_skipped","step":"thank","reason":"its if was false"}

                """)
    }

    @Test func quietSaysNothing() {
        #expect(lines(isQuiet: true, [.stepStarted(path: "pay", name: "Pay", node: "stripe.charge")]).isEmpty)
    }
}

@Suite struct PrometheusTextTests {
    @Test func labelsAreEscaped() {
        var page = PrometheusText()
        page.gauge("up", "Whether it is up.", [([("name", "a\"b\\c\r\nd")], 1), ([("name", "x")], 0.25)])
        page.gauge("empty", "Left out.", [])
        #expect(
            page.text == """
                # HELP up Whether it is up.
                # TYPE up gauge
                up{name="a\\"b\\\\c\r\\nd"} 1
                up{name="x"} 0.25

                """)
    }
}

@Suite struct StepPathTests {
    @Test(
        arguments: [
            ("deploy", nil), ("deploy/upload", "deploy"), ("deploy[3]/upload", "deploy"),
            ("a[1]/b[2]/c", "a[1]/b"), ("finally/clean", "finally"),
        ] as [(String, String?)])
    func theParentIsTheStepAround(path: String, parent: String?) {
        #expect(StepPath.parent(of: path) == parent)
    }
}

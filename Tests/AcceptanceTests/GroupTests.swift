import FlowCore
import FlowTestKit
import Glibc
import Testing

/// Many processes of one concurrency group.
@Suite(.serialized) struct GroupTests {
    /// Each run writes a line when it begins and one when it ends.
    private static let text = """
        name: deploy
        concurrency: { group: deploy, policy: queue, max: 2 }
        inputs: { n: { type: string } }
        steps:
          - id: work
            run: |
              echo "begin $N" >>log.txt
              sleep 0.05
              echo "end $N" >>log.txt
            env: { N: "${{ inputs.n }}" }
        """

    @Test func neverMoreThanTwoOfTwentyAreUnderWay() async throws {
        let machine = try Machine(["deploy.yaml": Self.text])
        let all = try await machine.run(
            "for n in $(seq 20); do flowctl run -q deploy.yaml -i n=$n & done; wait", limit: 120)
        #expect(all.errors == "")
        var underWay = 0
        var most = 0
        for line in machine.read("log.txt").split(separator: "\n") {
            underWay += line.hasPrefix("begin") ? 1 : -1
            most = max(most, underWay)
        }
        #expect(most == 2 && underWay == 0)
        let listed = try await machine.run("flowctl runs list --status succeeded --limit 30 --output json")
        #expect(try JSON.parse(listed.output).listValue?.count == 20)
    }

    @Test func killedHolderGivesItsPlaceUpAndThoseWhoWaitKeepTheirOrder() async throws {
        let machine = try Machine([
            "hold.yaml": """
            name: hold
            concurrency: deploy
            steps: [{ run: "echo held >>log.txt; sleep 60" }]
            """,
            "next.yaml": """
            name: next
            concurrency: deploy
            inputs: { n: { type: string } }
            steps: [{ run: echo "$N" >>log.txt, env: { N: "${{ inputs.n }}" } }]
            """,
        ])
        let holder = try machine.start("flowctl run hold.yaml")
        try await eventually { machine.read("log.txt") == "held\n" }
        var waiting: [ChildProcess.Running] = []
        for n in ["a", "b", "c"] {
            let next = try machine.start("flowctl run next.yaml -i n=\(n)")
            try await eventually { next.errorsSoFar.contains("waiting in the group \"deploy\" for run") }
            waiting.append(next)
        }
        let queued = try await machine.run("flowctl runs list --status queued --output json")
        #expect(try JSON.parse(queued.output).listValue?.count == 3)
        waiting[0].signal(SIGKILL)
        _ = try await waiting[0].finish()
        holder.signal(SIGKILL)
        _ = try await holder.finish()
        for next in waiting.dropFirst() { #expect(try await next.finish().exit == 0) }
        #expect(machine.read("log.txt") == "held\nb\nc\n")
    }

    @Test func cancelStopsTheHolderAfterItsStepAndItsFinally() async throws {
        let machine = try Machine([
            "deploy.yaml": """
            name: deploy
            concurrency: { group: g, policy: cancel }
            inputs: { n: { type: string } }
            env: { N: "${{ inputs.n }}" }
            steps:
              - run: echo "begin $N" >>log.txt; while [ $N = 1 ] && [ ! -e go ]; do sleep 0.01; done
              - run: echo "end $N" >>log.txt
            finally:
              - run: echo "finally $N" >>log.txt
            """
        ])
        let old = try machine.start("flowctl run deploy.yaml -i n=1")
        try await eventually { machine.read("log.txt") == "begin 1\n" }
        let new = try machine.start("flowctl run deploy.yaml -i n=2")
        try await eventually { old.errorsSoFar.contains("of the same group came later") }
        try machine.write("", to: "go")
        let stopped = try await old.finish()
        #expect(stopped.exit == 5)
        #expect(stopped.errors.contains(/stopping: run [0-9a-z]{10} of the same group came later\n/))
        #expect(try await new.finish().exit == 0)
        #expect(machine.read("log.txt") == "begin 1\nfinally 1\nbegin 2\nend 2\nfinally 2\n")
    }

    @Test func skipIsNoFailureAndSilentWhenAskedTo() async throws {
        let machine = try Machine([
            "hold.yaml": """
            name: hold
            concurrency: { group: g, policy: skip }
            steps: [{ run: "echo held >log.txt; while [ ! -e go ]; do sleep 0.01; done" }]
            """
        ])
        let holder = try machine.start("flowctl run hold.yaml")
        try await eventually { machine.read("log.txt") == "held\n" }
        let quiet = try await machine.run("flowctl run -q hold.yaml")
        #expect(quiet.exit == 0 && quiet.errors == "" && quiet.output == "")
        let loud = try await machine.run("flowctl run hold.yaml")
        #expect(loud.exit == 0)
        #expect(loud.errors.contains(/skipped: the group "g" is taken by run [0-9a-z]{10}\n/), "\(loud.errors)")
        try machine.write("", to: "go")
        #expect(try await holder.finish().exit == 0)
    }
}

import FlowCore
import FlowTestKit
import Glibc
import Testing

/// A run whose step calls another workflow, stopped and killed from outside.
@Suite struct CallTests {
    private static let files = [
        "main.yaml": """
        name: main
        steps:
          - { id: part, uses: ./part.yaml, with: { word: hello } }
          - { id: last, run: echo last >>log.txt }
        finally:
          - run: echo finally >>log.txt
        outputs: { said: "${{ steps.part.output.said }}" }
        """,
        "part.yaml": """
        name: part
        inputs: { word: { type: string } }
        steps:
          - { id: first, run: echo first >>log.txt }
          - id: wait
            effect: read
            run: echo wait >>log.txt; while [ ! -e go ]; do sleep 0.01; done
          - { id: say, run: echo "$WORD", env: { WORD: "${{ inputs.word }}" } }
        finally:
          - run: echo part finally >>log.txt
        outputs: { said: "${{ steps.say.output.stdout }}" }
        """,
    ]

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func signalReachesTheCalledWorkflowAndBothFinallyRun(signal: Int32) async throws {
        let machine = try Machine(Self.files)
        let running = try machine.start("flowctl run main.yaml")
        try await eventually { machine.read("log.txt") == "first\nwait\n" }
        running.signal(signal)
        try await eventually { running.errorsSoFar.contains("stopping: running steps have 10 seconds to end") }
        try machine.write("", to: "go")
        #expect(try await running.finish().exit == 5)
        #expect(machine.read("log.txt") == "first\nwait\npart finally\nfinally\n")

        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 0 && resumed.output == "said: \"hello\\n\"\n", "\(resumed.output)\(resumed.errors)")
        #expect(
            machine.read("log.txt")
                == "first\nwait\npart finally\nfinally\npart finally\nlast\nfinally\n")
    }

    /// The run waits inside the called workflow when it is killed, and the file of that says something else since.
    private func machineWithAKilledRun() async throws -> Machine {
        let machine = try Machine(Self.files)
        let running = try machine.start("flowctl run main.yaml")
        try await eventually { machine.read("log.txt") == "first\nwait\n" }
        running.signal(SIGKILL)
        _ = try await running.finish()
        try machine.write("", to: "go")
        try machine.write("steps: [{ run: exit 9 }]", to: "part.yaml")
        return machine
    }

    @Test func killedRunGoesOnInsideTheCalledWorkflowAsItWasThen() async throws {
        let machine = try await machineWithAKilledRun()
        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 0 && resumed.output == "said: \"hello\\n\"\n", "\(resumed.output)\(resumed.errors)")
        #expect(machine.read("log.txt") == "first\nwait\nwait\npart finally\nlast\nfinally\n")
    }

    @Test func editedFileCallsTheOthersAsTheyAreNow() async throws {
        let machine = try await machineWithAKilledRun()
        try machine.write(machine.read("main.yaml").replacing("echo last", with: "echo edited"), to: "main.yaml")
        let refused = try await machine.run("flowctl resume latest --file main.yaml --yes")
        #expect(refused.exit == 3, "\(refused.errors)")
        #expect(refused.errors.contains("\"./part.yaml\" has no input \"word\""), "\(refused.errors)")

        let part = try #require(Self.files["part.yaml"])
        try machine.write(part.replacing("echo wait", with: "echo waited"), to: "part.yaml")
        let resumed = try await machine.run("flowctl resume latest --file main.yaml --yes")
        #expect(resumed.exit == 0 && resumed.output == "said: \"hello\\n\"\n", "\(resumed.output)\(resumed.errors)")
        #expect(resumed.errors.contains("part/wait"), "\(resumed.errors)")
        #expect(machine.read("log.txt") == "first\nwait\nwaited\npart finally\nedited\nfinally\n")
        let again = try await machine.run("flowctl runs show latest/part")
        #expect(again.exit == 0 && again.output.contains("part  succeeded"), "\(again.errors)\(again.output)")
    }

    @Test func secretOfACallThatGoesOnWithAnEditedFileStaysSealed() async throws {
        let machine = try Machine([
            "main.yaml": """
            name: main
            steps:
              - { id: part, uses: ./part.yaml }
            """,
            "part.yaml": """
            env: { T: { from: TOKEN, secret: true } }
            vars: { token: "${{ env.T }}", note: first }
            steps:
              - { id: a, run: echo a }
              - id: b
                run: echo "${#X} $NOTE" >>log.txt; exit 3
                env: { X: "${{ vars.token }}", NOTE: "${{ vars.note }}" }
            """,
        ])
        try await machine.makeVault([("acme", "bearer", "fake-other-secret")], for: "api.example.com")
        let run = try await machine.run("env TOKEN=fake-secret-12345 flowctl run main.yaml")
        #expect(run.exit == 1, "\(run.errors)")
        let part = machine.read("part.yaml").replacing("exit 3", with: "true").replacing("first", with: "second one")
        try machine.write(part, to: "part.yaml")
        // The variable that hasn't changed is kept, and not read again.
        let resumed = try await machine.run("env TOKEN=x flowctl resume latest --file main.yaml --yes")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        #expect(machine.read("log.txt") == "17 first\n17 second one\n")
        try machine.expectNoTrace(of: "fake-secret-12345")
    }

    @Test func secretOfACalledWorkflowStaysMaskedInItsCaller() async throws {
        let machine = try Machine([
            "main.yaml": """
            name: main
            steps:
              - { id: part, uses: ./part.yaml }
              - { id: show, uses: flow.log, with: { message: "got ${{ steps.part.output.text }}" } }
            outputs: { text: "${{ steps.part.output.text }}" }
            """,
            "part.yaml": """
            steps:
              - { id: a, run: echo "$T", env: { T: "${{ secrets.acme.token }}" } }
            outputs: { text: "${{ steps.a.output.stdout }}" }
            """,
        ])
        try await machine.makeVault([("acme", "bearer", "fake-secret-12345")], for: "api.example.com")
        let run = try await machine.run("flowctl run -v main.yaml")
        #expect(run.exit == 0 && run.output == "text: \"***\"\n", "\(run.errors)")
        #expect(run.errors.contains("    part/a ***\n") && run.errors.contains("    show ***\n"), "\(run.errors)")
        try machine.expectNoTrace(of: "fake-secret-12345")
    }
}

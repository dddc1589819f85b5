import FlowCore
import FlowTestKit
import Testing

/// What goes to which stream, and what children get to see.
@Suite(.serialized) struct OutputTests {
    private func machine() throws -> Machine {
        try Machine([
            "hello.yaml": """
            name: hello
            env:
              CHOSEN: { from: OUTSIDE }
              FIXED: written here
            steps:
              - id: show
                run: env | sort
                parse: lines
            outputs: { lines: "${{ steps.show.output.stdout }}" }
            """,
            "fail.yaml": "name: fail\nsteps:\n  - { id: bad, run: exit 3 }\n",
        ])
    }

    @Test func childrenGetTheDeclaredVariablesAndNeverFlowctlsOwn() async throws {
        let result = try await machine().run(
            "flowctl run hello.yaml --output json",
            variables: [
                "OUTSIDE": "picked", "UNDECLARED": "left out", "FLOWCTL_CREDENTIAL_X": "fake-secret-123",
                "FLOWCTL_VAULT_KEY": "ZmFrZS1mYWtlLWZha2UtZmFrZS1mYWtlLWZha2UtMDE=",
            ])
        #expect(result.exit == 0, "\(result.errors)")
        let lines = try JSON.parse(result.output).mapValue?["outputs"]?.mapValue?["lines"]?.listValue ?? []
        let names = Set(lines.compactMap { $0.stringValue?.split(separator: "=").first.map(String.init) })
        #expect(lines.contains("CHOSEN=picked"))
        #expect(lines.contains("FIXED=written here"))
        #expect(names.isSubset(of: ["CHOSEN", "FIXED", "PATH", "HOME", "LANG", "TERM", "TMPDIR", "PWD", "_", "SHLVL"]))
    }

    /// A backup that is cut off must not pass for one.
    @Test func outputThatFindsNoRoomIsAFailure() async throws {
        let machine = try machine()
        for command in ["flowctl expr '1 + 1'", "flowctl --version", "flowctl run hello.yaml --output json"] {
            let result = try await machine.run("\(command) >/dev/full")
            #expect(result.exit == 1, "\(command)")
            #expect(
                result.errors.contains("error: can't write standard output: no space left on device"),
                "\(result.errors)")
        }
        let failed = try await machine.run("flowctl run fail.yaml --output json >/dev/full")
        #expect(failed.exit == 1)
        // Who reads no more has what he wants.
        let read = try await machine.run("{ flowctl expr 'range(20000)'; echo $? >&2; } | head -c 5")
        #expect(read.errors == "0\n", "\(read.errors)")
    }

    @Test func followingEndsWhereNobodyReads() async throws {
        let machine = try Machine([
            "slow.yaml": """
            name: slow
            steps:
              - { id: first, run: echo begun }
              - { id: long, run: touch waits; until test -e go; do sleep 0.05; done }
            """
        ])
        let running = try machine.start("flowctl run slow.yaml -q")
        let read = try await machine.run(
            "until test -e waits; do sleep 0.05; done; { timeout 20 flowctl runs logs latest -f; echo $? >&2; } | head -1"
        )
        #expect(read.output.contains("begun"), "\(read.output)")
        #expect(read.errors == "0\n", "\(read.errors)")
        let wrong = try await machine.run("timeout 20 flowctl runs logs latest -f --step lomg")
        #expect(wrong.exit == 2)
        #expect(wrong.errors.contains("has no step \"lomg\"\n"), "\(wrong.errors)")
        try machine.write("", to: "go")
        #expect(try await running.finish().exit == 0)
    }

    @Test func traceThatFindsNoRoomIsToldOnce() async throws {
        let machine = try machine()
        let result = try await machine.run(
            "flowctl nodes run http.request url=http://127.0.0.1:1/ --trace /dev/full")
        #expect(result.errors.split(separator: "\n").count { $0.contains("the trace in /dev/full") } == 1)
        #expect(
            result.errors.contains("the trace in /dev/full is not whole: no space left on device"), "\(result.errors)")
    }

    @Test func jsonIsOneDocumentOnStandardOutput() async throws {
        let machine = try machine()
        let good = try await machine.run("flowctl run hello.yaml --output json", variables: ["OUTSIDE": "x"])
        let document = try #require(try JSON.parse(good.output).mapValue)
        #expect(document["status"] == "succeeded")
        #expect(good.output.filter(\.isNewline).count == 1)
        let bad = try await machine.run("flowctl run fail.yaml --output json")
        let failed = try #require(try JSON.parse(bad.output).mapValue)
        #expect(failed["status"] == "failed")
        #expect(failed["failed_step"] == "bad")
        #expect(bad.exit == 1)
        for command in [
            "runs list", "runs show latest", "nodes list", "connectors list", "doctor", "version",
            "validate hello.yaml", "graph hello.yaml", "schema",
        ] {
            let result = try await machine.run("flowctl \(command) --output json")
            #expect(throws: Never.self, "\(command)") { try JSON.parse(result.output) }
        }
        let logs = try await machine.run("flowctl runs logs latest --output json")
        for line in logs.output.split(separator: "\n") {
            #expect(throws: Never.self) { try JSON.parse(String(line)) }
        }
    }

    @Test func quietShowsResultsAndErrorsOnly() async throws {
        let machine = try machine()
        try machine.write("name: out\nsteps: [{ run: echo hi }]\noutputs: { a: 1 }\n", to: "out.yaml")
        let good = try await machine.run("flowctl run out.yaml --quiet")
        #expect(good.output == "a: 1\n")
        #expect(good.errors == "")
        #expect(good.exit == 0)
        let bad = try await machine.run("flowctl run fail.yaml --quiet")
        #expect(bad.errors == "error: bad: the command exited with 3\n")
        #expect(bad.output == "")
        #expect(bad.exit == 1)
    }

    @Test(.enabled(if: Folder.exists("/usr/bin/script"), "needs script for a terminal"))
    func coloursAreForTerminalsThatWantThem() async throws {
        let machine = try machine()
        let colours = "\u{1B}["
        let plain = try await machine.run("flowctl run fail.yaml")
        #expect(!plain.errors.contains(colours))
        let terminal = "script -qec 'flowctl runs list' /dev/null"
        let shown = try await machine.run(terminal, variables: ["TERM": "xterm"])
        #expect(shown.output.contains(colours))
        for variables in [["TERM": "xterm", "NO_COLOR": "1"], ["TERM": "dumb"]] {
            let result = try await machine.run(terminal, variables: variables)
            #expect(result.output.contains("failed"))
            #expect(!result.output.contains(colours))
        }
    }
}

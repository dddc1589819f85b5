import FlowCore
import FlowTestKit
import Glibc
import Testing

/// Workflow files, inputs and expressions that are wrong: a message at its place, exit 3 or 2, and nothing is started.
@Suite(.serialized) struct BadFileTests {
    @Test func aFileThatIsMissingOrAFolder() async throws {
        let machine = try Machine(["folder/a.txt": ""])
        try await machine.expectRefused(
            "flowctl run none.yaml", "error: can't read the workflow \"none.yaml\": no such file or directory\n")
        try await machine.expectRefused(
            "flowctl run folder", "error: can't read the workflow \"folder\": is a directory\n")
    }

    @Test(.enabled(if: geteuid() != 0, "root may read every file"))
    func aFileThatMayNotBeRead() async throws {
        let machine = try Machine(["secret.yaml": "name: secret\n"])
        chmod(machine.home + "/secret.yaml", 0)
        try await machine.expectRefused(
            "flowctl run secret.yaml", "error: can't read the workflow \"secret.yaml\": permission denied\n")
    }

    @Test func anEmptyFile() async throws {
        let machine = try Machine(["empty.yaml": ""])
        try await machine.expectRefused(
            "flowctl run empty.yaml", "empty.yaml:1:1: error: the file is empty [empty-file]\n")
    }

    @Test func aBinaryFile() async throws {
        let machine = try Machine(["program.yaml": "\u{7F}ELF\u{1}\u{0}\u{1}"])
        try await machine.expectRefused(
            "flowctl run program.yaml",
            """
            program.yaml:1:1: error: the file is binary: byte 5 is NUL [binary-file]
              hint: give a YAML file

            """)
    }

    @Test func aFileOf100MegabytesIsNotReadAtAll() async throws {
        let machine = try Machine()
        // Half of the file in memory would be more than the process may have.
        let result = try await machine.run("truncate -s 100M big.yaml && ulimit -d 60000 && exec flowctl run big.yaml")
        #expect(result.errors == "error: the workflow \"big.yaml\" is larger than 64 MiB\n")
        #expect(result.exit == 3)
    }

    @Test func a100MegabyteStreamEndsAtTheLimit() async throws {
        let machine = try Machine()
        let result = try await machine.run("head -c 100000000 /dev/zero | flowctl run -")
        #expect(result.errors == "error: the workflow \"-\" is larger than 64 MiB\n")
        #expect(result.exit == 3)
    }

    @Test func deepNesting() async throws {
        let nested = String(repeating: "[", count: 100_000)
        let machine = try Machine(["deep.yaml": "name: deep\nsteps: \(nested)\n"])
        let result = try await machine.run("flowctl run deep.yaml")
        #expect(result.errors.hasPrefix("deep.yaml:2:107: error: nested deeper than 100 levels [too-deep]\n"))
        #expect(result.errors.utf8.count < 1000)
        #expect(result.exit == 3)
    }

    @Test func anAliasBomb() async throws {
        var text = "name: bomb\nvars:\n  a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        for (name, before) in zip("bcdefghij", "abcdefghi") {
            text += "  \(name): &\(name) [" + Array(repeating: "*\(before)", count: 10).joined(separator: ",") + "]\n"
        }
        let machine = try Machine(["bomb.yaml": text + "steps:\n  - run: echo hi\n"])
        try await machine.expectRefused(
            "flowctl run bomb.yaml",
            """
            bomb.yaml:7:31: error: aliases repeat more than 100000 values [alias-expansion]
                7 |   e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
                  |                               ^~
              hint: write fewer aliases of aliases

            """)
    }

    @Test func aDuplicateKey() async throws {
        let machine = try Machine(["twice.yaml": "name: twice\nsteps:\n  - id: a\n    run: echo 1\n    run: echo 2\n"])
        try await machine.expectRefused(
            "flowctl run twice.yaml",
            """
            twice.yaml:5:5: error: duplicate key "run"; the first one is on line 4 [duplicate-key]
                5 |     run: echo 2
                  |     ^~~
              hint: remove one of the two, or rename it

            """)
    }

    @Test func aCycleIsPrinted() async throws {
        let machine = try Machine([
            "cycle.yaml": """
            name: cycle
            steps:
              - { id: a, needs: c, run: echo a }
              - { id: b, needs: a, run: echo b }
              - { id: c, needs: b, run: echo c }
            """
        ])
        try await machine.expectRefused(
            "flowctl run cycle.yaml",
            """
            cycle.yaml:3:21: error: steps wait for each other: a → c → b → a [cycle]
                3 |   - { id: a, needs: c, run: echo a }
                  |                     ^
              hint: remove one of these: "a" needs c (line 3); "c" needs b (line 5); "b" needs a (line 4)

            """)
    }

    @Test func everyMistakeOfAFileIsReportedInOneGo() async throws {
        let machine = try Machine([
            "wrong.yaml": """
            name: wrong
            inputs:
              repo: { type: string }
            steps:
              - id: fetch
                uses: http.requst
              - id: get
                uses: http.request
                with: { ulr: "http://127.0.0.1/", redirects: many }
              - id: say
                uses: slack.send_message
                with: { channel: "${{ inputs.rpo }}", text: "${{ steps.fetsh.output }}" }
              - id: count
                if: ${{ sise(inputs.repo) > 1 }}
                run: echo
              - id: typo
                if: ${{ inputs.repo == }}
                run: echo
            """
        ])
        let expected = """
            wrong.yaml:6:11: error: unknown node "http.requst" [unknown-node]
                6 |     uses: http.requst
                  |           ^~~~~~~~~~~
              hint: did you mean "http.request"?
            wrong.yaml:8:11: error: "http.request" needs the parameter "url" [missing-parameter]
                8 |     uses: http.request
                  |           ^~~~~~~~~~~~
              hint: add url under with: (The address.)
            wrong.yaml:9:13: error: "http.request" has no parameter "ulr" [unknown-parameter]
                9 |     with: { ulr: "http://127.0.0.1/", redirects: many }
                  |             ^~~
              hint: did you mean "url"?
            wrong.yaml:9:50: error: parameter "redirects" of "http.request" must be an int, not "many" [wrong-argument]
                9 |     with: { ulr: "http://127.0.0.1/", redirects: many }
                  |                                                  ^~~~
              hint: How many redirects are followed.
            wrong.yaml:12:27: error: there is no input "rpo" [unknown-reference]
               12 |     with: { channel: "${{ inputs.rpo }}", text: "${{ steps.fetsh.output }}" }
                  |                           ^~~~~~~~~~
              hint: did you mean "repo"?
            wrong.yaml:12:54: error: there is no step "fetsh" [unknown-step]
               12 |     with: { channel: "${{ inputs.rpo }}", text: "${{ steps.fetsh.output }}" }
                  |                                                      ^~~~~~~~~~~~~~~~~~
              hint: did you mean "fetch"?
            wrong.yaml:14:13: error: unknown function "sise" [unknown-function]
               14 |     if: ${{ sise(inputs.repo) > 1 }}
                  |             ^~~~
              hint: did you mean "size"?
            wrong.yaml:17:27: error: the expression ends where a value is expected [expression-syntax]
               17 |     if: ${{ inputs.repo == }}
                  |                           ^

            """
        try await machine.expectRefused("flowctl run wrong.yaml", expected)
        try await machine.expectRefused("flowctl validate wrong.yaml", expected + "8 errors\n")
    }

    @Test func inputsThatAreMissingOfAnotherTypeOrUnknown() async throws {
        let machine = try Machine([
            "in.yaml": """
            name: in
            inputs:
              repo: { type: string, required: true, pattern: "^[^/]+/[^/]+$" }
              count: { type: int, default: 3 }
            steps:
              - run: touch ran
            """
        ])
        try await machine.expectRefused(
            "flowctl run in.yaml", exit: 2,
            """
            error: the input "repo" is missing
              hint: give it with -i repo=…

            """)
        try await machine.expectRefused(
            "flowctl run in.yaml -i repo=ab -i count=x -i cuont=2", exit: 2,
            """
            error: the workflow has no input "cuont"
              hint: did you mean "count"?
            error: the input "repo" must match the pattern ^[^/]+/[^/]+$, not "ab"
            error: the input "count" must be of type int
              hint: write it as JSON: 3

            """)
    }

    @Test func aCredentialThatIsNowhere() async throws {
        let server = try FaultServer { _ in .json(["ok": true]) }
        let machine = try Machine([
            "cred.yaml": """
            name: cred
            steps:
              - uses: slack.send_message
                credential: team
                with: { channel: C1, text: hi }
            """
        ])
        try await machine.expectRefused(
            "flowctl validate cred.yaml",
            """
            cred.yaml:4:17: error: there is no credential "team" [missing-credential]
                4 |     credential: team
                  |                 ^~~~
              hint: add it with "flowctl credentials add team --type slack_bot", or set FLOWCTL_CREDENTIAL_TEAM
            1 error

            """)
        let run = try await machine.run("flowctl run cred.yaml --base-url \(server.url)")
        #expect(run.errors.hasPrefix("cred.yaml:4:17: error: there is no credential \"team\" [missing-credential]\n"))
        #expect(run.exit == 4)
        #expect(server.requests.isEmpty)
    }
}

extension Machine {
    /// Checks what a command says and exits with, that it prints no result, and that no run was begun.
    func expectRefused(
        _ command: String, exit: Int = 3, _ errors: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await run(command)
        #expect(result.errors == errors, sourceLocation: sourceLocation)
        #expect(result.output == "", sourceLocation: sourceLocation)
        #expect(result.exit == exit, sourceLocation: sourceLocation)
        #expect(!Folder.exists(stateFolder), "a run was begun", sourceLocation: sourceLocation)
    }
}

import FlowCore
import FlowTestKit
import Glibc
import Testing

/// Runs that are taken up while something is in the way: another process, Ctrl-C, a vault that stays locked.
@Suite(.serialized) struct ResumeTests {
    /// Dies in its second step, once.
    private static let falling = """
        steps:
          - id: first
            run: echo x >>"first.$NAME"
            env: { NAME: "${{ run.workflow }}" }
          - id: fall
            effect: read
            run: test -e "fallen.$NAME" || { touch "fallen.$NAME"; kill -9 $PPID; sleep 9; }
            env: { NAME: "${{ run.workflow }}" }
          - id: last
            run: echo x >>"last.$NAME"
            env: { NAME: "${{ run.workflow }}" }
        """

    @Test func twoThatTakeUpAllRunsTakeEachOnce() async throws {
        let names = (1...6).map { "w\($0)" }
        let machine = try Machine(
            Dictionary(names.map { ("\($0).yaml", "name: \($0)\n\(Self.falling)\n") }) { $1 })
        for name in names {
            #expect(try await machine.run("flowctl run -q \(name).yaml").exit == 128 + 9)
        }
        let command = "flowctl resume --all-interrupted -q"
        let both = try [machine.start(command), machine.start(command)]
        for running in both {
            let result = try await running.finish()
            #expect(result.exit == 0, "\(result.output) \(result.errors)")
        }
        for name in names {
            #expect(machine.read("first.\(name)") == "x\n")
            #expect(machine.read("last.\(name)") == "x\n")
        }
        #expect(try await machine.run("flowctl runs list --status succeeded -q --output json").output.contains("w6"))
        #expect(try await machine.run("flowctl runs list --status interrupted").errors == "no such runs\n")
    }

    @Test func aLiveRunIsRefusedWithItsProcess() async throws {
        let gate = Gate()
        let server = try FaultServer { _ in
            gate.wait()
            return .json(["ok": true])
        }
        let machine = try Machine([
            "slow.yaml": """
            name: slow
            steps:
              - { id: slow, uses: http.request, with: { url: "\(server.url)/slow" } }
            """
        ])
        let running = try machine.start("flowctl run slow.yaml -q")
        _ = await server.requests(atLeast: 1)
        let refused = try await machine.run("flowctl resume latest")
        #expect(refused.exit == 1)
        #expect(refused.errors.contains(" is running, in process \(running.pid)\n"), "\(refused.errors)")
        let shown = try await machine.run("flowctl runs show latest")
        #expect(shown.output.contains("in process \(running.pid)\n"), "\(shown.output)")
        #expect(try await machine.run("flowctl resume --all-interrupted").errors == "no run is interrupted\n")
        gate.open()
        #expect(try await running.finish().exit == 0)
    }

    @Test func aRunWhoseVaultStaysLockedIsLeftAsItIs() async throws {
        let server = try FaultServer { _ in .json(["ok": true]) }
        let machine = try Machine([
            "post.yaml": """
            name: post
            steps:
              - id: fall
                effect: read
                run: test -e fallen || { touch fallen; kill -9 $PPID; sleep 9; }
              - id: call
                uses: http.request
                credential: team
                with: { url: "\(server.url)/call" }
            """
        ])
        try await machine.makeVault([("team", "bearer", "fake-token-0123456789")], for: server.url)
        #expect(try await machine.run("flowctl run -q post.yaml").exit == 128 + 9)
        let locked = ["FLOWCTL_VAULT_KEY_FILE": machine.home + "/elsewhere.key"]
        let left = try await machine.run("flowctl resume --all-interrupted", variables: locked)
        #expect(left.exit == 4, "\(left.errors)")
        #expect(left.output.contains("  post  left as it is: "), "\(left.output)")
        #expect(server.requests.isEmpty)
        let done = try await machine.run("flowctl resume --all-interrupted -q")
        #expect(done.exit == 0, "\(done.errors)")
        #expect(done.output.contains("  post  succeeded after "), "\(done.output)")
        #expect(server.requests.count == 1)
    }

    @Test func aRunWhoseVariableIsMissingIsLeftAsItIs() async throws {
        let machine = try Machine([
            "my.env": "MYTOK=fake-token-0123\n",
            "env.yaml": """
            name: env
            env: { TOK: { from: MYTOK, secret: true } }
            steps:
              - id: fall
                effect: read
                run: test -e fallen || { touch fallen; kill -9 $PPID; sleep 9; }
              - run: echo "$TOK" >>told.txt
            on_failure:
              - run: touch handled.txt
            """,
        ])
        #expect(try await machine.run("flowctl run -q env.yaml --env-file my.env").exit == 128 + 9)
        let left = try await machine.run("flowctl resume --all-interrupted")
        #expect(left.exit == 1, "\(left.errors)")
        #expect(
            left.output.contains(
                "  env  left as it is: env \"TOK\" takes the variable \"MYTOK\", which is not set\n"), "\(left.output)")
        #expect(left.errors == "  hint: set it, or give the --env-file that the run began with\n")
        let alone = try await machine.run("flowctl resume latest")
        #expect(alone.exit == 1)
        #expect(alone.errors.hasPrefix("error: env \"TOK\" takes the variable \"MYTOK\", which is not set\n"))
        #expect(!Folder.exists("\(machine.home)/handled.txt"))
        let done = try await machine.run("flowctl resume --all-interrupted -q --env-file my.env")
        #expect(done.exit == 0, "\(done.errors)")
        #expect(machine.read("told.txt") == "fake-token-0123\n")
    }

    @Test func aWriteThatFailsHalfWayLeavesNothingBehind() async throws {
        let text = String(repeating: "0123456789", count: 2000)
        let before = String(repeating: "a", count: 350_000)
        let machine = try Machine([
            "log.txt": before,
            "append.yaml": """
            name: append
            steps:
              - { id: add, uses: files.write, with: { path: log.txt, append: true, content: "\(text)" } }
            """,
        ])
        // In blocks of 512 bytes: there is room for a part of it.
        let full = try await machine.run("ulimit -f 700; exec flowctl run append.yaml")
        #expect(full.exit == 1, "\(full.errors)")
        #expect(machine.read("log.txt") == before)
        #expect(try await machine.run("flowctl resume latest").exit == 0)
        #expect(machine.read("log.txt") == before + text)
        let again = try await machine.run("flowctl resume latest --from add")
        #expect(again.exit == 2, "\(again.errors)")
        #expect(again.errors.contains("writes that have happened, or may have, would be done again: add"))
    }

    @Test func aCommandThatWasEndedWithFlowctlIsNotRepeated() async throws {
        let machine = try Machine([
            "job.yaml": """
            name: job
            steps:
              - id: job
                run: |
                  echo x >>job.txt
                  kill -TERM $PPID $$
                  sleep 9
            """
        ])
        let stopped = try await machine.run("flowctl run -q job.yaml")
        #expect(stopped.exit != 0)
        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 7, "\(resumed.errors)")
        #expect(resumed.errors.contains("--mark-done job or --retry-uncertain job"), "\(resumed.errors)")
        #expect(machine.read("job.txt") == "x\n")
    }

    @Test func noWriteFollowsWhereTheHistoryIsGone() async throws {
        let machine = try Machine([
            "gone.yaml": """
            name: gone
            steps:
              - run: rm -r .local/state/flowctl
              - run: touch done.txt
            """
        ])
        let result = try await machine.run("flowctl run gone.yaml")
        #expect(result.exit == 1)
        #expect(
            result.errors.contains(
                "the run history can't be written: the database \"\(machine.stateFolder)/state.db\" was deleted or "
                    + "replaced while it was in use"), "\(result.errors)")
        #expect(!Folder.exists("\(machine.home)/done.txt"))
    }
}

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
}

import FlowCore
import FlowTestKit
import Testing

/// Large values and files of runs, as a user has them.
@Suite(.serialized) struct RunFileTests {
    private func machine(_ url: String) throws -> Machine {
        try Machine([
            "connectors/box.yaml": """
            connector: box
            base: \(url)
            operations:
              fetch:
                summary: Fetch a file.
                effect: read
                request: GET /files/{name}
                params:
                  name: { type: string, required: true, help: Which., example: photo.jpg }
                  to: { type: string, help: Where to keep it. }
                save: ${{ default(params.to, "") }}
                returns: a file
            """,
            "fetch.yaml": """
            name: fetch
            inputs: { name: { type: string, default: photo.jpg } }
            steps:
              - id: fetch
                uses: box.fetch
                with: { name: "${{ inputs.name }}" }
              - id: count
                run: wc -c <"$FILE"
                env: { FILE: "${{ steps.fetch.output.path }}" }
            outputs:
              path: ${{ steps.fetch.output.path }}
              name: ${{ steps.fetch.output.name }}
              count: ${{ steps.count.output.stdout.trim() }}
            """,
        ])
    }

    private static let digest = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"

    @Test func downloadBelongsToTheRunsThatNameIt() async throws {
        let server = try FaultServer { _ in FaultServer.Reply(200, body: .bytes(Array("content".utf8))) }
        let machine = try machine(server.url)
        let folder = "\(machine.stateFolder)/state.db-files"
        for _ in 0..<2 {
            let result = try await machine.run("flowctl run fetch.yaml")
            #expect(result.exit == 0, "\(result.errors)")
            #expect(
                result.output == "path: \(folder)/\(Self.digest).jpg\nname: photo.jpg\ncount: \"7\"\n",
                "\(result.output)")
        }
        #expect(try await machine.run("ls '\(folder)'").output == "\(Self.digest).jpg\n")
        #expect(try await machine.run("stat -c %a '\(folder)' '\(folder)'/*").output == "700\n600\n")
        #expect(try await machine.run("flowctl runs delete latest").errors == "deleted 1 run\n")
        #expect(
            try await machine.run("flowctl runs delete latest").errors == "deleted 1 run and 1 file of 7 B\n")
        #expect(try await machine.run("ls '\(folder)'").output == "")
    }

    @Test func largeFilePassesThroughWithoutBeingRead() async throws {
        let size: Int64 = 200_000_000
        let server = try FaultServer { _ in
            FaultServer.Reply(200, body: .repeated(UInt8(ascii: "x"), count: size))
        }
        // The file in memory would be more than the process may have; stacks of threads count, too.
        let result = try await machine(server.url).run("ulimit -d 150000 && exec flowctl run fetch.yaml")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.output.hasSuffix("\ncount: \"\(size)\"\n"))
    }

    @Test func lostValueIsToldOnlyWhereItIsNeeded() async throws {
        let machine = try Machine([
            "big.yaml": """
            name: big
            steps:
              - id: make
                run: head -c 100000 /dev/zero | tr '\\0' x
              - id: check
                assert:
                  that: inputs.ok
            inputs: { ok: { type: bool, default: false } }
            """
        ])
        let failed = try await machine.run("flowctl run big.yaml")
        #expect(failed.exit == 1, "\(failed.errors)")
        let run = try #require(failed.runID)
        let file = try await machine.run("echo \(machine.stateFolder)/state.db-files/*").output.dropLast()
        #expect(try await machine.run("rm '\(file)'").exit == 0)
        let message = "the output of step \"make\" of run \(run) is missing: there is no file \"\(file)\""
        for command in ["resume latest", "runs show latest --step make"] {
            let result = try await machine.run("flowctl \(command)")
            #expect(result.exit == 1)
            #expect(
                result.errors.contains(
                    "error: \(message)\n  hint: restore the file from a backup, or start a new run\n"),
                "\(result.errors)")
        }
        for command in ["runs list", "runs show latest", "runs logs latest"] {
            let result = try await machine.run("flowctl \(command)")
            #expect(result.exit == 0, "\(result.errors)")
        }
    }

    @Test func secretInALargeValueIsSealedInItsFile() async throws {
        let secret = "hunter2-fake-0123456789"
        let machine = try Machine([
            "leak.yaml": """
            name: leak
            steps:
              - id: leak
                run: printf '%s' "$KEY"; head -c 100000 /dev/zero | tr '\\0' x
                env: { KEY: "${{ secrets.key }}" }
            """
        ])
        try await machine.makeVault([("key", "bearer", secret)], for: "https://example.com")
        let result = try await machine.run("flowctl run leak.yaml")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(try await machine.run("ls '\(machine.stateFolder)/state.db-files' | wc -l").output == "1\n")
        try machine.expectNoTrace(of: secret)
        let exported = try await machine.run("flowctl runs export latest --to out")
        #expect(exported.exit == 0, "\(exported.errors)")
        try machine.expectNoTrace(of: secret)
    }
}

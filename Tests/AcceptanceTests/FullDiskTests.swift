import FlowCore
import FlowTestKit
import Glibc
import Testing

/// The disk of the run history is full: the run ends with a clear error, and goes on when there is room.
@Suite(.serialized) struct FullDiskTests {
    private func machine() throws -> Machine {
        try Machine([
            "fill.yaml": """
            name: fill
            steps:
              - id: first
                run: echo x >>first.txt
              - id: big
                effect: read
                uses: files.read
                with: { path: big.txt }
              - id: last
                env: { SIZE: "${{ steps.big.output.size() }}" }
                run: echo $SIZE >>last.txt
            """,
            "big.txt": String(repeating: "0123456789", count: 60_000),
        ])
    }

    private static let explanation = "error: the run history can't be written: "

    @Test func aLimitOnTheSizeOfFiles() async throws {
        let machine = try machine()
        // In blocks of 512 bytes: room for the schema and the first steps.
        let full = try await machine.run("ulimit -f 700; exec flowctl run fill.yaml")
        #expect(full.errors.contains(FullDiskTests.explanation), "\(full.errors)")
        #expect(full.errors.contains("\(machine.stateFolder)/state.db"))
        #expect(full.errors.contains("  hint: "))
        #expect(full.exit == 1)
        #expect(machine.read("first.txt") == "x\n")
        #expect(machine.read("last.txt") == "")

        let run = try #require(full.runID)
        let resumed = try await machine.run("flowctl resume \(run)")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("✓ first  succeeded before"))
        #expect(machine.read("first.txt") == "x\n")
        #expect(machine.read("last.txt") == "600000\n")
    }

    @Test func noRoomEvenToBegin() async throws {
        let machine = try machine()
        let full = try await machine.run("ulimit -f 8; exec flowctl run fill.yaml")
        #expect(full.errors.hasPrefix("error: "), "\(full.errors)")
        #expect(full.errors.contains("\(machine.stateFolder)/state.db"))
        #expect(full.exit == 1)
        #expect(machine.read("first.txt") == "")
        let again = try await machine.run("flowctl run fill.yaml")
        #expect(again.exit == 0, "\(again.errors)")
    }

    /// A file system of its own in a namespace of its own, as nobody else may mount one.
    private static let canMount =
        system("unshare -Urm sh -c 'mount -t tmpfs none /tmp' >/dev/null 2>&1") == 0

    @Test(.enabled(if: canMount, "this machine lets nobody mount a file system of their own"))
    func aFileSystemWithoutSpace() async throws {
        let machine = try machine()
        let script = """
            mkdir -p state && chmod 700 state && mount -t tmpfs -o size=20m,mode=700 none state || exit 99
            head -c $((20 * 1024 * 1024 - 400 * 1024)) /dev/zero >state/ballast
            flowctl run fill.yaml --state-db state/state.db; echo "exit $?"
            rm state/ballast
            flowctl resume latest --state-db state/state.db; echo "exit $?"
            """
        try machine.write(script, to: "full.sh")
        let result = try await machine.run("unshare -Urm sh full.sh")
        #expect(result.output == "exit 1\nexit 0\n", "\(result.errors)")
        #expect(
            result.errors.contains(
                "\(FullDiskTests.explanation)no space left to write to the folder \"\(machine.home)/state/state.db-files\"\n"
                    + "  hint: free space on the disk that holds it, then repeat\n"), "\(result.errors)")
        #expect(machine.read("first.txt") == "x\n")
        #expect(machine.read("last.txt") == "600000\n")
    }
}

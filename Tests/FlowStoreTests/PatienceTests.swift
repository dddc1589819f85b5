import FlowCore
import FlowTestKit
import Glibc
import Synchronization
import Testing

@testable import FlowStore

@Suite("Waiting for other processes")
struct PatienceTests {
    @Test func endsWithItsTime() {
        #expect(!Patience(.zero, for: "state.db", announce: nil).goesOn(0))
        #expect(Patience(.seconds(60), for: "state.db", announce: nil).goesOn(0))
    }

    @Test func canBeShortened() {
        let patience = Patience(.seconds(60), for: "state.db", announce: nil)
        patience.shorten(to: .seconds(60))
        #expect(patience.goesOn(0))
        patience.shorten(to: .zero)
        #expect(!patience.goesOn(1))
        // Nobody gets time back.
        patience.shorten(to: .seconds(60))
        #expect(!patience.goesOn(0))
    }

    @Test func longWaitIsAnnouncedOnce() {
        let said = Mutex<[String]>([])
        let patience = Patience(.seconds(60), for: "state.db", silence: .zero) { text in
            said.withLock { $0.append(text) }
        }
        for count in 0..<4 { #expect(patience.goesOn(count)) }
        #expect(
            said.withLock { $0 } == ["waiting for the database \"state.db\", which another process has locked"])
        #expect(patience.goesOn(0))
        #expect(patience.goesOn(1))
        #expect(said.withLock { $0.count } == 2)
    }

    @Test func waitEndsWhenItIsShortened() async throws {
        let bench = StoreBench()
        let store = try bench.store()
        let (_, journal) = try await store.begin(at: StoreBench.time, random: bench.random) { _ in
            RunSnapshot(workflow: "w", file: "w.yaml", source: [])
        }
        let other = try Database.open(bench.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        let commit = Task {
            try await journal.commit([.runEnded(RunEnd(status: .failed, endedAt: StoreBench.time))], synced: false)
        }
        store.limitWaiting(to: .zero)
        await #expect {
            try await commit.value
        } throws: {
            ($0 as? Failure)?.message
                == "the run history can't be written: the database \"\(bench.database)\" is locked by another process"
        }
        try other.execute("ROLLBACK")
        #expect(try bench.history().run(named: "latest").status == .running)
    }

    @Test func waitEndsWhenItIsInterrupted() throws {
        let bench = StoreBench()
        let database = try StateDatabase.open(bench.database)
        let other = try Database.open(bench.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        database.interrupt()
        #expect {
            try database.execute("DELETE FROM runs")
        } throws: {
            ($0 as? Failure)?.kind == .cancelled
        }
    }
}

@Suite("Databases in odd places")
struct OddDatabaseTests {
    @Test(
        arguments: [
            (0x6969, "nfs"), (0xFF53_4D42, "smb"), (0xFE53_4D42, "smb"), (0x6573_5546, "fuse"), (0x0102_1997, "9p"),
        ] as [(Int, String)])
    func fileSystemsOfSeveralMachines(_ type: Int, _ name: String) {
        #expect(NetworkFileSystem.name(ofType: type) == name)
    }

    @Test(arguments: [0xEF53, 0x9123_683E, 0x5846_5342, 0x0102_1994, 0x794C_7630, 0x2FC1_2FC1] as [Int])
    func disksOfThisMachine(_ type: Int) { #expect(NetworkFileSystem.name(ofType: type) == nil) }

    @Test func thereIsNoLogWhereSeveralMachinesMayWrite() throws {
        let bench = StoreBench()
        try StateDatabase.open(bench.database).stayOnOneFile()
        let database = try Database.open(bench.database, mode: .readWrite)
        #expect(try database.query("PRAGMA journal_mode")[0][0] == "delete")
        #expect(!PrivateFile.exists(bench.database + "-wal"))
    }

    @Test(
        arguments: [
            (.state, "name a file on a disk of this machine with --state-db or FLOWCTL_STATE_DB"),
            (.responses, "name a file on a disk of this machine with FLOWCTL_CACHE"),
            (.other, "put it on a disk of this machine"),
        ] as [(DatabasePurpose, String)])
    func fileSystemWithoutLocksIsRefused(_ purpose: DatabasePurpose, _ hint: String) {
        #expect(
            Database.withoutLocks("/n/state.db", on: "nfs", purpose).description
                == "the database \"/n/state.db\" lies on a network file system (nfs) that knows no locks (\(hint))")
    }

    @Test func locksAreFoundWhereThereAreSome() {
        let bench = StoreBench()
        #expect(NetworkFileSystem.hasLocks(beside: bench.database))
        // Nothing can be made there, which is told elsewhere.
        #expect(NetworkFileSystem.hasLocks(beside: bench.path("none/state.db")))
        #expect(!PrivateFile.exists("\(bench.database)-lock-\(getpid())"))
        #expect(symlink(bench.path("elsewhere"), "\(bench.database)-lock-\(getpid())") == 0)
        #expect(NetworkFileSystem.hasLocks(beside: bench.database))
        #expect(!PrivateFile.exists(bench.path("elsewhere")))
    }

    @Test func formatStaysWhileARunOfAnOlderFlowctlIsOn() throws {
        let bench = StoreBench()
        let older = try Database.open(bench.database, privateFile: true)
        try older.migrate(Array(JournalSchema.migrations.prefix(2)))
        let process = ProcessIdentity.current
        try older.execute(
            """
            INSERT INTO runs (id, workflow, file, trigger_kind, status, started_at, pid, pid_started, boot, heartbeat)
            VALUES ('0000000000', 'w', 'w.yaml', 'manual', 'running', 0, ?, ?, ?, 0)
            """, [.int(Int64(process.pid)), .int(process.startTime), .string(process.boot)])
        for open in [{ _ = try bench.store() }, { _ = try bench.history() }] {
            #expect {
                try open()
            } throws: {
                ($0 as? Failure)?.description
                    == "run 0000000000 of an older flowctl is on, in process \(process.pid), and uses "
                    + "\"\(bench.database)\" as it is (wait until it has ended, then repeat)"
            }
        }
        #expect(try older.formatVersion == 2)
        try older.execute("UPDATE runs SET status = 'succeeded', pid = NULL")
        #expect(try bench.history().run(named: "latest").status == .succeeded)
    }

    @Test func olderFormatIsKeptBesideTheNewOne() throws {
        let bench = StoreBench()
        let older = try Database.open(bench.database, privateFile: true)
        try older.migrate(Array(JournalSchema.migrations.prefix(2)))
        let insert = """
            INSERT INTO runs (id, workflow, file, trigger_kind, status, started_at)
            VALUES (?, 'w', 'w.yaml', 'manual', 'succeeded', 0)
            """
        try older.execute(insert, ["0000000000"])

        // Also commands that only read bring it to the new format.
        #expect(try bench.history().run(named: "latest").id.text == "0000000000")
        let copy = bench.database + "-format-2"
        #expect(TemporaryFolder.mode(of: copy) == 0o600)
        let kept = try Database.open(copy, mode: .readOnly)
        #expect(try kept.formatVersion == 2)
        #expect(try kept.query("SELECT id FROM runs")[0][0] == "0000000000")

        #expect {
            try older.migrate(Array(JournalSchema.migrations.prefix(2)))
        } throws: {
            ($0 as? Failure)?.code == "newer_format"
        }
    }
}

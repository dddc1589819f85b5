import FlowCore
import FlowTestKit
import Glibc
import Synchronization
import Testing

@testable import FlowStore

@Suite("The log on disk")
struct LogSyncTests {
    /// A disk whose turns end when they are told to.
    private final class SlowDisk: Sendable {
        private let begun = Mutex(0)
        private let allowed = Mutex<(turns: Int, failure: Failure?)>((0, nil))

        var turns: Int { begun.withLock { $0 } }

        func allow(turns: Int, failure: Failure? = nil) { allowed.withLock { $0 = (turns, failure) } }

        func sync() throws(Failure) {
            let turn = begun.withLock { count in
                count += 1
                return count
            }
            while allowed.withLock({ $0.turns }) < turn { usleep(200) }
            if let failure = allowed.withLock({ $0.failure }) { throw failure }
        }

        func hasBegun(_ turn: Int) async {
            while turns < turn { await Task.yield() }
        }
    }

    private static func whenSynced(_ log: LogSync) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            log.whenSynced { failure in
                if let failure { continuation.resume(throwing: failure) } else { continuation.resume() }
            }
        }
    }

    @Test func whoComesDuringATurnWaitsForTheNextOne() async throws {
        let disk = SlowDisk()
        let log = LogSync { () throws(Failure) in try disk.sync() }
        async let first: Void = Self.whenSynced(log)
        await disk.hasBegun(1)
        let served = Mutex(0)
        for _ in 0..<3 { log.whenSynced { _ in served.withLock { $0 += 1 } } }
        #expect(try !log.syncAtOnce())
        disk.allow(turns: 1)
        try await first
        await disk.hasBegun(2)
        #expect(served.withLock { $0 } == 0)
        disk.allow(turns: 2)
        while served.withLock({ $0 }) < 3 { await Task.yield() }
        // All three share it.
        #expect(disk.turns == 2)
    }

    @Test func threadOfATaskWaitsOnlyForADiskThatWasQuick() async throws {
        let disk = SlowDisk()
        disk.allow(turns: 1)
        let log = LogSync(patience: .seconds(60)) { () throws(Failure) in try disk.sync() }
        // Nothing is known of it yet.
        #expect(try !log.syncAtOnce())
        try await Self.whenSynced(log)
        disk.allow(turns: 3)
        #expect(try log.syncAtOnce())
        #expect(disk.turns == 2)
        let slow = LogSync { () throws(Failure) in usleep(5000) }
        try await Self.whenSynced(slow)
        #expect(try !slow.syncAtOnce())
    }

    @Test func failureReachesWhoWaits() async throws {
        let disk = SlowDisk()
        disk.allow(turns: 1)
        let log = LogSync(patience: .seconds(60)) { () throws(Failure) in try disk.sync() }
        try await Self.whenSynced(log)
        disk.allow(turns: 9, failure: Failure(.internal, "the disk is gone"))
        await #expect(throws: Failure.self) { try await Self.whenSynced(log) }
        #expect(throws: Failure.self) { try log.syncAtOnce() }
    }

    @Test func logIsOpenedOnce() async throws {
        let bench = StoreBench()
        let database = try Database.open(bench.database, mode: .readWriteCreate, privateFile: true)
        database.checkpointByHand()
        try database.execute("CREATE TABLE t (x)")
        try database.syncLog()
        // What a process without descriptors meets, too: it can't be opened any more.
        let log = bench.database + "-wal"
        try #require(rename(log, log + ".away") == 0)
        defer { rename(log + ".away", log) }
        try database.syncLog()
    }

    @Test(arguments: [false, true]) func intentIsOnDiskBeforeItsWriteBegins(isShared: Bool) async throws {
        let bench = StoreBench()
        let onDisk = Mutex<[Int64]>([])
        let store = try RunStore.open(
            bench.database,
            disk: JournalDisk { database throws(Failure) in
                // What another connection sees is committed, and in the log.
                let other = try Database.open(bench.database, mode: .readOnly)
                let count = try other.query("SELECT count(*) FROM attempts")[0][0].intValue
                try database.syncLog()
                onDisk.withLock { $0.append(count ?? -1) }
            })
        let (_, journal) = try await store.begin(at: StoreBench.time, random: bench.random) { _ in
            RunSnapshot(workflow: "w", file: "w.yaml", source: [])
        }
        journal.note([.stepStarted(path: "a", node: nil, at: StoreBench.time)])
        for number in 1...3 {
            let intent = AttemptIntent(effect: .write, startedAt: StoreBench.time)
            try await journal.commit(
                [.attemptStarted(AttemptID(path: "a", number: number), intent)], synced: true, isShared: isShared)
            #expect(onDisk.withLock { $0.last } == Int64(number))
        }
        try await journal.commit([.stepStarted(path: "b", node: nil, at: StoreBench.time)], synced: false)
        #expect(onDisk.withLock { $0 } == [1, 2, 3])
    }

    @Test(arguments: [false, true]) func logThatCannotReachTheDiskEndsTheJournal(isShared: Bool) async throws {
        let bench = StoreBench()
        let store = try RunStore.open(
            bench.database,
            disk: JournalDisk { _ throws(Failure) in throw Failure(.internal, "the disk is gone") })
        let (_, journal) = try await store.begin(at: StoreBench.time, random: bench.random) { _ in
            RunSnapshot(workflow: "w", file: "w.yaml", source: [])
        }
        journal.note([.stepStarted(path: "a", node: nil, at: StoreBench.time)])
        let intent = AttemptIntent(effect: .write, startedAt: StoreBench.time)
        for _ in 0..<2 {
            let failure = await #expect(throws: Failure.self) {
                try await journal.commit(
                    [.attemptStarted(AttemptID(path: "a", number: 1), intent)], synced: true, isShared: isShared)
            }
            #expect(failure?.message == "the run history can't be written: the disk is gone")
            #expect(failure?.nothingSent == true)
        }
    }
}

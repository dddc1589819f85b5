import FlowCore
import FlowTestKit
import Synchronization
import Testing

@testable import FlowStore

@Suite("The intent of the step that follows")
struct NextIntentTests {
    private static let before = ProcessIdentity(pid: 1, startTime: 1, boot: "the boot before")

    private let bench = StoreBench()
    private let syncs = Counter()

    private final class Counter: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    private func begin(
        _ process: ProcessIdentity = StoreBench.deadProcess, brief: Duration = .seconds(600)
    ) async throws -> RunJournal {
        let store = try RunStore.open(
            bench.database, identity: process,
            disk: JournalDisk(brief: brief) { [syncs] database throws(Failure) in
                try database.syncLog()
                syncs.add()
            })
        return try await store.begin(at: StoreBench.time, random: bench.random) { _ in
            RunSnapshot(workflow: "w", file: "w.yaml", source: [])
        }.1
    }

    private func attempt(_ path: String, before next: String? = nil, in journal: RunJournal) async throws {
        journal.note([.stepStarted(path: path, node: nil, at: StoreBench.time)])
        try await journal.commit(
            [
                .attemptStarted(
                    AttemptID(path: path, number: 1),
                    AttemptIntent(effect: .write, startedAt: StoreBench.time, next: next))
            ], synced: true, isShared: false)
    }

    private func named() throws -> [String] {
        try bench.query("SELECT next FROM attempts WHERE next IS NOT NULL").compactMap { $0["next"].stringValue }
    }

    private func comesTrue(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<12_000 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(5))
        }
        return try condition()
    }

    private func resume() async throws -> RunJournal {
        _ = try bench.query("UPDATE runs SET heartbeat = 0")
        return try await RunStore.open(bench.database).resume("latest").1
    }

    @Test func namedStepBeginsWithoutAWaitForTheDisk() async throws {
        let journal = try await begin()
        try await attempt("a", before: "b", in: journal)
        // The first one of a run names nothing: nobody knows yet how quick its steps are.
        #expect(try named() == [])
        try await attempt("b", before: "c", in: journal)
        #expect(try named() == ["c"])
        #expect(syncs.count == 2)
        try await attempt("c", in: journal)
        #expect(syncs.count == 2)
        // One that nobody named waits.
        try await attempt("x", in: journal)
        #expect(syncs.count == 3)
    }

    @Test func afterAPowerCutANamedStepCountsAsBegun() async throws {
        let journal = try await begin(Self.before)
        try await attempt("a", in: journal)
        try await attempt("b", before: "c", in: journal)
        let resumed = try await resume()
        let attempts = try await resumed.attempts(of: "c", item: nil)
        #expect(attempts.map(\.number) == [1])
        #expect(attempts.map(\.end?.status) == [nil])
        #expect(attempts.first?.intent.isUnrepeatable == true)
        #expect(try named() == [])
    }

    @Test func afterTheDeathOfTheProcessItDoesNot() async throws {
        let journal = try await begin()
        try await attempt("a", in: journal)
        try await attempt("b", before: "c", in: journal)
        let resumed = try await resume()
        #expect(try await resumed.attempts(of: "c", item: nil).isEmpty)
        #expect(try await resumed.attempts(of: "b", item: nil).count == 1)
        #expect(try named() == [])
    }

    @Test(arguments: [RunStatus.failed, .skipped, .succeeded])
    func stepWhoseEndIsKnownIsLeftAlone(_ status: RunStatus) async throws {
        let journal = try await begin(Self.before)
        try await attempt("a", in: journal)
        try await attempt("b", before: "c", in: journal)
        let end = StepEnd(status: status, attempts: 0, endedAt: StoreBench.time)
        try await journal.commit([.stepEnded(path: "c", end)], synced: false)
        let resumed = try await resume()
        #expect(try await resumed.attempts(of: "c", item: nil).isEmpty)
        #expect(try await resumed.step("c")?.status == status)
    }

    @Test func attemptThatTakesLongNamesNothingAnyMore() async throws {
        let journal = try await begin(Self.before, brief: .milliseconds(100))
        // A machine that is busy may take too long between the two.
        var isNamed = false
        for number in 1...1000 where !isNamed {
            try await attempt("a\(number)", in: journal)
            try await attempt("b\(number)", before: "c", in: journal)
            isNamed = try !named().isEmpty
        }
        try #require(isNamed)
        let before = syncs.count
        try #require(try await comesTrue { try self.named().isEmpty })
        try #require(try await comesTrue { self.syncs.count > before })
        // It waits for the disk now, and a long one before it keeps it from naming what follows.
        try await attempt("c", before: "d", in: journal)
        #expect(syncs.count == before + 2)
        #expect(try named() == [])
    }

    @Test func nothingIsNamedWhereOthersAreAtWork() async throws {
        let journal = try await begin()
        for path in ["a", "b"] {
            journal.note([.stepStarted(path: path, node: nil, at: StoreBench.time)])
            try await journal.commit(
                [
                    .attemptStarted(
                        AttemptID(path: path, number: 1), AttemptIntent(effect: .write, startedAt: StoreBench.time))
                ], synced: true, isShared: true)
        }
        #expect(try named() == [])
        #expect(syncs.count == 2)
    }
}

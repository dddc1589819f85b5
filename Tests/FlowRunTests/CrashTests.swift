import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

/// A journal whose process dies at its n-th write: that write and all later ones are lost.
final class DyingJournal: Journal {
    private let inner: any Journal
    private let left: Mutex<Int>
    /// What nobody waits for lies in memory until the next commit, and is lost with the process.
    private let noted = Mutex<[JournalRecord]>([])

    /// How often it can't tell which keys were given.
    private let failingRecalls: Mutex<Int>

    init(_ inner: any Journal, after writes: Int, failingRecalls: Int = 0) {
        self.inner = inner
        left = Mutex(writes)
        self.failingRecalls = Mutex(failingRecalls)
    }

    var isDead: Bool { left.withLock { $0 < 0 } }

    private func survives() -> Bool {
        left.withLock { left in
            left -= 1
            return left >= 0
        }
    }

    /// Much is written at once.
    private func keep(_ records: [JournalRecord]) {
        let written = noted.withLock { noted in
            noted += records
            guard noted.count >= 256 else { return [JournalRecord]() }
            defer { noted = [] }
            return noted
        }
        if !written.isEmpty { inner.note(written) }
    }

    func note(_ records: [JournalRecord]) { if survives() { keep(records) } }

    func noteEnd(_ records: [JournalRecord]) async throws {
        guard survives() else { throw Failure(.internal, "the process died", nothingSent: true) }
        keep(records)
    }

    func commit(_ records: [JournalRecord], synced: Bool, isShared: Bool) async throws {
        guard survives() else { throw Failure(.internal, "the process died", nothingSent: true) }
        let earlier = noted.withLock { noted in
            defer { noted = [] }
            return noted
        }
        if !earlier.isEmpty { inner.note(earlier) }
        try await inner.commit(records, synced: synced, isShared: isShared)
    }

    func step(_ path: String) async throws -> StoredStep? { try await inner.step(path) }
    func items(of path: String, from first: Int, limit: Int, hasOutputs: Bool) async throws -> [StoredItem] {
        try await inner.items(of: path, from: first, limit: limit, hasOutputs: hasOutputs)
    }
    func attempts(of path: String, item: Int?) async throws -> [StoredAttempt] {
        try await inner.attempts(of: path, item: item)
    }
    func keyedAttempts(after last: KeyedAttempt?, limit: Int) async throws -> [KeyedAttempt] {
        let fails = failingRecalls.withLock { left in
            left -= 1
            return left >= 0
        }
        guard !fails else { throw Failure(.transient, "the database is locked") }
        return try await inner.keyedAttempts(after: last, limit: limit)
    }
    func openAttempts(of path: String) async throws -> [Int: StoredAttempt] {
        try await inner.openAttempts(of: path)
    }
    func checkpoint(_ name: String, of path: String, item: Int?) async throws -> StoredValue? {
        try await inner.checkpoint(name, of: path, item: item)
    }
    func enter(_ claim: GroupClaim) async throws -> GroupStanding { try await inner.enter(claim) }
    func standing() async throws -> GroupStanding { try await inner.standing() }
    func call(_ path: String) async throws -> StoredCall? { try await inner.call(path) }
    func keep(_ file: FileReference) async throws -> FileReference { try await inner.keep(file) }
    /// A dead process gives nothing up.
    func close() async { if !isDead { inner.note(noted.withLock { $0 }) } }
}

@Suite("Crash at every write")
struct CrashTests {
    static func steps() throws -> [Step] {
        [
            try .read("list"), try .uses("idempotent", "put"), try .uses("keyed", "pay"), try .write("post"),
            try .write("each", "${{ \"item\" + string(index) }}").each([1, 2, 3], max: 2),
            try .block("inner", [.write("deep"), .read("look")]),
            try .choose("route", "run.attempt == 1 ? 1 : 2", ["1": [.write("send")], "2": [.write("late")]]),
            try .write("one"), try .write("two"), try .write("three"),
            try .call("sub", [.write("low"), .read("peek")]) { $0.finally = [try .read("sweep")] },
            try .assert("check", "1 > 2").onError([.write("mend"), .read("tell")]), try .read("last"),
        ]
    }

    /// Runs with a journal that dies after `writes` writes; then resumes to the end.
    static func crash(after writes: Int) async throws -> Bool {
        let bench = Bench()
        let dead = try bench.store(Bench.deadProcess)
        let workflow = try Bench.workflow(try steps())
        let setup = bench.setup()
        let (run, inner) = try await dead.begin(at: bench.clock.now(), random: setup.world.random.bytes) { _ in
            RunSnapshot(workflow: "test", file: "test.yaml", source: [])
        }
        let journal = DyingJournal(inner, after: writes)
        let first = try await Executor(workflow, run: run, setup: setup, journal: journal).run()
        guard journal.isDead else {
            #expect(first.status == .succeeded)
            return false
        }
        let finished = try bench.statuses().filter { $0.value == "succeeded" }.keys
        let before = bench.nodes.said
        #expect(try bench.history().run(named: "latest").status == .interrupted)

        // The user looks, finds that every uncertain write did happen, and says so.
        var result = try await bench.resume(try steps())
        var rounds = 0
        while result.status == .uncertain, rounds < 10 {
            rounds += 1
            var done: [String: Value] = [:]
            for name in [
                "post", "each[0]", "each[1]", "each[2]", "inner/deep", "route/send", "route/late", "sub/low",
                "check/on_error/mend", "one", "two", "three",
            ] { done[name] = "done" }
            result = try await bench.resume(try steps(), options: ResumeOptions(markDone: done))
        }
        #expect(result.status == .succeeded, "after \(writes) writes: \(String(describing: result.failure))")

        let after = bench.nodes.said
        for path in finished where !path.contains("each") && path != "inner" {
            let id = path.split(separator: "/").last.map(String.init) ?? path
            #expect(
                after.count { $0.hasSuffix(" \(id)") } == before.count { $0.hasSuffix(" \(id)") },
                "the finished step \(path) ran again after \(writes) writes")
        }
        for write in [
            "write post", "write item0", "write item1", "write item2", "write deep", "write send", "write low",
            "write mend", "write one", "write two", "write three",
        ] {
            #expect(after.count { $0 == write } <= 1, "\(write) ran twice after \(writes) writes")
        }
        #expect(Set(bench.nodes.calls.filter { $0.node == "test.keyed" }.map(\.context.idempotencyKey)).count <= 1)
        return true
    }

    @Test func noFinishedStepRunsAgainAndNoWriteTwice() async throws {
        var writes = 0
        while try await CrashTests.crash(after: writes) {
            writes += 1
            try #require(writes < 200)
        }
        #expect(writes > 20)
    }

    @Test func resumeOfACrashedResumeGoesOn() async throws {
        let bench = Bench()
        let steps = try Self.steps()
        let dead = try bench.store(Bench.deadProcess)
        let setup = bench.setup()
        let (run, inner) = try await dead.begin(at: bench.clock.now(), random: setup.world.random.bytes) { _ in
            RunSnapshot(workflow: "test", file: "test.yaml", source: [])
        }
        _ = try await Executor(
            try Bench.workflow(steps), run: run, setup: setup, journal: DyingJournal(inner, after: 4)
        ).run()
        let (again, second) = try await dead.resume("latest")
        #expect(again.attempt == 2)
        _ = try await Executor(
            try Bench.workflow(steps), run: again, setup: setup, journal: DyingJournal(second, after: 5)
        ).run()
        let result = try await bench.resume(steps, options: ResumeOptions(markDone: ["post": 1, "inner/deep": 1]))
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said.count { $0 == "write post" } == 1)
    }

    @Test func journalThatCannotBeWrittenEndsTheRunAsInterrupted() async throws {
        let bench = Bench()
        let setup = bench.setup()
        let (run, inner) = try await bench.store(Bench.deadProcess).begin(
            at: bench.clock.now(), random: setup.world.random.bytes
        ) { _ in RunSnapshot(workflow: "test", file: "test.yaml", source: []) }
        let result = try await Executor(
            try Bench.workflow([.write("a"), .write("b")]), run: run, setup: setup,
            journal: DyingJournal(inner, after: 1)
        ).run()
        #expect(result.status == .interrupted)
        #expect(result.failure?.message == "the process died")
        #expect(result.exitCode == 70)
        #expect(bench.nodes.said.isEmpty)
    }
}

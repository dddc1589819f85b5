import FlowCore
import FlowTestKit
import Glibc
import Testing

@testable import FlowStore

@Suite("Deleting runs")
struct RunRemovalTests {
    static let now = Timestamp(seconds: 1_800_000_000)

    /// Ends a run this many days before ``now``.
    @discardableResult
    private func run(
        _ bench: StoreBench, days: Int64, workflow: String = "w", status: RunStatus = .succeeded,
        output: StoredValue? = nil
    ) async throws -> RunID {
        try await bench.run(
            workflow: workflow, status: status, output: output, at: Timestamp(seconds: Self.now.seconds - days * 86_400)
        )
    }

    private static func days(_ count: Int64) -> Timestamp { Timestamp(seconds: now.seconds - count * 86_400) }

    private func left(_ bench: StoreBench) throws -> [String] {
        try bench.history().runs(limit: 1000).map(\.workflow).reversed()
    }

    @Test func oldSucceededRunsGoWithAllTheirRows() async throws {
        let bench = StoreBench()
        try await run(bench, days: 40, workflow: "old")
        try await run(bench, days: 20, workflow: "young")
        let report = try RunRemoval.open(bench.database).prune(PruneRule(endedBefore: Self.days(30)))
        #expect(report == RunRemoval.Report(runs: 1))
        #expect(try left(bench) == ["young"])
        for table in ["snapshots", "steps", "logs"] {
            #expect(try bench.query("SELECT count(*) FROM \(table)")[0][0] == 1, "\(table)")
        }
        #expect(try bench.query("SELECT count(*) FROM attempts")[0][0] == 1)
    }

    @Test func theLatestOfEachWorkflowStay() async throws {
        let bench = StoreBench()
        for _ in 0..<5 { try await run(bench, days: 40, workflow: "often") }
        try await run(bench, days: 50, workflow: "seldom")
        let rule = PruneRule(endedBefore: Self.days(30), keep: 2)
        #expect(try RunRemoval.open(bench.database).matches(of: rule).map(\.workflow) == ["often", "often", "often"])
        _ = try RunRemoval.open(bench.database).prune(rule)
        #expect(try left(bench) == ["often", "often", "seldom"])
    }

    @Test func whatCouldBeResumedStaysUnlessAskedFor() async throws {
        let bench = StoreBench()
        for status in [RunStatus.succeeded, .failed, .cancelled, .timedOut, .uncertain] {
            try await run(bench, days: 40, workflow: status.rawValue, status: status)
        }
        try await run(bench, days: 40, workflow: "skipped", status: .skipped)
        _ = try await bench.begin(workflow: "interrupted", at: Self.days(40), process: StoreBench.deadProcess)
        let removal = try RunRemoval.open(bench.database)
        #expect(try removal.matches(of: PruneRule()).map(\.workflow) == ["succeeded", "skipped"])
        #expect(try removal.matches(of: PruneRule(statuses: [.failed])).map(\.workflow) == ["failed"])
        #expect(try removal.matches(of: PruneRule(statuses: [.interrupted])).map(\.workflow) == ["interrupted"])
        #expect(try removal.matches(of: PruneRule(workflow: "x", statuses: PruneRule.everyEnd)).isEmpty)
        #expect(try removal.prune(PruneRule(statuses: PruneRule.everyEnd)).runs == 7)
    }

    @Test func liveRunNeverGoes() async throws {
        let bench = StoreBench()
        let (live, journal) = try await bench.begin(at: Self.days(400))
        let removal = try RunRemoval.open(bench.database)
        #expect(try removal.prune(PruneRule(statuses: PruneRule.everyEnd)).runs == 0)
        let summary = try bench.history().run(named: live.id.text)
        #expect {
            try removal.delete(summary)
        } throws: {
            ($0 as? Failure)?.description
                == "run \(live.id) is running, in process \(getpid()) (wait for it, or stop it with Ctrl-C where it "
                + "runs, or with \"kill \(getpid())\")"
        }
        await journal.close()
        #expect(try removal.delete(summary).runs == 1)
        #expect(try left(bench).isEmpty)
    }

    @Test func filesGoWithTheLastRunThatNamesThem() async throws {
        let bench = StoreBench()
        try await run(bench, days: 50, output: RunFilesTests.large)
        try await run(bench, days: 40, output: RunFilesTests.large)
        let removal = try RunRemoval.open(bench.database)
        #expect(try removal.prune(PruneRule(keep: 1)) == RunRemoval.Report(runs: 1))
        #expect(bench.fileNames.count == 1)
        #expect(try removal.prune(PruneRule()) == RunRemoval.Report(runs: 1, files: 1, bytes: 100_002))
        #expect(bench.fileNames.isEmpty)
    }

    @Test func whatNodesLeftInTheRunsFolderGoesToo() async throws {
        let bench = StoreBench()
        let (run, journal) = try await bench.begin()
        _ = try bench.leave("a.part", "half", in: run.id)
        symlink("/etc/passwd", bench.files.folder(of: run.id) + "/link")
        try await journal.commit([.runEnded(RunEnd(status: .succeeded, endedAt: Self.now))], synced: false)
        await journal.close()
        _ = try RunRemoval.open(bench.database).prune(PruneRule())
        #expect(bench.fileNames.isEmpty)
        #expect(PrivateFile.exists("/etc/passwd"))
    }

    @Test func sweepTakesWhatCrashesLeftAndNothingElse() async throws {
        let bench = StoreBench()
        try await run(bench, days: 1, output: RunFilesTests.large)
        let live = try bench.files.draft(Array("being written".utf8))
        let dead = "\(RunFiles.draftPrefix)1-1"
        for name in [dead, String(repeating: "a", count: 64), "notes.txt"] {
            try TemporaryFolder.write("x", to: bench.files.path(of: name))
        }
        _ = try bench.leave("a.part", "half", in: RunID(text: "0000000000"))
        let report = try RunRemoval.open(bench.database).sweep()
        #expect(report == RunRemoval.Report(files: 2, bytes: 1))
        #expect(bench.fileNames.count == 3)
        #expect(bench.fileNames.contains("notes.txt"))
        #expect(!bench.fileNames.contains(dead))
        #expect(live.size == 13)
    }

    @Test func collectionBesideWritersNeverTakesAFileThatIsNamed() async throws {
        let bench = StoreBench()
        try await run(bench, days: 1)
        let store = try bench.store()
        let removal = try RunRemoval.open(bench.database)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for round in 0..<10 {
                        // Each content comes and goes several times.
                        let text = String(repeating: "\(round % 3)", count: 70_000)
                        let (_, journal) = try await store.begin(at: Self.now, random: bench.random) { _ in
                            RunSnapshot(workflow: "w\(writer)", file: "w", source: [])
                        }
                        let output = StoredValue(bytes: JSON.bytes(.string(text)))
                        let end = StepEnd(status: .succeeded, output: output, attempts: 1, endedAt: Self.now)
                        try await journal.commit(
                            [.stepEnded(path: "a", end), .runEnded(RunEnd(status: .succeeded, endedAt: Self.now))],
                            synced: false)
                        let stored = try #require(try await journal.step("a")?.output)
                        #expect(try stored.value(sealing: nil, context: "") == .string(text))
                        await journal.close()
                    }
                }
            }
            group.addTask {
                for _ in 0..<20 {
                    _ = try removal.prune(PruneRule(keep: 3))
                    _ = try removal.sweep()
                }
            }
            try await group.waitForAll()
        }
        let named = Set(try bench.query("SELECT DISTINCT name FROM files").compactMap { $0[0].stringValue })
        #expect(named.isSubset(of: bench.fileNames))
    }

    @Test func spaceComesBack() async throws {
        let bench = StoreBench()
        let wide = StoredValue(bytes: JSON.bytes(.string(String(repeating: "x", count: 60_000))))
        for _ in 0..<40 { try await run(bench, days: 40, output: wide) }
        func size() throws -> Int64 { try PosixSize.of(bench.database) }
        let removal = try RunRemoval.open(bench.database)
        try removal.reclaim()
        let before = try size()
        #expect(before > 2_000_000)
        _ = try removal.prune(PruneRule())
        try removal.reclaim()
        #expect(try size() < 300_000)
    }

    @Test func databaseOfAnOlderFlowctlShrinksToo() async throws {
        let bench = StoreBench()
        let old = try Database.open(bench.database, privateFile: true)
        try old.migrate(JournalSchema.migrations)
        #expect(try old.query("PRAGMA auto_vacuum")[0][0] == 0)
        let removal = try RunRemoval.open(bench.database)
        try removal.reclaim()
        #expect(try Database.open(bench.database, mode: .readOnly).query("PRAGMA auto_vacuum")[0][0] == 2)
    }

    @Test func tidyingIsDueOnceADay() async throws {
        let bench = StoreBench()
        let store = try bench.store()
        try await run(bench, days: 20_000, workflow: "old")
        for _ in 0..<100 { try await run(bench, days: 20_000, workflow: "kept") }
        try await run(bench, days: 20_000, workflow: "kept", status: .failed)
        await store.tidy(.standard)
        // A hundred of each workflow stay, however old.
        #expect(try left(bench).count == 101)
        try await run(bench, days: 20_000, workflow: "kept")
        await store.tidy(.standard)
        #expect(try left(bench).count == 102)
        _ = try bench.query("UPDATE upkeep SET done_at = done_at - 86400000001")
        await store.tidy(.standard)
        // The failed one could be resumed.
        #expect(try left(bench).count == 101)
        #expect(try bench.history().runs(status: .failed).count == 1)
        _ = try bench.query("DELETE FROM upkeep")
        await store.tidy(Retention(succeeded: nil, unfinished: nil))
        #expect(try left(bench).count == 101)
    }

    @Test func tidyingWaitsForNobody() async throws {
        let bench = StoreBench()
        let store = try bench.store()
        for _ in 0..<101 { try await run(bench, days: 20_000) }
        let other = try Database.open(bench.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        let begin = ContinuousClock.now
        await store.tidy(.standard)
        // A run would wait for two minutes.
        #expect(ContinuousClock.now - begin < .seconds(60))
        try other.execute("ROLLBACK")
        #expect(try left(bench).count == 101)
    }

    @Test func tidyingStopsWhenItsTimeIsUp() async throws {
        let bench = StoreBench()
        let store = try bench.store()
        for _ in 0..<103 { try await run(bench, days: 20_000) }
        await store.tidy(.standard, within: .zero)
        #expect(try left(bench).count == 103)
        // Not done yet, so that the next run goes on with it.
        await store.tidy(.standard)
        #expect(try left(bench).count == 100)
    }
}

/// Bytes of a file.
private enum PosixSize {
    static func of(_ path: String) throws -> Int64 {
        var info = stat()
        guard stat(path, &info) == 0 else { throw Failure(.notFound, "no file") }
        return Int64(info.st_size)
    }
}

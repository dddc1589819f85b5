import FlowCore
import FlowTestKit
import Glibc
import Testing

@testable import FlowStore

/// A private folder with a state database.
private final class StateFolder: Sendable {
    private let folder = TemporaryFolder()

    var path: String { folder.path }
    var database: String { folder.file("state.db") }
    static let dead = ProcessIdentity(pid: 1, startTime: -1, boot: ProcessIdentity.current.boot)

    func begin(
        _ store: RunStore, workflow: String = "w", labels: [String: String] = [:], at seconds: Int64 = 1_800_000_000
    ) async throws -> (StoredRun, RunJournal) {
        try await store.begin(
            at: Timestamp(seconds: seconds), random: { (0..<$0).map { _ in UInt8.random(in: 0...255) } }
        ) { _ in
            RunSnapshot(
                workflow: workflow, labels: labels, file: "\(workflow).yaml", source: Array("name: w".utf8))
        }
    }
}

@Suite("Run history")
struct RunStoreTests {
    static let time = Timestamp(seconds: 1_800_000_001)

    @Test func idsSortByTimeAndAreShort() {
        let ids = (0..<200).map {
            RunID(at: Timestamp(milliseconds: 1_750_000_000_000 + $0 * 32), random: [UInt8($0), 0xFF])
        }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == 200)
        #expect(ids.allSatisfy { $0.text.count == 10 })
    }

    @Test(arguments: [false, true]) func databaseThatWasDeletedTakesNothing(isReplaced: Bool) async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let (_, journal) = try await folder.begin(store)
        let record = JournalRecord.stepStarted(path: "a", node: nil, at: Self.time)
        try await journal.commit([record], synced: true)
        for end in ["", "-wal", "-shm"] { unlink(folder.database + end) }
        let other = isReplaced ? try RunStore.open(folder.database) : nil
        let failure = await #expect(throws: Failure.self) { try await journal.commit([record], synced: true) }
        #expect(
            failure?.message == "the run history can't be written: the database \"\(folder.database)\" was deleted or "
                + "replaced while it was in use")
        #expect(
            failure?.hint == "look how far the run has come, as it can't be resumed, and start it anew")
        withExtendedLifetime(other) {}
    }

    @Test func whatIsWrittenIsRead() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let (run, journal) = try await folder.begin(store)
        let large = StoredValue(bytes: JSON.bytes(.string(String(repeating: "x", count: 100_000))))
        let failure = Failure(.conflict, "no", hint: "try", code: "c")
        try await journal.commit(
            [
                .stepStarted(path: "a", node: "test.n", at: Self.time),
                .attemptStarted(
                    AttemptID(path: "a", number: 1), AttemptIntent(effect: .write, key: "k", startedAt: Self.time)),
                .attemptEnded(
                    AttemptID(path: "a", number: 1), AttemptEnd(status: .failed, failure: failure, endedAt: Self.time)),
                .stepEnded(
                    path: "a",
                    StepEnd(status: .failed, output: large, failure: failure, attempts: 1, endedAt: Self.time)),
                .itemEnded(
                    path: "a", index: 4, key: "4",
                    StepEnd(status: .succeeded, output: .null, attempts: 2, endedAt: Self.time)),
                .checkpoint(path: "a", item: nil, name: "page", large),
                .log(LogLine(path: "a", item: 4, at: Self.time, level: "info", message: "hello")),
            ], synced: true)
        func opened(_ value: StoredValue?) throws -> Value? { try value?.value(sealing: nil, context: run.id.text) }
        #expect(try opened(try await journal.checkpoint("page", of: "a", item: nil)) == opened(large))
        let history = try RunHistory.open(folder.database)
        let summary = try history.run(named: run.id.text)
        #expect(summary.status == .running)
        let step = try #require(try history.steps(of: summary).first)
        #expect(try opened(step.output) == opened(large))
        #expect(step.failure == failure)
        let bare = try #require(try history.steps(of: summary, hasOutputs: false).first)
        #expect(bare.output == nil)
        #expect(bare.failure == failure)
        #expect(try opened(try history.step("a", of: summary)?.output) == opened(large))
        #expect(try history.attempts(of: "a", in: summary)[0].intent.key == "k")
        #expect(try history.items(of: "a", in: summary).map(\.index) == [4])
        #expect(try history.logs(of: summary).map(\.message) == ["hello"])
        #expect(try history.logs(of: summary, path: "b").isEmpty)
        #expect(try history.logs(of: summary, path: "a", item: 4).map(\.message) == ["hello"])
        #expect(try history.logs(of: summary, path: "a", item: 3).isEmpty)
    }

    @Test func whatIsWrittenAgainLeavesNothingOfBefore() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let (run, journal) = try await folder.begin(store)
        let attempt = AttemptID(path: "a", item: 4, number: 1)
        var failure = Failure(.conflict, "no", hint: "try", code: "c")
        failure.nothingSent = true
        let failed = StepEnd(status: .failed, failure: failure, attempts: 1, endedAt: Self.time)
        let first = StoredValue(bytes: JSON.bytes("first"))
        let second = StoredValue(bytes: JSON.bytes("second"))
        let later = Timestamp(seconds: Self.time.seconds + 9)
        try await journal.commit(
            [
                .stepStarted(path: "a", node: "test.n", at: Self.time),
                .attemptStarted(attempt, AttemptIntent(effect: .write, key: "k", startedAt: Self.time)),
                .attemptEnded(attempt, AttemptEnd(status: .failed, failure: failure, endedAt: Self.time)),
                .itemEnded(path: "a", index: 4, key: "old", failed),
                .checkpoint(path: "a", item: 4, name: "page", first),
            ], synced: false)
        let succeeded = StepEnd(status: .succeeded, output: second, attempts: 2, endedAt: later)
        try await journal.commit(
            [
                .attemptStarted(attempt, AttemptIntent(effect: .read, startedAt: later)),
                .itemEnded(path: "a", index: 4, key: "new", succeeded),
                .checkpoint(path: "a", item: 4, name: "page", second),
            ], synced: false)
        let attempts = try await journal.attempts(of: "a", item: 4)
        #expect(attempts.count == 1)
        #expect(attempts[0].intent == AttemptIntent(effect: .read, startedAt: later))
        #expect(attempts[0].end == nil)
        let history = try RunHistory.open(folder.database)
        let items = try history.items(of: "a", in: try history.run(named: run.id.text))
        #expect(items.count == 1)
        #expect(items[0].key == "new")
        #expect(items[0].status == .succeeded)
        #expect(items[0].failure == nil)
        #expect(items[0].attempts == 2)
        func opened(_ value: StoredValue?) throws -> Value? { try value?.value(sealing: nil, context: run.id.text) }
        #expect(try opened(items[0].output) == "second")
        #expect(try opened(try await journal.checkpoint("page", of: "a", item: 4)) == "second")
    }

    @Test func listsTheLatestFirstAndFilters() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        for index in 0..<6 {
            let (_, journal) = try await folder.begin(
                store, workflow: index % 2 == 0 ? "even" : "odd", at: 1_800_000_000 + Int64(index))
            let status: RunStatus = index < 3 ? .succeeded : .failed
            try await journal.commit([.runEnded(RunEnd(status: status, endedAt: Self.time))], synced: false)
            await journal.close()
        }
        let history = try RunHistory.open(folder.database)
        #expect(try history.runs(limit: 2).map(\.workflow) == ["odd", "even"])
        #expect(try history.runs(workflow: "even").count == 3)
        #expect(try history.runs(workflow: "even", status: .failed).count == 1)
        #expect(try history.run(named: "latest").workflow == "odd")
    }

    @Test func runsAreFoundByAllOfTheirLabels() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let given: [[String: String]] = [["team": "ops"], ["team": "ops", "stage": "live"], ["stage": "live"], [:]]
        var ids: [RunID] = []
        for labels in given { ids.append(try await folder.begin(store, labels: labels).0.id) }
        let history = try RunHistory.open(folder.database)
        #expect(try history.runs(labels: ["team": "ops"]).map(\.id) == [ids[1], ids[0]])
        #expect(try history.runs(workflow: "w", labels: ["team": "ops", "stage": "live"]).map(\.id) == [ids[1]])
        #expect(try history.runs(labels: ["stage": "live"], limit: 1).map(\.id) == [ids[2]])
        #expect(try history.runs(labels: ["ops": "team"]).isEmpty)
        #expect(try ids.map { try history.run(named: $0.text).labels } == given)
        try store.writer.database.execute("DELETE FROM runs WHERE id = ?", [.string(ids[1].text)])
        #expect(try store.writer.database.query("SELECT count(*) FROM labels")[0][0] == 2)
    }

    @Test func runIsFoundByBeginningOrEndOfItsID() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let (one, _) = try await folder.begin(store, at: 1_800_000_000)
        _ = try await folder.begin(store, at: 1_900_000_000)
        _ = try await folder.begin(store, at: 1_900_000_001)
        let history = try RunHistory.open(folder.database)
        #expect(try history.run(named: String(one.id.text.prefix(4))).id == one.id)
        #expect(try history.run(named: String(one.id.text.suffix(6)).uppercased()).id == one.id)
        #expect {
            try history.run(named: "zzzz")
        } throws: {
            ($0 as? Failure)?.description
                == "there is no run \"zzzz\" (run \"flowctl runs list\" for those there are)"
        }
        #expect {
            try history.run(named: "")
        } throws: {
            ($0 as? Failure)?.kind == .notFound
        }
        #expect {
            try history.run(named: String(history.run(named: "latest").id.text.prefix(4)))
        } throws: {
            ($0 as? Failure)?.message.hasPrefix("several runs fit \"") == true
        }
    }

    @Test func runOfADeadProcessIsInterrupted() async throws {
        let folder = StateFolder()
        let (run, _) = try await folder.begin(try RunStore.open(folder.database, identity: StateFolder.dead))
        let history = try RunHistory.open(folder.database)
        #expect(try history.run(named: "latest").status == .interrupted)
        #expect(try history.runs(status: .interrupted).count == 1)
        #expect(try history.runs(status: .running).isEmpty)
        let (again, _) = try await RunStore.open(folder.database).resume(run.id.text)
        #expect(again.attempt == 2)
        #expect(again.handlersAttempt == 1)
        #expect(again.snapshot.source == Array("name: w".utf8))
        #expect(try history.run(named: "latest").status == .running)
    }

    @Test func processOnAnotherMachineIsJudgedByItsHeartbeat() async throws {
        let folder = StateFolder()
        let elsewhere = ProcessIdentity(pid: 1, startTime: 1, boot: "another boot")
        _ = try await folder.begin(try RunStore.open(folder.database, identity: elsewhere))
        #expect(try RunHistory.open(folder.database).run(named: "latest").status == .running)
        let database = try Database.open(folder.database, mode: .readWrite)
        try database.execute("UPDATE runs SET heartbeat = heartbeat - 61000000")
        #expect(try RunHistory.open(folder.database).run(named: "latest").status == .interrupted)
    }

    @Test func fullDiskIsToldAndNothingFollows() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let (_, journal) = try await folder.begin(store)
        let pages = try store.writer.database.query("PRAGMA page_count")[0][0].intValue ?? 0
        try store.writer.database.execute("PRAGMA max_page_count = \(pages + 2)")
        let wide = StoredValue(bytes: Array(repeating: UInt8(ascii: "7"), count: StoredValue.inlineLimit))
        await #expect {
            try await journal.commit(
                [
                    .stepStarted(path: "a", node: nil, at: Self.time),
                    .checkpoint(
                        path: "a", item: nil, name: "x", wide),
                ], synced: false)
        } throws: {
            ($0 as? Failure)?.description
                == "the run history can't be written: no space left to write the database \"\(folder.database)\" (free space on the disk that holds it, then repeat)"
        }
        await #expect(throws: Failure.self) { try await journal.commit([], synced: false) }
        let history = try RunHistory.open(folder.database)
        #expect(try history.steps(of: history.run(named: "latest")).isEmpty)
    }

    @Test func whatIsTakenUpAgainHasNothingOfItsEndBefore() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let (run, journal) = try await folder.begin(store)
        let call = StoredCall(path: "a", workflow: "w", file: "w", startedAt: Self.time, inputs: .null, vars: .null)
        let end = RunEnd(
            status: .failed, outputs: StoredValue(bytes: JSON.bytes(["n": 1])), failure: Failure(.conflict, "no"),
            failedStep: "a/b", endedAt: Self.time)
        try await journal.commit(
            [.callStarted(call), .callEnded(path: "a", end), .runEnded(end)], synced: false)
        await journal.close()
        let (_, resumed, before) = try await store.resume(run.id.text) { summary, _ in summary }
        #expect(before.failure?.message == "no")
        #expect(before.failedStep == "a/b")
        try await resumed.commit([.callStarted(call.again(isReset: false))], synced: false)
        await resumed.close()
        let history = try RunHistory.open(folder.database)
        let summary = try history.run(named: "latest")
        for part in [summary] + (try history.calls(of: summary)) {
            #expect(part.failure == nil)
            #expect(part.failedStep == nil)
            #expect(part.endedAt == nil)
            #expect(try history.outputs(of: part) == nil)
        }
    }

    @Test func callsOfStepsThatStartAnewAreForgottenWithAllInside() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let (run, journal) = try await folder.begin(store)
        let paths = ["a", "a/b", "a/c[1]/d", "a0", "a[0]", "a[10]/in", "a_1", "ab", "b[0]", "b[0]/in", "b[1]"]
        try await journal.commit(
            paths.map { path in
                .callStarted(
                    StoredCall(path: path, workflow: "w", file: "w", startedAt: Self.time, inputs: .null, vars: .null))
            } + [.runEnded(RunEnd(status: .failed, endedAt: Self.time))], synced: false)
        await journal.close()
        let reset = RunReset(anew: ["a", "a[10]/in", "b[0]/in"], note: "to run again")
        let (_, resumed) = try await store.resume(run.id.text, reset: reset)
        await resumed.close()
        let history = try RunHistory.open(folder.database)
        let left = try history.calls(of: history.run(named: "latest")).compactMap(\.call)
        #expect(Set(left) == ["a0", "a_1", "ab", "b[0]", "b[1]"])
    }

    @Test func lockedDatabaseIsTold() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database, busyTimeout: .milliseconds(20))
        let (_, journal) = try await folder.begin(store)
        let other = try Database.open(folder.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        await #expect {
            try await journal.commit([.runEnded(RunEnd(status: .failed, endedAt: Self.time))], synced: false)
        } throws: {
            ($0 as? Failure)?.message.hasSuffix("is locked by another process") == true
        }
        try other.execute("ROLLBACK")
    }

    @Test func fileThatIsNoDatabaseIsTold() throws {
        let folder = StateFolder()
        try PrivateFile.prepare(folder.database, create: true)
        let file = open(folder.database, O_WRONLY)
        let text = [UInt8](String(repeating: "no database ", count: 100).utf8)
        _ = write(file, text, text.count)
        close(file)
        #expect {
            try RunStore.open(folder.database)
        } throws: {
            ($0 as? Failure)?.message == "\"\(folder.database)\" is not a database"
        }
    }

    @Test func newerFormatIsRefused() throws {
        let folder = StateFolder()
        _ = try RunStore.open(folder.database)
        try Database.open(folder.database, mode: .readWrite).execute("PRAGMA user_version = 99")
        for open in [{ _ = try RunStore.open(folder.database) }, { _ = try RunHistory.open(folder.database) }] {
            #expect {
                try open()
            } throws: {
                ($0 as? Failure)?.code == "newer_format"
            }
        }
    }

    @Test func manyWritersShareCommits() async throws {
        let folder = StateFolder()
        let (_, journal) = try await folder.begin(try RunStore.open(folder.database))
        try await journal.commit([.stepStarted(path: "a", node: nil, at: Self.time)], synced: false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<500 {
                group.addTask {
                    try await journal.commit(
                        [
                            .itemEnded(
                                path: "a", index: index, key: "k",
                                StepEnd(status: .succeeded, attempts: 1, endedAt: Self.time))
                        ], synced: false)
                }
            }
            try await group.waitForAll()
        }
        let items = try await journal.items(of: "a", from: 0, limit: 1000, hasOutputs: false)
        #expect(items.map(\.index) == Array(0..<500))
        let page = try await journal.items(of: "a", from: 490, limit: 5, hasOutputs: true)
        #expect(page.map(\.index) == Array(490..<495))
    }

    @Test func keyedAttemptsComeOnceEachPageByPage() async throws {
        let folder = StateFolder()
        let (_, journal) = try await folder.begin(try RunStore.open(folder.database))
        var written: Set<String> = []
        for path in ["b", "a/deep", "a"] {
            journal.note([.stepStarted(path: path, node: "shop.pay", at: Self.time)])
            for item in [nil, 0, 1, 10] as [Int?] {
                for number in 1...2 {
                    let key = number == 1 && item == 1 ? nil : "k"
                    let intent = AttemptIntent(effect: .write, key: key, startedAt: Self.time)
                    journal.note([.attemptStarted(AttemptID(path: path, item: item, number: number), intent)])
                    if key != nil { written.insert("\(path) \(item ?? -1) \(number)") }
                }
            }
        }
        try await journal.commit([], synced: false)
        for limit in [1, 3, 7, 21, 100] {
            var found: [String] = []
            var last: KeyedAttempt?
            while true {
                let page = try await journal.keyedAttempts(after: last, limit: limit)
                found += page.map { "\($0.path) \($0.attempt.item ?? -1) \($0.attempt.number)" }
                last = page.last
                guard page.count == limit else { break }
            }
            #expect(found.count == written.count && Set(found) == written, "\(limit)")
        }
    }

    @Test func linesOfOneWriterKeepTheirOrderHoweverTheyAreCommitted() async throws {
        let folder = StateFolder()
        let (_, journal) = try await folder.begin(try RunStore.open(folder.database))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for path in ["a", "b", "c", "d"] {
                group.addTask {
                    for number in 0..<60 {
                        let line = LogLine(path: path, at: Self.time, level: "info", message: String(number))
                        switch number % 3 {
                        case 0: journal.note([.log(line)])
                        case 1: try await journal.commit([.log(line)], synced: false)
                        default: try await journal.commit([.log(line)], synced: number % 4 == 0)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        await journal.close()
        let history = try RunHistory.open(folder.database)
        let run = try history.run(named: "latest")
        for path in ["a", "b", "c", "d"] {
            #expect(try history.logs(of: run, path: path).map(\.message) == (0..<60).map(String.init))
        }
    }

    @Test func longLogIsCopiedIntoTheDatabase() async throws {
        let folder = StateFolder()
        let store = try RunStore.open(folder.database)
        let (_, journal) = try await folder.begin(store)
        let text = String(repeating: "x", count: 1 << 20)
        for _ in 0..<20 {
            let line = LogLine(path: "a", at: Self.time, level: "info", message: text)
            try await journal.commit([.log(line)], synced: false)
        }
        await journal.close()
        _ = try await store.writer.read { _ in 0 }
        var info = stat()
        #expect(stat(folder.database, &info) == 0)
        #expect(info.st_size > 12 << 20)
    }

    @Test func notedRecordsKeepTheirOrderAndAreWrittenBeforeWhatIsCommitted() async throws {
        let folder = StateFolder()
        let (_, journal) = try await folder.begin(try RunStore.open(folder.database))
        journal.note([.stepStarted(path: "a", node: nil, at: Self.time)])
        for index in 0..<3000 {
            let end = StepEnd(status: .succeeded, attempts: 1, endedAt: Self.time)
            journal.note([.itemEnded(path: "a", index: index, key: "k", end)])
        }
        try await journal.commit([.runEnded(RunEnd(status: .succeeded, endedAt: Self.time))], synced: false)
        let history = try RunHistory.open(folder.database)
        let run = try history.run(named: "latest")
        #expect(try history.itemCounts(of: "a", in: run) == [.succeeded: 3000])
        #expect(run.status == .succeeded)
    }
}

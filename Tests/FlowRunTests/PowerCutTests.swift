import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

@Suite("Power cut at every moment")
struct PowerCutTests {
    /// What a disk held at some moment, and what had been done by the time it held more.
    private struct Cut {
        let left: Bench
        var done: [String] = []
    }

    /// Of a machine that has been started anew since.
    private static let before = ProcessIdentity(pid: 1, startTime: 1, boot: "the boot before")

    private static func steps() throws -> [Step] {
        [
            try .write("a"), try .write("b"), try .write("c"), try .read("d"), try .write("e"), try .write("f"),
            .block("inner", [try .write("g"), try .write("h")]), try .write("i"), try .uses("keyed", "j"),
            try .write("k"), try .write("l"), .parallel("both", [try .write("m"), try .write("n")]), try .write("o"),
        ]
    }
    private static let paths = [
        "a", "b", "c", "e", "f", "inner/g", "inner/h", "i", "k", "l", "both/m", "both/n", "o",
    ]

    /// Runs the steps on a disk that remembers what it held after each time it was asked to hold all.
    private static func cuts() async throws -> [Cut] {
        let bench = Bench()
        let cuts = Mutex<[Cut]>([])
        let store = try RunStore.open(
            bench.database, identity: before,
            disk: JournalDisk(brief: .seconds(600)) { database throws(Failure) in
                let left = Bench()
                do {
                    for end in ["", "-wal"] { try left.take(bench.database + end, as: left.database + end) }
                } catch {
                    throw Failure(error)
                }
                try database.syncLog()
                cuts.withLock { cuts in
                    if !cuts.isEmpty { cuts[cuts.count - 1].done = bench.nodes.said }
                    cuts.append(Cut(left: left))
                }
            })
        let result = try await bench.start(try steps(), store: store).run()
        #expect(result.status == .succeeded)
        return cuts.withLock { cuts in
            cuts[cuts.count - 1].done = bench.nodes.said
            return cuts
        }
    }

    @Test func noWriteIsRepeated() async throws {
        // Which step is named in time depends on how fast the machine is at the moment.
        for _ in 0..<5 {
            let cuts = try await Self.cuts()
            #expect(cuts.count > 5)
            for cut in cuts {
                let disk = try Database.open(cut.left.database, mode: .readWrite)
                try disk.execute("UPDATE runs SET heartbeat = 0")
                var result = try await cut.left.resume(try Self.steps())
                var asked = 0
                while result.status == .uncertain, asked < 20 {
                    asked += 1
                    let done = Dictionary(uniqueKeysWithValues: Self.paths.map { ($0, Value.string("done")) })
                    result = try await cut.left.resume(
                        try Self.steps(), options: ResumeOptions(markDone: done))
                }
                #expect(result.status == .succeeded)
                let repeated = cut.left.nodes.said.filter { $0.hasPrefix("write") && cut.done.contains($0) }
                #expect(repeated == [], "done before: \(cut.done)")
            }
        }
    }

    @Test func namedStepRunsWhereOnlyTheProcessDied() async throws {
        let bench = Bench()
        let setup = bench.setup()
        let steps = [try Step.write("a"), try .write("b"), try .write("c"), try .write("d")]
        let store = try RunStore.open(
            bench.database, identity: Bench.deadProcess, disk: JournalDisk(brief: .seconds(600)))
        let (run, inner) = try await store.begin(at: bench.clock.now(), random: setup.world.random.bytes) { _ in
            RunSnapshot(workflow: "test", file: "test.yaml", source: [])
        }
        // Each step begins with a note and a commit, and ends with one note that its follower's commit takes along.
        let journal = DyingJournal(inner, after: 5)
        _ = try await Executor(try Bench.workflow(steps), run: run, setup: setup, journal: journal).run()
        #expect(bench.nodes.said == ["write a", "write b"])
        let named = try Database.open(bench.database, mode: .readOnly).query("SELECT next FROM attempts")
        #expect(named.map(\.["next"].stringValue) == [nil, "c"])
        let result = try await bench.resume(steps)
        #expect(result.status == .uncertain)
        #expect(try bench.statuses()["b"] == "uncertain")
        let done = try await bench.resume(steps, options: ResumeOptions(markDone: ["b": "done"]))
        #expect(done.status == .succeeded)
        #expect(bench.nodes.said == ["write a", "write b", "write c", "write d"])
    }
}

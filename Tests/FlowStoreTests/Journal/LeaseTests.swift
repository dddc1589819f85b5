import FlowCore
import FlowTestKit
import Testing

@testable import FlowStore

@Suite("Lease of a run")
struct LeaseTests {
    private static let time = Timestamp(seconds: 1_800_000_001)
    private static let dead = ProcessIdentity(
        pid: ProcessIdentity.current.pid, startTime: 1, boot: ProcessIdentity.current.boot)
    private static let elsewhere = ProcessIdentity(pid: 12, startTime: 1, boot: "another boot")

    private let folder = TemporaryFolder()
    private var database: String { folder.file("state.db") }

    private func begin(_ identity: ProcessIdentity) async throws -> (StoredRun, RunJournal) {
        try await RunStore.open(database, identity: identity).begin(
            at: Self.time, random: { Array(repeating: 7, count: $0) }
        ) { _ in RunSnapshot(workflow: "w", file: "w.yaml", source: []) }
    }

    private func refusal() async -> Failure? {
        do {
            _ = try await RunStore.open(database).resume("latest")
            return nil
        } catch {
            return Failure(error)
        }
    }

    @Test func liveRunIsRefusedWithWhoHoldsIt() async throws {
        let (run, _) = try await begin(.current)
        let pid = ProcessIdentity.current.pid
        let failure = try #require(await refusal())
        #expect(failure.message == "run \(run.id) is running, in process \(pid)")
        #expect(failure.hint == "wait for it, or stop it with Ctrl-C where it runs, or with \"kill \(pid)\"")
        #expect(failure.code == "run_is_live")
    }

    @Test func holderThatCannotBeSeenIsToldByItsSilence() async throws {
        let (run, _) = try await begin(Self.elsewhere)
        let failure = try #require(await refusal())
        #expect(
            failure.message.hasPrefix(
                "run \(run.id) is running, in process 12 of another machine, container or start of this machine, heard of "
            ))
        #expect(failure.message.hasSuffix(" ago"))
        #expect(
            failure.hint
                == "wait for it; \"flowctl resume --all-interrupted\" takes it up where nothing is heard of it for a minute"
        )
    }

    @Test func clockThatWasAheadIsToldAndBelievedNoLonger() async throws {
        let (run, _) = try await begin(Self.elsewhere)
        try beat(in: 86_400)
        let failure = try #require(await refusal())
        #expect(failure.message.hasSuffix("which is yet to come: a clock was wrong"))
        let seen = try RunHistory.open(database).run(named: run.id.text)
        #expect(seen.isInDoubt)
        // It says that it lives, after all.
        try beat(in: 86_410)
        await #expect(throws: Failure.self) {
            _ = try await RunStore.open(database).resume(run.id.text, abandoned: seen.lease)
        }
        let later = try RunHistory.open(database).run(named: run.id.text)
        let (again, journal) = try await RunStore.open(database).resume(run.id.text, abandoned: later.lease)
        #expect(again.attempt == 2)
        await journal.close()
    }

    /// Has the holder have been there so many seconds from now.
    private func beat(in seconds: Int64) throws {
        let time = (Timestamp.wallClock.seconds + seconds) * 1_000_000
        try Database.open(database).execute("UPDATE runs SET heartbeat = ?", [.int(time)])
    }

    @Test func processIsToldByItsNumberItsStartAndItsBoot() {
        let own = ProcessIdentity.current
        #expect(own.isRunning == true)
        #expect(ProcessIdentity(pid: own.pid, startTime: own.startTime, boot: "another").isRunning == nil)
        #expect(!ProcessIdentity.isOver(own.boot))
        #expect(ProcessIdentity.isOver(" pid:[1]"))
        #expect(ProcessIdentity(pid: own.pid, startTime: own.startTime + 1, boot: own.boot).isRunning == false)
        // More than there are.
        #expect(ProcessIdentity(pid: 1 << 30, startTime: 1, boot: own.boot).isRunning == false)
    }

    @Test func whoWasTakenForDeadWritesNothingMore() async throws {
        let (run, old) = try await begin(Self.dead)
        let (again, new) = try await RunStore.open(database).resume(run.id.text)
        #expect(again.attempt == 2)
        let failure = await #expect(throws: Failure.self) {
            try await old.commit([.runEnded(RunEnd(status: .succeeded, endedAt: Self.time))], synced: false)
        }
        #expect(
            failure?.message
                == "the run history can't be written: run \(run.id) has been taken over by another process")
        await old.close()
        let history = try RunHistory.open(database)
        #expect(try history.run(named: "latest").status == .running)
        try await new.commit([.runEnded(RunEnd(status: .failed, endedAt: Self.time))], synced: false)
        #expect(try history.run(named: "latest").status == .failed)
    }

    @Test func runThatHasGoneOnSinceItWasSeenIsRefused() async throws {
        let (run, journal) = try await begin(Self.dead)
        let seen = try RunHistory.open(database).run(named: "latest")
        try await journal.commit([.runEnded(RunEnd(status: .failed, endedAt: Self.time))], synced: false)
        let failure = await #expect(throws: Failure.self) {
            _ = try await RunStore.open(database).resume(run.id.text, seen: seen)
        }
        #expect(failure?.message == "run \(run.id) has gone on meanwhile, and is failed")
        #expect(failure?.code == "run_moved_on")
    }

    @Test func stepsOfADeadProcessAreInterruptedToo() async throws {
        let (_, journal) = try await begin(Self.dead)
        try await journal.commit([.stepStarted(path: "a", node: nil, at: Self.time)], synced: false)
        let history = try RunHistory.open(database)
        #expect(try history.steps(of: history.run(named: "latest")).map(\.status) == [.interrupted])
        _ = try await RunStore.open(database).resume("latest")
        #expect(try history.steps(of: history.run(named: "latest")).map(\.status) == [.running])
    }
}

import FlowCore
import FlowTestKit
import Testing

@testable import FlowStore

@Suite("Groups of runs")
struct RunGroupTests {
    private let folder = TemporaryFolder()

    private func run(_ identity: ProcessIdentity = .current) async throws -> RunJournal {
        try await RunStore.open(folder.file("state.db"), identity: identity).begin(
            at: Timestamp(seconds: 1_800_000_000), random: { (0..<$0).map { _ in UInt8.random(in: 0...255) } }
        ) { _ in RunSnapshot(workflow: "w", file: "w.yaml", source: []) }.1
    }

    private func end(_ journal: RunJournal) async throws {
        try await journal.commit(
            [.runEnded(RunEnd(status: .succeeded, endedAt: Timestamp(seconds: 1_800_000_001)))], synced: false)
    }

    private func claim(_ policy: GroupClaim.Policy = .queue, limit: Int = 1, group: String = "g") -> GroupClaim {
        GroupClaim(group: group, policy: policy, limit: limit)
    }

    private static let dead = ProcessIdentity(pid: 1, startTime: -1, boot: ProcessIdentity.current.boot)

    @Test func thoseWhoWaitGoInTheOrderInWhichTheyCame() async throws {
        let runs = [try await run(), try await run(), try await run()]
        #expect(try await runs[0].enter(claim()) == .admitted(stoppedBy: nil))
        #expect(try await runs[1].enter(claim()) == .waiting(behind: [runs[0].run], stoppedBy: nil))
        #expect(try await runs[2].enter(claim()) == .waiting(behind: [runs[0].run, runs[1].run], stoppedBy: nil))
        let history = try RunHistory.open(folder.file("state.db"))
        #expect(try history.runs().map(\.status) == [.queued, .queued, .running])
        #expect(try history.runs(status: .queued).count == 2)

        try await end(runs[0])
        #expect(try await runs[2].standing() == .waiting(behind: [runs[1].run], stoppedBy: nil))
        #expect(try await runs[1].standing() == .admitted(stoppedBy: nil))
        #expect(try history.run(named: runs[1].run.text).status == .running)
        #expect(try await runs[2].standing() == .waiting(behind: [runs[1].run], stoppedBy: nil))
    }

    @Test func asManyGoAtOnceAsTheGroupHasPlaces() async throws {
        var standings: [GroupStanding] = []
        var runs: [RunJournal] = []
        for _ in 0..<4 {
            let journal = try await run()
            runs.append(journal)
            standings.append(try await journal.enter(claim(limit: 3)))
        }
        #expect(standings.map(\.isAdmitted) == [true, true, true, false])
        #expect(try await run().enter(claim(limit: 3, group: "other")).isAdmitted)
        try await end(runs[1])
        #expect(try await runs[3].standing().isAdmitted)
    }

    @Test func whoseProcessDiedIsNotWaitedFor() async throws {
        let holder = try await run(Self.dead)
        _ = try await holder.enter(claim())
        let waiter = try await run(Self.dead)
        _ = try await waiter.enter(claim())
        let run = try await run()
        #expect(try await run.enter(claim()) == .admitted(stoppedBy: nil))
        let history = try RunHistory.open(folder.file("state.db"))
        #expect(try history.runs(status: .interrupted).map(\.id) == [waiter.run, holder.run])
    }

    @Test func skipGivesUpWhereNoPlaceIsFree() async throws {
        let holder = try await run()
        _ = try await holder.enter(claim())
        let late = try await run()
        #expect(try await late.enter(claim(.skip)) == .refused(by: [holder.run]))
        try await end(holder)
        #expect(try await late.enter(claim(.skip)).isAdmitted)
    }

    @Test func cancelAsksTheOldestAndAllWhoWaitToStop() async throws {
        let runs = [try await run(), try await run(), try await run(), try await run()]
        for run in runs.dropLast() { _ = try await run.enter(claim(limit: 2)) }
        let newest = runs[3]
        #expect(
            try await newest.enter(claim(.cancel, limit: 2))
                == .waiting(behind: runs.dropLast().map(\.run), stoppedBy: nil))
        #expect(try await runs[0].standing() == .admitted(stoppedBy: newest.run))
        #expect(try await runs[1].standing() == .admitted(stoppedBy: nil))
        #expect(
            try await runs[2].standing() == .waiting(behind: [runs[0].run, runs[1].run], stoppedBy: newest.run))
        try await end(runs[2])
        #expect(try await newest.standing().isAdmitted == false)
        try await end(runs[0])
        #expect(try await newest.standing().isAdmitted)
    }
}

extension GroupStanding {
    fileprivate var isAdmitted: Bool { if case .admitted = self { true } else { false } }
}

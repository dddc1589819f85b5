import FlowCore
import Testing

@testable import FlowStore

/// Runs that came from elsewhere stand among the others by their time, and are none of those that this machine began.
@Suite struct ImportedRunTests {
    private let bench = StoreBench()

    private static func day(_ number: Int64) -> Timestamp {
        Timestamp(seconds: 1_800_000_000 + number * 86_400)
    }

    @discardableResult
    private func run(
        day: Int64, workflow: String = "w", status: RunStatus = .succeeded, isImported: Bool = false
    ) async throws -> RunID {
        let id = try await bench.run(workflow: workflow, status: status, at: Self.day(day))
        if isImported { _ = try bench.query("UPDATE runs SET imported_at = 1 WHERE id = '\(id.text)'") }
        return id
    }

    @Test func listIsInOrderOfTime() async throws {
        let first = try await run(day: 1)
        let third = try await run(day: 3)
        let old = try await run(day: 0, isImported: true)
        let second = try await run(day: 2, status: .failed, isImported: true)
        let newest = try await run(day: 4, isImported: true)
        let history = try bench.history()
        #expect(try history.runs().map(\.id) == [newest, third, second, first, old])
        #expect(try history.runs(limit: 1).map(\.id) == [newest])
        #expect(try history.runs(limit: 2).map(\.id) == [newest, third])
        #expect(try history.runs(limit: 3).map(\.id) == [newest, third, second])
        #expect(try history.runs(workflow: "w", status: .succeeded, limit: 2).map(\.id) == [newest, third])
        #expect(try history.runs(status: .failed).map(\.id) == [second])
        #expect(try history.runs(workflow: "x").isEmpty)
    }

    @Test func latestIsTheLastThatBeganHere() async throws {
        let only = try await run(day: 1, isImported: true)
        #expect(
            throws: Failure(
                .notFound, "no run has begun here yet, and imported ones are called by their ids",
                hint: "run \"flowctl runs list\" for those there are")
        ) { try bench.history().run(named: "latest") }
        #expect(try bench.history().run(named: only.text).isImported)
        let own = try await run(day: 0)
        try await run(day: 2, isImported: true)
        #expect(try bench.history().run(named: "latest").id == own)
    }

    @Test func lastSuccessIsOneOfHere() async throws {
        try await run(day: 1)
        try await run(day: 2, status: .failed)
        try await run(day: 0, isImported: true)
        try await run(day: 3, isImported: true)
        #expect(try bench.history().lastSuccess(of: "w") == Self.day(1))
        #expect(try bench.history().lastSuccess(of: "x") == nil)
    }

    @Test func theLatestThatStayAreOfHere() async throws {
        let first = try await run(day: 1)
        let last = try await run(day: 2)
        let old = try await run(day: 0, isImported: true)
        try await run(day: 3, isImported: true)
        let other = try await run(day: 0, workflow: "x", isImported: true)
        let removal = try RunRemoval.open(bench.database)
        #expect(try removal.matches(of: PruneRule(keep: 1)).map(\.id) == [first, old])
        #expect(try removal.matches(of: PruneRule(keep: 2)).map(\.id) == [old])
        #expect(try removal.matches(of: PruneRule(keep: 3)).isEmpty)
        #expect(try removal.matches(of: PruneRule(keep: 1, workflow: "x")).isEmpty)
        #expect(try removal.matches(of: PruneRule(workflow: "x")).map(\.id) == [other])
        #expect(try bench.history().run(named: last.text).status == .succeeded)
    }
}

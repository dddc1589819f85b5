import FlowCore
import FlowTestKit
import Testing

@testable import FlowCLI
@testable import FlowStore

@Suite("Runs whose process can't be seen")
struct DoubtfulRunsTests {
    private let folder = TemporaryFolder()
    private var database: String { folder.file("state.db") }

    /// - Parameter silence: seconds since its process, of another boot, was last heard of.
    private func begin(_ byte: UInt8, silence: Int64) async throws -> String {
        let elsewhere = ProcessIdentity(pid: 12, startTime: 1, boot: "another boot")
        let (run, _) = try await RunStore.open(database, identity: elsewhere).begin(
            at: Timestamp(seconds: 1_800_000_000), random: { Array(repeating: byte, count: $0) }
        ) { _ in RunSnapshot(workflow: "w", file: "w.yaml", source: []) }
        try beat(run.id.text, silence: silence)
        return run.id.text
    }

    private func beat(_ run: String, silence: Int64) throws {
        let time = (Timestamp.wallClock.seconds - silence) * 1_000_000
        try Database.open(database).execute("UPDATE runs SET heartbeat = ? WHERE id = ?", [.int(time), .string(run)])
    }

    @Test func aMachineThatWasStartedAnewWaitsUntilTheSilenceIsLongEnough() async throws {
        let run = try await begin(1, silence: 58)
        var doubtful = try DoubtfulRuns(in: RunHistory.open(database))
        #expect(doubtful.names == [run])
        guard case .abandoned(let found, nil)? = try await doubtful.next() else {
            Issue.record("the run counts as live")
            return
        }
        #expect(found.status == .interrupted)
        #expect(try await doubtful.next() == nil)
    }

    @Test func aRunThatGoesOnElsewhereIsLeftAlone() async throws {
        let run = try await begin(2, silence: 5)
        var doubtful = try DoubtfulRuns(in: RunHistory.open(database))
        try beat(run, silence: 0)
        guard case .settled(let found)? = try await doubtful.next() else {
            Issue.record("the run counts as dead")
            return
        }
        #expect(found.status == .running)
    }
}

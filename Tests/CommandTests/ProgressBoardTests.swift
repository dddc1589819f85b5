import FlowCore
import FlowStore
import Testing

@testable import FlowCLI
@testable import FlowRun

@Suite struct ProgressBoardTests {
    private func report(_ path: String, _ status: RunStatus, _ failure: Failure? = nil) -> RunEvent {
        .stepEnded(
            StepReport(
                path: path, node: "shell.run", status: status, output: .null, failure: failure, attempts: 1,
                elapsed: .milliseconds(340), isHandled: false))
    }

    @Test func aRunningStepHasALineUntilItEnds() {
        var board = ProgressBoard()
        #expect(board.take(.stepStarted(path: "build", name: nil, node: "shell.run"), isVerbose: false).isEmpty)
        let later = ContinuousClock.now + .seconds(2)
        #expect(board.running(at: later).map(\.plain) == ["  ⠋ build  shell.run  2.0 s"])
        let lines = board.take(report("build", .succeeded), isVerbose: false)
        #expect(lines.map(\.plain) == ["  ✓ build  shell.run  340 ms"])
        #expect(board.running(at: later).isEmpty)
    }

    @Test func aNameStandsBesideTheId() {
        var board = ProgressBoard()
        _ = board.take(.stepStarted(path: "build", name: "Build it", node: "shell.run"), isVerbose: false)
        #expect(board.running(at: .now + .seconds(2))[0].plain == "  ⠋ build  Build it  shell.run  2.0 s")
        var report = StepReport(path: "build", node: "shell.run", status: .succeeded, attempts: 1, elapsed: .seconds(2))
        report.name = "Build it"
        #expect(
            board.take(.stepEnded(report), isVerbose: false).map(\.plain) == ["  ✓ build  Build it  shell.run  2.0 s"])
    }

    @Test func aLoopShowsHowFarItIs() {
        var board = ProgressBoard()
        _ = board.take(.stepStarted(path: "send", name: nil, node: "slack.send_message"), isVerbose: false)
        let failure = Failure(.notFound, "channel not found")
        let lines = board.take(
            .itemEnded(path: "send", key: "3", status: .failed, failure: failure, ended: 4, failed: 1, total: 10),
            isVerbose: false)
        #expect(lines.map(\.plain) == ["  ✗ send[3]  channel not found"])
        #expect(board.running(at: .now)[0].plain.hasSuffix("  4/10  1 failed"))
    }

    @Test func manyFailingItemsAreNotAllShown() {
        var board = ProgressBoard()
        _ = board.take(.stepStarted(path: "send", name: nil, node: "x.y"), isVerbose: false)
        let lines = (0..<20).flatMap { index in
            board.take(
                .itemEnded(
                    path: "send", key: String(index), status: .failed, failure: Failure(.network, "gone"),
                    ended: index + 1,
                    failed: index + 1, total: 20), isVerbose: false)
        }
        #expect(lines.count == 6)
        #expect(lines.last?.plain == "    more items of send fail")
    }

    @Test func stepsInsideItemsAreShownOnlyWhenTheyFail() {
        var board = ProgressBoard()
        #expect(board.take(report("deploy[0]/upload", .succeeded), isVerbose: false).isEmpty)
        #expect(board.take(report("deploy[0]/upload", .succeeded), isVerbose: true).count == 1)
        let failed = board.take(report("deploy[1]/upload", .failed, Failure(.network, "gone")), isVerbose: false)
        #expect(failed.map(\.plain) == ["  ✗ deploy[1]/upload  shell.run  340 ms  gone"])
    }

    @Test func aTalkativeStepIsCutShort() {
        var board = ProgressBoard()
        let lines = (0..<100).flatMap { number in
            board.take(
                .log(LogLine(path: "a", at: Timestamp(seconds: 0), level: "info", message: "line \(number)")),
                isVerbose: false)
        }
        #expect(lines.count == 6)
        #expect(lines.last?.plain == "    a … for the rest: flowctl runs logs latest --step a")
    }

    @Test func aMessageOfSeveralLinesIsOneOfTheStep() {
        var board = ProgressBoard()
        let message = "first\n  ✓ other  shell.run  1 ms"
        let lines = board.take(
            .log(LogLine(path: "a", at: Timestamp(seconds: 0), level: "info", message: message)), isVerbose: false)
        #expect(lines.map(\.plain) == ["    a first", "        ✓ other  shell.run  1 ms"])
    }

    @Test func aRetrySaysWhyAndWhen() {
        var board = ProgressBoard()
        _ = board.take(.stepStarted(path: "a", name: "a", node: "http.request"), isVerbose: false)
        let lines = board.take(
            .retryWaiting(path: "a", item: nil, failure: Failure(.rateLimited, "too many"), pause: .seconds(3)),
            isVerbose: false)
        #expect(lines.map(\.plain) == ["  ↻ a  too many; next try in 3.0 s"])
        let now = ContinuousClock.now
        #expect(board.running(at: now)[0].plain.contains("  next try in "))
        #expect(!board.running(at: now + .seconds(4))[0].plain.contains("next try"))
    }

    @Test func moreThanEightRunningStepsAreCounted() {
        var board = ProgressBoard()
        for number in 0..<11 {
            _ = board.take(.stepStarted(path: "s\(number)", name: "", node: "shell.run"), isVerbose: false)
        }
        #expect(board.running(at: .now).count == 9)
        #expect(board.running(at: .now).last?.plain == "    and 3 more")
    }
}

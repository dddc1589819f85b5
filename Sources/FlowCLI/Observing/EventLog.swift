import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import Synchronization

/// Shows a run as JSON lines, one for each event, for programs that read logs; nothing with `--quiet`.
final class EventLog: RunView {
    private let console: Console
    private let clock: any WallClock
    private let run = Mutex<String?>(nil)

    init(on console: Console, clock: any WallClock) {
        self.console = console
        self.clock = clock
    }

    func observe(_ event: RunEvent) {
        if case .runStarted(let id, _, _, _) = event { run.withLock { $0 = id.text } }
        write(event.fields)
    }

    func announce(_ line: String) {
        write(ValueMap([("level", "info"), ("event", "note"), ("message", .string(line))]))
    }

    func finish() async {}

    /// The run's last event has said all but this.
    func conclude(_ result: RunResult, advice: [StyledText]) {
        for line in advice { announce(line.rendered(colors: false)) }
    }

    private func write(_ fields: ValueMap) {
        if !console.isQuiet { console.log(fields, run: run.withLock { $0 }, at: clock.now()) }
    }
}

import FlowCore
import FlowRun
import FlowStore
import Synchronization

/// Shows a run while it goes on: on a terminal the running steps in place with their time, elsewhere a line for each
/// step that ends; nothing with `--quiet`.
final class RunProgress: RunView {
    private struct State {
        var board = ProgressBoard()
        /// Lines below the cursor's start that the next drawing replaces.
        var drawn = 0
        var isOver = false
    }

    private let console: Console
    private let isLive: Bool
    private let state = Mutex(State())
    private let drawing = Mutex<Task<Void, Never>?>(nil)

    /// Steps inside the items of a loop are counted, and shown one by one only with `--verbose`.
    private let showsItems: Bool

    init(on console: Console) {
        self.console = console
        isLive = console.notesScreen.isLive && !console.isQuiet
        showsItems = console.isVerbose
        guard isLive else { return }
        drawing.withLock { drawing in
            drawing = Task { [weak self] in
                while (try? await Task.sleep(for: .milliseconds(100))) != nil { self?.redraw() }
            }
        }
    }

    func observe(_ event: RunEvent) {
        state.withLock { state in
            guard !console.isQuiet else { return }
            let lines = state.board.take(event, isVerbose: showsItems)
            if !lines.isEmpty { draw(lines, &state) }
        }
    }

    /// A line above the running steps.
    func announce(_ line: String) {
        state.withLock { if !console.isQuiet { draw([StyledText(line)], &$0) } }
    }

    /// Takes the running steps off the terminal.
    func finish() async {
        drawing.withLock { $0?.cancel() }
        state.withLock { state in
            state.board.clear()
            if isLive { draw([], &state) }
            state.isOver = true
        }
    }

    func conclude(_ result: RunResult, advice: [StyledText]) {
        if let failure = result.failure, result.status.isFailure || result.status == .interrupted,
            console.format == .text
        {
            var shown = failure
            if let step = result.failedStep { shown.message = "\(step): \(failure.message)" }
            console.complain(shown)
        }
        if result.status == .skipped {
            let reason = result.failure?.message ?? ""
            return console.note("\(result.status.symbol, .dim) run \(result.id.text, .bold) skipped: \(reason)")
        }
        console.note(
            "\(result.status.symbol, result.status.style) run \(result.id.text, .bold) \(result.status.words) after \(result.elapsed.humanText)"
        )
        for line in advice { console.note("  \(line)") }
    }

    private func redraw() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.board.frame += 1
            draw([], &state)
        }
    }

    /// Writes lines that stay, then the running steps below them, all in one piece.
    private func draw(_ lines: [StyledText], _ state: inout State) {
        let width = console.notesScreen.width
        var text = ""
        if isLive, state.drawn > 0 { text += "\u{1B}[\(state.drawn)A\u{1B}[J" }
        for line in lines { text += console.rendered(note: line) + "\n" }
        if isLive, !state.isOver {
            let running = state.board.running(at: .now).map { console.rendered(note: console.cut($0, to: width - 1)) }
            for line in running { text += line + "\n" }
            state.drawn = running.count
        }
        if !text.isEmpty { console.notes.write(text) }
    }
}

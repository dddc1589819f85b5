import FlowCore
import FlowNodes
import FlowRun
import FlowStore

extension ResumeAdvice {
    /// A line for each command.
    func lines(in session: Session) -> [StyledText] {
        commands.map { "\($0.purpose): \(session.commandLine($0.words))" }
    }
}

extension Session {
    /// How to go on with a run that has just ended.
    func advice(forRun id: RunID) -> [StyledText] {
        // Where the history can't be written, the run counts as running until this process is gone.
        guard let (run, history) = try? run(named: id.text), run.status != .running,
            let advice = try? ResumeAdvice(for: run, history, at: SystemClock().now())
        else {
            return ["resume it with: \(commandLine(["resume", id.text]))"]
        }
        return advice.lines(in: self)
    }
}

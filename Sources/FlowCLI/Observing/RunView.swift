import FlowCore
import FlowRun

/// Is told what happens during a run, and has something to do once it is over.
protocol RunWatcher: RunObserver {
    /// Called once, after the last event.
    func finish() async
}

/// Shows a run to the one who started it.
protocol RunView: RunWatcher {
    /// Something that is no event of the run, such as that it is being stopped.
    func announce(_ line: String)
    /// The last words, after ``RunWatcher/finish()``.
    ///
    /// - Parameter resume: the command that goes on with the run.
    func conclude(_ result: RunResult, resume: String)
}

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
    /// - Parameter advice: how to go on with the run; empty where nothing is left to do.
    func conclude(_ result: RunResult, advice: [StyledText])
}

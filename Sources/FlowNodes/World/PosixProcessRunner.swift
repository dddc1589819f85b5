import FlowCore
package import FlowSpec
import Glibc

/// Child processes of the operating system, each looked after by a thread of its own.
package struct PosixProcessRunner: ProcessRunner {
    /// Writing to a child that has closed its input would otherwise end the whole process; and where whoever started
    /// this one ignores ends of children, as a process may hand down, nobody could learn how one of ours ended.
    private static let signalsAreSet: Void = {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGCHLD, SIG_DFL)
    }()

    package init() { Self.signalsAreSet }

    package func run(_ command: ProcessCommand) async throws -> ProcessResult {
        guard !command.arguments.isEmpty else { throw Failure(.invalid, "there is no program to run") }
        guard !Task.isCancelled else { throw Failure(.cancelled, "cancelled", nothingSent: true) }
        let stop: StopSignal
        do throws(SystemError) {
            stop = try StopSignal()
        } catch {
            throw command.cannotStart(error)
        }
        return try await withTaskCancellationHandler {
            try await OwnThread.run {
                var run = try ChildRun(command, stop: stop)
                return try run.finish()
            }
        } onCancel: {
            stop.raise()
        }
    }
}

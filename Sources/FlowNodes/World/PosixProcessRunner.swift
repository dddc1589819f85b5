import FlowCore
package import FlowSpec
import Glibc
import Synchronization

/// Child processes of the operating system.
///
/// A child that ends at once is looked after by the thread of the task that asks: two changes of threads would be a tenth of
/// what it costs. One that lasts gets a thread of its own.
package struct PosixProcessRunner: ProcessRunner {
    /// Writing to a child that has closed its input would otherwise end the whole process; and where whoever started
    /// this one ignores ends of children, as a process may hand down, nobody could learn how one of ours ended.
    private static let signalsAreSet: Void = {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGCHLD, SIG_DFL)
    }()

    /// Whether the last one ended within ``patience``.
    private static let endSoon = Atomic(true)
    /// How long a child may hold a thread that runs tasks.
    private static let patience = Duration.milliseconds(2)

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
            try await Self.run(command, stop)
        } onCancel: {
            stop.raise()
        }
    }

    private static func run(_ command: ProcessCommand, _ stop: StopSignal) async throws -> ProcessResult {
        guard endSoon.load(ordering: .relaxed) else {
            return try await OwnThread.run {
                let start = ContinuousClock.now
                let result = try ChildRun(command, stop: stop).finish()
                if .now - start < patience { endSoon.store(true, ordering: .relaxed) }
                return result
            }
        }
        let run = try ChildRun(command, stop: stop)
        if let result = try run.finish(within: patience) { return result }
        endSoon.store(false, ordering: .relaxed)
        return try await withCheckedThrowingContinuation { continuation in
            do {
                try OwnThread.start { continuation.resume(with: Result { try run.finish() }) }
            } catch {
                // There is no thread to be had, and the child runs already.
                continuation.resume(with: Result { try run.finish() })
            }
        }
    }
}

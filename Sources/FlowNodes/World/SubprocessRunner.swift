import FlowCore
package import FlowSpec
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// Child processes through swift-subprocess.
///
/// Each child leads a process group of its own. The step ends when the child does: what it left behind in its group is
/// killed then, so that nothing of a finished step goes on in the background.
package struct SubprocessRunner: ProcessRunner {
    private enum End: Sendable {
        case finished(ProcessResult)
        case timedOut
    }

    /// Writing to a child that has closed its input would otherwise end the whole process. Children start with the
    /// default again.
    private static let brokenPipesAreErrors: Void = { signal(SIGPIPE, SIG_IGN) }()

    package init() { Self.brokenPipesAreErrors }

    package func run(_ command: ProcessCommand) async throws -> ProcessResult {
        guard let program = command.arguments.first else { throw Failure(.invalid, "there is no program to run") }
        guard !Task.isCancelled else { throw cancelled(nothingSent: true) }
        guard let timeout = command.timeout else { return try await runToEnd(command) }
        let end = try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask { .finished(try await runToEnd(command)) }
            group.addTask {
                try await Task.sleep(for: timeout, clock: .continuous)
                return .timedOut
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw cancelled() }
            if case .timedOut = first {
                // The child is ended by the cancellation; its group is gone when the task has ended.
                group.cancelAll()
                while let _ = try? await group.next() {}
            }
            return first
        }
        switch end {
        case .finished(let result): return result
        case .timedOut:
            throw Failure(
                .timeout, "\"\(program)\" ran longer than \(timeout.humanText) and was stopped",
                hint: "give the step a longer timeout")
        }
    }

    private func runToEnd(_ command: ProcessCommand) async throws -> ProcessResult {
        let group = GroupLeader()
        // The number of a group that still has members isn't given to a new process; an empty one is no error.
        defer { if let leader = group.pid { kill(-leader, SIGKILL) } }
        do {
            let result = try await launch(command, group)
            // A child that was stopped by a cancellation has an exit status as well, but it isn't its result.
            guard !Task.isCancelled else { throw cancelled() }
            return result
        } catch let failure as Failure {
            throw failure
        } catch is CancellationError {
            throw cancelled()
        } catch let error as SubprocessError {
            guard !Task.isCancelled else { throw cancelled() }
            throw failure(error, command)
        }
    }

    private func launch(_ command: ProcessCommand, _ group: GroupLeader) async throws -> ProcessResult {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: command.grace)
        ]
        let environment = Dictionary(
            command.environment.compactMap { name, value in Environment.Key(rawValue: name).map { ($0, value) } },
            uniquingKeysWith: { first, _ in first })
        let program = command.arguments[0]
        let configuration = Configuration(
            executable: ProgramSearch.path(of: program, in: command.environment["PATH"]).map { .path(FilePath($0)) }
                ?? .name(program),
            arguments: .init(Array(command.arguments.dropFirst())),
            environment: .custom(environment),
            workingDirectory: FilePath(command.workingDirectory), platformOptions: options)
        guard !command.input.isEmpty else {
            return try await run(configuration, input: NoInput.none, command, group) { _ in }
        }
        return try await run(configuration, input: CustomWriteInput.inputWriter, command, group) { execution in
            // A child may end without reading its input, and that is no mistake.
            _ = try? await execution.standardInputWriter.write(command.input)
            try? await execution.standardInputWriter.finish()
        }
    }

    private func run<Input: InputProtocol>(
        _ configuration: Configuration, input: Input, _ command: ProcessCommand, _ group: GroupLeader,
        feed: @escaping @Sendable (Execution<Input, SequenceOutput, SequenceOutput>) async -> Void
    ) async throws -> ProcessResult {
        let output: SequenceOutput = .sequence
        let body: (Execution<Input, SequenceOutput, SequenceOutput>) async throws -> Captured = { execution in
            async let fed: Void = feed(execution)
            do {
                let captured = try await capture(execution, command, group)
                await fed
                return captured
            } catch {
                // Nobody reads its output any more, so that it might wait for ever, and its input with it.
                kill(-execution.processIdentifier.value, SIGKILL)
                throw error
            }
        }
        let outcome = try await Subprocess.run(configuration, input: input, output: output, error: output, body: body)
        return result(outcome.closureResult, outcome.terminationStatus)
    }

    private func capture<Input: InputProtocol>(
        _ execution: Execution<Input, SequenceOutput, SequenceOutput>, _ command: ProcessCommand, _ group: GroupLeader
    ) async throws -> Captured {
        group.pid = execution.processIdentifier.value
        async let stderr = lines(of: execution.standardError, command, isError: true)
        let stdout = try await lines(of: execution.standardOutput, command, isError: false)
        return Captured(stdout: stdout, stderr: try await stderr)
    }

    private func lines(
        of sequence: SubprocessOutputSequence, _ command: ProcessCommand, isError: Bool
    ) async throws -> [UInt8] {
        var onLine: (@Sendable (String) -> Void)?
        if let report = command.onLine { onLine = { line in report(line, isError) } }
        var splitter = LineSplitter(limit: command.outputLimit, onLine: onLine)
        for try await buffer in sequence {
            buffer.withUnsafeBytes { splitter.append($0) }
            guard !splitter.isOverLimit else {
                throw Failure(
                    .invalid,
                    "\"\(command.arguments[0])\" wrote more than \(command.outputLimit) bytes to \(isError ? "standard error" : "standard output")",
                    hint: "let it write to a file")
            }
        }
        splitter.finish()
        return splitter.bytes
    }

    private struct Captured: Sendable {
        var stdout: [UInt8]
        var stderr: [UInt8]
    }

    private func result(_ output: Captured, _ status: TerminationStatus) -> ProcessResult {
        let exitCode =
            switch status {
            case .exited(let code): Int(code)
            case .signaled(let signal): 128 + Int(signal)
            }
        return ProcessResult(exitCode: exitCode, stdout: output.stdout, stderr: output.stderr)
    }

    private func cancelled(nothingSent: Bool = false) -> Failure {
        Failure(.cancelled, "cancelled", nothingSent: nothingSent)
    }

    private func failure(_ error: SubprocessError, _ command: ProcessCommand) -> Failure {
        let program = command.arguments[0]
        switch error.code {
        case .executableNotFound:
            return Failure(
                .notFound, "there is no program \"\(program)\"", hint: "install it, or add its folder to PATH",
                nothingSent: true)
        case .failedToChangeWorkingDirectory:
            return Failure(
                .notFound, "can't enter the working directory \"\(command.workingDirectory)\"",
                hint: "check working_directory", nothingSent: true)
        case .spawnFailed:
            return Failure(
                .invalid, "can't start \"\(program)\": \(error.underlyingError.map { "\($0)" } ?? "it is no program")",
                underlying: error.description, nothingSent: true)
        default:
            return Failure(.internal, "lost touch with \"\(program)\"", underlying: error.description)
        }
    }
}

/// The leader of a child's process group, once there is one.
private final class GroupLeader: Sendable {
    private let state = Mutex<pid_t?>(nil)

    var pid: pid_t? {
        get { state.withLock { $0 } }
        set {
            state.withLock { $0 = newValue }
            if let newValue { LiveProcesses.insert(newValue) }
        }
    }

    deinit {
        if let pid { LiveProcesses.remove(pid) }
    }
}

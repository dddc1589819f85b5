import FlowCore
import FlowSpec
import Glibc

/// One child from its start to its end, looked after by one thread at a time.
final class ChildRun: @unchecked Sendable {
    private enum Ending { case cancelled, timedOut, tooMuchOutput }

    private let command: ProcessCommand
    private let stop: StopSignal
    private let child: ChildProcess
    private var output: Outlet
    private var errors: Outlet
    /// nil when the child has all of its input, or closed it.
    private var input: Descriptor?
    private var written = 0
    /// Why it has to end before it would.
    private var ending: Ending?
    /// When it is told to end, and after that when it is killed.
    private var deadline: ContinuousClock.Instant?

    /// Who bounds the whole step by the same time is to say first that it is over.
    private static let precedence = Duration.milliseconds(100)

    /// Starts the child.
    init(_ command: ProcessCommand, stop: StopSignal) throws(Failure) {
        self.command = command
        self.stop = stop
        let pipes: ChildPipes
        (child, pipes) = try command.start()
        input = pipes.input
        func outlet(_ descriptor: Descriptor, isError: Bool) -> Outlet {
            let onLine = command.onLine.map { report in { @Sendable line in report(line, isError) } }
            return Outlet(descriptor: descriptor, lines: LineSplitter(limit: command.outputLimit, onLine: onLine))
        }
        output = outlet(pipes.output, isError: false)
        errors = outlet(pipes.errors, isError: true)
        deadline = command.timeout.map { .now + $0 + ChildRun.precedence }
        LiveProcesses.insert(child.pid)
    }

    /// Waits for the child's end. What it leaves behind in its group is killed then, so that nothing of a finished step
    /// goes on in the background.
    func finish() throws(Failure) -> ProcessResult {
        while !child.hasEnded { takeWhatComes() }
        return try conclude()
    }

    /// Waits for the child's end, but not for long.
    ///
    /// - Returns: nil where it goes on after that.
    func finish(within patience: Duration) throws(Failure) -> ProcessResult? {
        let start = ContinuousClock.now
        while !child.hasEnded {
            let left = (patience - (.now - start)).inMilliseconds
            guard left > 0 else { return nil }
            takeWhatComes(within: Int32(clamping: left))
        }
        return try conclude()
    }

    private func conclude() throws(Failure) -> ProcessResult {
        defer { LiveProcesses.remove(child.pid) }
        // While the child is a zombie, nobody else has the number of its group.
        child.signalGroup(SIGKILL)
        output.read()
        errors.read()
        let end: (exitCode: Int, signal: Int?)
        do throws(SystemError) {
            end = try child.reap()
        } catch {
            throw Failure(.internal, "nothing is known of how \"\(command.program)\" ended: \(error.text)")
        }
        return try result(end.exitCode, end.signal)
    }

    /// - Parameter limit: milliseconds; nil for as long as it takes.
    private func takeWhatComes(within limit: Int32? = nil) {
        func wait(for descriptor: Descriptor?, _ event: Int32 = POLLIN) -> pollfd {
            pollfd(fd: descriptor?.number ?? -1, events: Int16(event), revents: 0)
        }
        var waits = [
            wait(for: ending == nil ? stop.descriptor : nil), wait(for: output.descriptor),
            wait(for: errors.descriptor),
            wait(for: input, POLLOUT), wait(for: child.end),
        ]
        guard poll(&waits, nfds_t(waits.count), patience(of: limit)) >= 0 else { return }
        if waits[0].revents != 0 { end(.cancelled) }
        if waits[1].revents != 0 { output.read(portions: 16) }
        if waits[2].revents != 0 { errors.read(portions: 16) }
        if waits[3].revents != 0 { feed() }
        if ending == nil, output.lines.isOverLimit || errors.lines.isOverLimit {
            ending = .tooMuchOutput
            child.signalGroup(SIGKILL)
        }
        guard let deadline, deadline <= .now else { return }
        if ending == nil {
            end(.timedOut)
        } else {
            self.deadline = nil
            child.signalGroup(SIGKILL)
        }
    }

    /// Milliseconds to the deadline or the limit, whichever is nearer; -1 for ever.
    private func patience(of limit: Int32?) -> Int32 {
        // Where nothing tells of the child's end, somebody has to look.
        let look: Int32? = child.end == nil ? 20 : nil
        let left = deadline.map { Int32(clamping: max(0, (ContinuousClock.now.duration(to: $0)).inMilliseconds + 1)) }
        return [limit, look, left].compactMap(\.self).min() ?? -1
    }

    /// Asks the child and all it started to end.
    private func end(_ reason: Ending) {
        ending = reason
        deadline = .now + command.grace
        child.signalGroup(SIGTERM)
        // What stands still would not see it.
        child.signalGroup(SIGCONT)
    }

    private func feed() {
        guard let descriptor = input else { return }
        while written < command.input.count {
            let count = command.input[written...].withUnsafeBytes { SystemCall.write($0, to: descriptor.number) }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                return
            } else {
                // A child may close its input without reading all of it, and that is no mistake.
                break
            }
        }
        input = nil
    }

    private func result(_ exitCode: Int, _ signal: Int?) throws(Failure) -> ProcessResult {
        let program = command.program
        switch ending {
        case .cancelled: throw Failure(.cancelled, "cancelled")
        case .timedOut:
            throw Failure(
                .timeout, "\"\(program)\" ran longer than \(command.timeout?.humanText ?? "it may") and was stopped",
                hint: "give the step a longer timeout")
        case .tooMuchOutput, nil: break
        }
        guard !output.lines.isOverLimit, !errors.lines.isOverLimit else {
            let stream = output.lines.isOverLimit ? "standard output" : "standard error"
            throw Failure(
                .invalid, "\"\(program)\" wrote more than \(command.outputLimit) bytes to \(stream)",
                hint: "let it write to a file", code: ProcessCommand.tooMuchOutput)
        }
        output.lines.finish()
        errors.lines.finish()
        return ProcessResult(
            exitCode: exitCode, signal: signal, stdout: output.lines.bytes, stderr: errors.lines.bytes)
    }
}

/// Our end of what a child writes.
private struct Outlet {
    /// nil when there is nothing more to come.
    var descriptor: Descriptor?
    var lines: LineSplitter

    /// Takes what is there, of a child that writes on and on no more than so many portions of 64 KiB.
    mutating func read(portions: Int = .max) {
        var left = portions
        while let open = descriptor, !lines.isOverLimit, left > 0 {
            left -= 1
            let count = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
                let count = SystemCall.read(open.number, into: buffer)
                if count > 0 { lines.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                return count
            }
            if count < 0, errno == EAGAIN { return }
            if count <= 0 { descriptor = nil }
        }
        if lines.isOverLimit { descriptor = nil }
    }
}

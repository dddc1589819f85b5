import CProcess
import FlowSpec
import Glibc

/// A child process, which leads a session and a process group of its own.
///
/// It shares this process's memory until its program runs. A `fork` copies the tables of that memory, which takes longer
/// than many a program (decision 0011).
struct ChildProcess {
    let pid: pid_t
    /// Can be read once the child has ended; nil where the kernel has none.
    let end: Descriptor?

    /// - Parameters:
    ///   - path: of the program, absolute or from the command's working directory.
    ///   - streams: what becomes standard input, output and error. Nothing else that is open here stays open there.
    init(_ path: String, _ command: ProcessCommand, streams: [Descriptor]) throws(SystemError) {
        var signals = Self.unusualSignals
        let numbers = streams.map(\.number)
        let environment = command.environment.map { "\($0.key)=\($0.value)" }
        var pid: pid_t = 0
        let code = withCStrings(command.arguments) { arguments in
            withCStrings(environment) { environment in
                ChildProcess.untilWritten {
                    cprocess_start(
                        &pid, path, arguments, environment, command.workingDirectory, numbers, &signals)
                }
            }
        }
        guard code == 0 else { throw SystemError(number: code) }
        self.pid = pid
        end = try? Descriptor(cprocess_pidfd_open(pid))
    }

    /// Those that this process ignores or takes, by its own will or that of whoever started it, which is its own affair.
    private static let unusualSignals: sigset_t = {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number: Int32 in 1..<65 {
            var action = sigaction()
            guard sigaction(number, nil, &action) == 0 else { continue }
            let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            if handler != unsafeBitCast(SIG_DFL, to: Int.self) { sigaddset(&signals, number) }
        }
        return signals
    }()

    /// A program that was just written can't be started while another child has it open for writing, which it has from
    /// its start until its own program runs.
    private static func untilWritten(_ start: () -> Int32) -> Int32 {
        for pause: UInt32 in [1, 5, 20, 50, 100] {
            let code = start()
            guard code == ETXTBSY else { return code }
            usleep(pause * 1000)
        }
        return start()
    }

    /// Whether it has ended; it stays a zombie, so that its number is given to nobody else.
    var hasEnded: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_signo != 0
    }

    /// Sends a signal to the child and all it has started.
    func signalGroup(_ signal: Int32) { kill(-pid, signal) }

    /// Takes back the number of the child, which must have ended.
    ///
    /// - Returns: its exit code, and the signal where one ended it: the code is 128 + its number then.
    func reap() throws(SystemError) -> (exitCode: Int, signal: Int?) {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemError(number: errno) }
        }
        let signal = Int(status & 0x7F)
        return signal == 0 ? (Int(status >> 8 & 0xFF), nil) : (128 + signal, signal)
    }
}

/// Texts as the null-terminated list of pointers that the system wants.
private func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let pointers = texts.map { strdup($0) }
    defer {
        for case let pointer? in pointers {
            // A variable may hold a secret.
            explicit_bzero(pointer, strlen(pointer))
            free(pointer)
        }
    }
    return body(pointers + [nil])
}

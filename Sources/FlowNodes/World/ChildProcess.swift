import CProcess
import FlowSpec
import Glibc

/// A child process, which leads a process group of its own.
///
/// Started with `posix_spawn`, which shares this process's memory until the program runs. A `fork` copies the tables of
/// that memory, which takes longer than many a program (decision 0011).
struct ChildProcess {
    let pid: pid_t
    /// Can be read once the child has ended; nil where the kernel has none.
    let end: Descriptor?

    /// - Parameters:
    ///   - path: of the program, absolute or from the command's working directory.
    ///   - streams: what becomes standard input, output and error. Nothing else that is open here stays open there.
    init(_ path: String, _ command: ProcessCommand, streams: [Descriptor]) throws(SystemError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, descriptor) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor.number, Int32(target))
        }
        cprocess_add_chdir(&actions, command.workingDirectory)
        // What a library opened without a thought for children.
        cprocess_add_closefrom(&actions, Int32(streams.count))

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that this process ignores or blocks are its own affair.
        var none = sigset_t(), ignored = Self.ignoredSignals
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &ignored)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        let environment = command.environment.map { "\($0.key)=\($0.value)" }
        var pid: pid_t = 0
        let code = withCStrings(command.arguments) { arguments in
            withCStrings(environment) { environment in
                ChildProcess.untilWritten { posix_spawn(&pid, path, &actions, &attributes, arguments, environment) }
            }
        }
        guard code == 0 else { throw SystemError(number: code) }
        self.pid = pid
        end = try? Descriptor(cprocess_pidfd_open(pid))
    }

    /// Those that this process ignores, by its own will or that of whoever started it. A program inherits that, while
    /// handlers end with the start of it; to name all signals would cost two system calls for each.
    private static let ignoredSignals: sigset_t = {
        var ignored = sigset_t()
        sigemptyset(&ignored)
        for number: Int32 in 1..<65 {
            var action = sigaction()
            guard sigaction(number, nil, &action) == 0 else { continue }
            let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            if handler == unsafeBitCast(SIG_IGN, to: Int.self) { sigaddset(&ignored, number) }
        }
        return ignored
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
    /// - Returns: its exit code; 128 + the signal's number where a signal ended it.
    func reap() throws(SystemError) -> Int {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemError(number: errno) }
        }
        let signal = Int(status & 0x7F)
        return signal == 0 ? Int(status >> 8 & 0xFF) : 128 + signal
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

import Dispatch
import FlowCore
package import Glibc

/// A program run through `sh` with files as its standard streams.
package struct ChildProcess: Sendable {
    package struct Result: Sendable {
        package var output: String
        package var errors: String
        /// 128 + the signal where one ended it.
        package var exit: Int
    }

    /// One that was started; somebody has to call ``finish(limit:)``.
    package struct Running: Sendable {
        package let pid: pid_t
        fileprivate let streams: String

        /// Sends a signal to it alone, not to what it started.
        package func signal(_ number: Int32) { kill(pid, number) }

        /// Whether it is over; it is still to be waited for.
        package var hasEnded: Bool {
            var end = siginfo_t()
            return waitid(P_PID, id_t(pid), &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_signo == SIGCHLD
        }

        /// What it has written to standard error so far.
        package var errorsSoFar: String { (try? Folder.read(streams + ".err")) ?? "" }

        /// Waits for its end.
        ///
        /// - Parameter limit: seconds after which it is killed with what it started.
        package func finish(limit: Int = 60) async throws -> Result {
            let status: Int32 = await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    var status: Int32 = 0
                    // The child may hang; then a watchdog kills its group and this returns.
                    let watchdog = DispatchWorkItem { kill(-pid, SIGKILL) }
                    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limit), execute: watchdog)
                    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                    watchdog.cancel()
                    continuation.resume(returning: status)
                }
            }
            let signal = status & 0x7F
            return Result(
                output: try Folder.read(streams + ".out"), errors: try Folder.read(streams + ".err"),
                exit: signal == 0 ? Int(status >> 8) & 0xFF : 128 + Int(signal))
        }
    }

    /// Where the binary is that is tested: in the folder that FLOWCTL_TESTED_FOLDER names, else beside the tests.
    package static let binaryFolder: String = {
        if let named = getenv("FLOWCTL_TESTED_FOLDER") { return String(cString: named) }
        var path = [UInt8](repeating: 0, count: 4096)
        let count = path.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink("/proc/self/exe", $0, bytes.count) } ?? 0
        }
        let executable = String(decoding: path[..<max(0, count)], as: UTF8.self)
        return String(executable[..<(executable.lastIndex(of: "/") ?? executable.startIndex)])
    }()

    /// Run by `sh` in ``workingDirectory``.
    package var command: String
    package var environment: [String]
    package var workingDirectory: String
    /// Where the streams are kept.
    package var scratch: String

    package init(command: String, environment: [String], workingDirectory: String, scratch: String) {
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.scratch = scratch
    }

    /// - Parameter limit: seconds after which it is killed.
    package func run(input: String = "", limit: Int = 60) async throws -> Result {
        try await start(input: input).finish(limit: limit)
    }

    package func start(input: String = "") throws -> Running {
        let streams = "\(scratch)/\(UInt32.random(in: 0...UInt32.max))"
        try Folder.write(input, to: streams + ".in")
        let pid = try spawn { actions in
            posix_spawn_file_actions_addopen(&actions, 0, streams + ".in", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, streams + ".out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, streams + ".err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        return Running(pid: pid, streams: streams)
    }

    /// Starts it on a terminal of its own.
    package func startOnTerminal() throws -> TerminalSession {
        var ends: (ours: Int32, theirs: Int32) = (-1, -1)
        var size = winsize(ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&ends.ours, &ends.theirs, nil, nil, &size) == 0 else {
            throw Failure(.internal, "there is no pseudo terminal: \(String(cString: strerror(errno)))")
        }
        defer { close(ends.theirs) }
        _ = fcntl(ends.ours, F_SETFD, FD_CLOEXEC)
        let pid = try spawn { actions in
            for stream: Int32 in 0...2 { posix_spawn_file_actions_adddup2(&actions, ends.theirs, stream) }
            posix_spawn_file_actions_addclose(&actions, ends.theirs)
        }
        return TerminalSession(pid: pid, terminal: ends.ours)
    }

    /// In a process group of its own, so that it can be ended with all it started.
    private func spawn(_ streams: (inout posix_spawn_file_actions_t) -> Void) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        streams(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var defaults = sigset_t()
        sigemptyset(&defaults)
        // A shell that runs the tests in the background ignores the keyboard's signals, and so would the child.
        for number in [SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // A thread of Dispatch blocks signals, and the child of a shell that waits would never be heard of.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)

        let arguments = ["/bin/sh", "-c", #"cd "$0" && eval "$1""#, workingDirectory, command]
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw Failure(.notFound, "\(arguments[0]): \(String(cString: strerror(code)))") }
        return pid
    }
}

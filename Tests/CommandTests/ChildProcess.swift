import Dispatch
import FlowCore
import Glibc

/// A program run to its end with files as its standard streams.
struct ChildProcess {
    struct Result: Sendable {
        var output: String
        var errors: String
        /// 128 + the signal where one ended it.
        var exit: Int
    }

    /// The binary that was built beside the tests.
    static let binaryFolder: String = {
        var path = [UInt8](repeating: 0, count: 4096)
        let count = path.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink("/proc/self/exe", $0, bytes.count) } ?? 0
        }
        let executable = String(decoding: path[..<max(0, count)], as: UTF8.self)
        return String(executable[..<(executable.lastIndex(of: "/") ?? executable.startIndex)])
    }()

    /// Run by `sh` in ``workingDirectory``.
    var command: String
    var environment: [String]
    var workingDirectory: String
    /// Where the streams are kept.
    var scratch: String

    /// - Parameter limit: seconds after which it is killed.
    func run(input: String, limit: Int = 60) async throws -> Result {
        let name = "\(scratch)/\(UInt32.random(in: 0...UInt32.max))"
        try Folder.write(input, to: name + ".in")
        let pid = try spawn(name)
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
            output: try Folder.read(name + ".out"), errors: try Folder.read(name + ".err"),
            exit: signal == 0 ? Int(status >> 8) & 0xFF : 128 + Int(signal))
    }

    /// In a process group of its own, so that it can be ended with all it started.
    private func spawn(_ name: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, name + ".in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, name + ".out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, name + ".err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)

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

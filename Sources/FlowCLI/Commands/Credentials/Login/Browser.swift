import FlowCore
import Glibc

/// The user's browser.
enum Browser {
    /// Opens a page by `xdg-open`, in a process group of its own, so that Ctrl-C ends flowctl alone.
    ///
    /// - Returns: false where there is no such program; whether a page really opened, nobody can tell.
    static func open(_ url: String, environment: [String: String]) -> Bool {
        guard let program = find("xdg-open", environment["PATH"] ?? "") else { return false }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // What a browser has to say belongs on no terminal of ours.
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(url), nil]
        let own = environment.filter { !$0.key.hasPrefix("FLOWCTL_") }
        var variables: [UnsafeMutablePointer<CChar>?] = own.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var child = pid_t()
        return posix_spawn(&child, program, &actions, &attributes, &arguments, &variables) == 0
    }

    private static func find(_ name: String, _ path: String) -> String? {
        path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}

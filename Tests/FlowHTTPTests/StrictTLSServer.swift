import FlowTestKit
import Foundation

/// A TLS server that ends connections, rather than answering requests, where no client certificate is shown or it
/// trusts none: `openssl s_server`, which trusts nobody but the system's authorities.
///
/// Runs as long as this value is held: a test must use it after its last request.
final class StrictTLSServer: Sendable {
    let port: Int
    private let process: pid_t
    private let own: TLSServer

    /// - Parameter version: the option of `openssl s_server` for the only version it speaks.
    init(version: String = "-tls1_3") throws {
        own = try TLSServer()
        port = try FreePorts.find(1)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TLSServer.NotStarted(command: "pipe") }
        defer { ends.forEach { close($0) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = [
            TLSServer.openssl, "s_server", "-accept", "127.0.0.1:\(port)", "-cert", own.certificate, "-key", own.key,
            version, "-Verify", "1", "-verify_return_error", "-www",
        ]
        var texts = words.map { strdup($0) } + [nil]
        defer { texts.forEach { free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: pid_t = 0
        guard posix_spawn(&process, words[0], &actions, nil, &texts, &environment) == 0 else {
            throw TLSServer.NotStarted(command: words[0])
        }
        self.process = process
        // It listens once it says so.
        var said = ""
        var buffer = [UInt8](repeating: 0, count: 256)
        while !said.contains("ACCEPT") {
            let count = read(ends[0], &buffer, buffer.count)
            guard count > 0 else { throw TLSServer.NotStarted(command: words[0]) }
            said += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    var authority: String { "127.0.0.1:\(port)" }
    var url: String { "https://\(authority)/" }
    var certificate: String { own.certificate }
}

import FlowCore
import FlowTestKit
import Foundation

/// A TLS server whose every byte a test decides: `openssl s_server`, which takes one connection after the other, and
/// what goes in and out of it.
///
///     let server = try ScriptedTLSServer([Array("HTTP/1.1 200 OK\r\n…".utf8)])
///
/// Runs as long as this value is held: a test must use it after its last request.
final class ScriptedTLSServer: Sendable {
    let port: Int
    private let process: pid_t
    private let own: TLSServer

    /// - Parameters:
    ///   - answers: each is sent when something has come.
    ///   - unasked: is sent 50 ms after the first of them, although nothing has come.
    ///   - closes: whether it ends the connection after the last of them, as TLS asks for it: with an alert that says so.
    init(_ answers: [[UInt8]], unasked: [UInt8] = [], closes: Bool = false) throws {
        own = try TLSServer()
        port = try FreePorts.find(1)
        let (mine, its) = try ScriptedTLSServer.sockets()
        process = try ScriptedTLSServer.start(
            [
                TLSServer.openssl, "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", own.certificate,
                "-key", own.key,
            ], input: its, output: its)
        close(its)
        try OwnThread.start {
            defer { close(mine) }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            func say(_ bytes: [UInt8]) { _ = send(mine, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
            for (number, answer) in answers.enumerated() {
                guard read(mine, &buffer, buffer.count) > 0 else { return }
                say(answer)
                guard number == 0, !unasked.isEmpty else { continue }
                usleep(50_000)
                say(unasked)
            }
            if closes { shutdown(mine, Int32(SHUT_WR)) }
            // Until it has ended.
            while read(mine, &buffer, buffer.count) > 0 {}
        }
        // It says nothing of the connections that stand, so they are tried.
        var tries = 0
        while !LoopbackPort.isTaken(port) {
            tries += 1
            guard tries < 3000 else { throw TLSServer.NotStarted(command: TLSServer.openssl) }
            usleep(10_000)
        }
    }

    deinit {
        stop()
        waitpid(process, nil, 0)
    }

    /// Ends its connections without a word of TLS.
    func stop() { kill(process, SIGKILL) }

    var url: String { "https://127.0.0.1:\(port)/" }
    var certificate: String { own.certificate }

    /// Two ends of one line.
    private static func sockets() throws -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw TLSServer.NotStarted(command: "socketpair")
        }
        return (ends[0], ends[1])
    }

    /// Starts a program without an environment.
    ///
    /// - Parameters:
    ///   - input: its standard input; nil for none.
    ///   - output: its standard output.
    static func start(_ words: [String], input: Int32?, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var texts = words.map { strdup($0) } + [nil]
        defer { texts.forEach { free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: pid_t = 0
        guard posix_spawn(&process, words[0], &actions, nil, &texts, &environment) == 0 else {
            throw TLSServer.NotStarted(command: words[0])
        }
        return process
    }
}

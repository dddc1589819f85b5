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
        let words = [
            TLSServer.openssl, "s_server", "-accept", "127.0.0.1:\(port)", "-cert", own.certificate, "-key", own.key,
            version, "-Verify", "1", "-verify_return_error", "-www",
        ]
        process = try ScriptedTLSServer.start(words, input: nil, output: ends[1])
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

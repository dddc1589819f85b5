import FlowCore
import Glibc

/// A program on a pseudo terminal, and the test as the person before it.
///
///     let session = try child.startOnTerminal()
///     try await session.see("> ")
///     session.type("1 + 1\n")
package final class TerminalSession {
    private let pid: pid_t
    private let terminal: Int32
    /// What was shown and not yet seen by the test.
    private var unseen = ""
    private var pending: [UInt8] = []
    private var status: Int32?

    init(pid: pid_t, terminal: Int32) {
        self.pid = pid
        self.terminal = terminal
        _ = fcntl(terminal, F_SETFL, O_NONBLOCK)
    }

    deinit {
        if status == nil { end(SIGKILL) }
        close(terminal)
    }

    package func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(terminal, bytes, bytes.count)
    }

    /// Waits until the program shows a text, and goes on behind it.
    ///
    /// - Returns: what it showed before, without the sequences that move the cursor and set colours.
    /// - Throws: a `Failure` with what it showed instead, after 20 seconds or at its end.
    @discardableResult
    package func see(_ text: String) async throws -> String {
        for _ in 0..<2000 {
            let isOpen = take()
            if let found = unseen.firstRange(of: text) {
                defer { unseen = String(unseen[found.upperBound...]) }
                return String(unseen[..<found.lowerBound])
            }
            guard isOpen else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure(.timeout, "the terminal doesn't show \(JSON.quoted(text)) but \(JSON.quoted(unseen))")
    }

    /// Waits for the program's end.
    ///
    /// - Returns: its exit status, or 128 + the signal that ended it.
    package func finish() async throws -> Int {
        for _ in 0..<2000 {
            _ = take()
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                self.status = status
                let signal = status & 0x7F
                return signal == 0 ? Int(status >> 8) & 0xFF : 128 + Int(signal)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure(.timeout, "the program doesn't end; it shows \(JSON.quoted(unseen))")
    }

    private func end(_ signal: Int32) {
        kill(-pid, signal)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    /// Takes what is there; false where the other end is closed.
    private func take() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(terminal, &chunk, chunk.count)
            guard count > 0 else {
                unseen += TerminalSession.plain(&pending)
                return count < 0 && errno == EAGAIN
            }
            pending += chunk[..<count]
        }
    }

    /// Text without escape sequences; one that isn't whole yet stays in `bytes`.
    private static func plain(_ bytes: inout [UInt8]) -> String {
        var text: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            guard byte == 0x1B else {
                if byte != 0x0D, byte != 0x07 { text.append(byte) }
                rest.removeFirst()
                continue
            }
            guard let end = rest.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else { break }
            rest = rest[(end + 1)...]
        }
        bytes = Array(rest)
        return String(decoding: text, as: UTF8.self)
    }
}

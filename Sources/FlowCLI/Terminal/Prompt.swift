import FlowCore
import Glibc

/// Asks for text on the controlling terminal; secrets are not shown while they are typed.
protocol Prompt: Sendable {
    /// Whether there is anyone to ask.
    var isAvailable: Bool { get }

    /// - Throws: a `Failure` where there is no terminal to ask on, or the input ended.
    func ask(_ question: String, isSecret: Bool) throws(Failure) -> String
}

/// Asks on `/dev/tty`, so that it works while standard input or output is a pipe.
struct TerminalPrompt: Prompt {
    var isAvailable: Bool {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        close(terminal)
        return true
    }

    func ask(_ question: String, isSecret: Bool) throws(Failure) -> String {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw Failure(
                .auth, "there is no terminal to ask on: \(question)",
                hint: "give it in a file, on standard input or in a variable; see the command's --help")
        }
        defer { close(terminal) }
        let channel = DescriptorChannel(descriptor: terminal)
        var shown = termios()
        let hides = isSecret && tcgetattr(terminal, &shown) == 0
        if hides {
            var hidden = shown
            // Ctrl-C is read as a character, so that echo is on again before the process ends.
            hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
            tcsetattr(terminal, TCSAFLUSH, &hidden)
        }
        // Not before the echo is off, which drops what was typed by then.
        channel.write(terminalSafe(question) + ": ")
        defer {
            if hides {
                tcsetattr(terminal, TCSAFLUSH, &shown)
                channel.write("\n")
            }
        }
        return try readLine(from: terminal)
    }

    private func readLine(from terminal: Int32) throws(Failure) -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(terminal, &byte, 1)
            if count == 1 {
                if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
                if byte == 3 { throw Failure(.cancelled, "cancelled at the prompt") }
                line.append(byte)
            } else if count == 0 || errno != EINTR {
                throw Failure(.cancelled, "the input ended before an answer was given")
            }
        }
    }
}

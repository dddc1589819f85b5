import FlowCore
import Glibc

/// Asks for text on the controlling terminal; secrets are not shown while they are typed.
protocol Prompt: Sendable {
    /// Whether there is anyone to ask.
    var isAvailable: Bool { get }

    /// - Throws: a `Failure` where there is no terminal to ask on, the input ended, or what came is no text.
    func ask(_ question: String, isSecret: Bool) throws(Failure) -> String
}

/// Asks on `/dev/tty`, so that it works while standard input or output is a pipe.
struct TerminalPrompt: Prompt {
    /// The bytes of a line that a terminal hands over whole; it drops what is beyond them.
    private static let longestLine = 4094

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
        let shown = terminalSafe(question) + ": "
        let bytes = isSecret ? try hiddenLine(shown, terminal) : try line(shown, terminal)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .invalid, "what was typed is not UTF-8 text", hint: "set the terminal to UTF-8 and type it again")
        }
        return text
    }

    private func hiddenLine(_ question: String, _ terminal: Int32) throws(Failure) -> [UInt8] {
        guard let raw = RawTerminal(terminal) else { throw inputEnded }
        let channel = DescriptorChannel(descriptor: terminal)
        // Not before nothing is shown, which drops what was typed by then.
        channel.write(question)
        defer { channel.write("\n") }
        var line = HiddenLine(keys: raw.keys)
        while true {
            switch line.take(try byte(from: terminal)) {
            case .unfinished: break
            case .answered: return line.bytes
            case .cancelled: throw Failure(.cancelled, "cancelled at the prompt")
            case .ended: throw inputEnded
            case .suspended:
                raw.suspend()
                line = HiddenLine(keys: raw.keys)
                channel.write(question)
            }
        }
    }

    /// A line that the terminal shows and lets its user edit.
    private func line(_ question: String, _ terminal: Int32) throws(Failure) -> [UInt8] {
        DescriptorChannel(descriptor: terminal).write(question)
        var line: [UInt8] = []
        while true {
            let byte = try byte(from: terminal)
            guard byte != UInt8(ascii: "\n") else { break }
            line.append(byte)
        }
        guard line.count <= TerminalPrompt.longestLine else {
            throw Failure(
                .invalid, "the answer is longer than the \(TerminalPrompt.longestLine) bytes a terminal takes at once",
                hint: "give it by an option or in a file; see the command's --help")
        }
        return line
    }

    private func byte(from terminal: Int32) throws(Failure) -> UInt8 {
        var byte: [UInt8] = [0]
        guard SystemCall.read(terminal, into: &byte) == 1 else { throw inputEnded }
        return byte[0]
    }

    private var inputEnded: Failure { Failure(.cancelled, "the input ended before an answer was given") }
}

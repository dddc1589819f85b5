import CEdit
import FlowCore
import Glibc

/// What came of asking for a line.
enum LineAnswer: Sendable, Equatable {
    /// Without its line break.
    case line(String)
    /// Ctrl-C: what was typed is dropped.
    case interrupted
    /// Ctrl-D, or the end of the input.
    case end
}

/// What Tab does at one place of a line.
struct LineCompletion: Sendable, Equatable {
    /// What is put in at the cursor.
    var insertion = ""
    /// Shown where there are several ways to go on.
    var choices: [String] = []
}

/// Where lines come from that a person types, or a program writes.
protocol LineSource: AnyObject {
    func line(prompt: String) -> LineAnswer
    /// Makes a line one of those that the arrow keys go through.
    func remember(_ line: String)
}

/// Lines as they come, without a prompt.
final class PlainLines: LineSource {
    private let descriptor: Int32
    private let prompts: (any Channel)?
    private var buffer: [UInt8] = []

    /// - Parameter prompts: where to ask; nil where nobody is there to read it.
    init(_ descriptor: Int32 = STDIN_FILENO, prompts: (any Channel)? = nil) {
        self.descriptor = descriptor
        self.prompts = prompts
    }

    func line(prompt: String) -> LineAnswer {
        prompts?.write(prompt)
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer.removeSubrange(...end) }
                return .line(String(decoding: buffer[..<end], as: UTF8.self))
            }
            let count = SystemCall.read(descriptor, into: &chunk)
            if count > 0 {
                buffer += chunk[..<count]
            } else {
                defer { buffer = [] }
                return buffer.isEmpty ? .end : .line(String(decoding: buffer, as: UTF8.self))
            }
        }
    }

    func remember(_ line: String) {}
}

/// Lines edited with libedit: arrow keys, history, Tab.
final class EditedLines: LineSource {
    /// Why there is no line editing on this machine; nil where there is.
    static var problem: String? { flow_editor_problem().map { String(cString: $0) } }

    private let editor: OpaquePointer
    private let box: Unmanaged<Box>

    private final class Box {
        let completion: (String) -> LineCompletion
        init(_ completion: @escaping (String) -> LineCompletion) { self.completion = completion }
    }

    /// - Parameter completion: what Tab does after the text before the cursor.
    /// - Returns: nil where libedit isn't there or can't use the terminal.
    init?(history: Int, completion: @escaping (String) -> LineCompletion) {
        let box = Unmanaged.passRetained(Box(completion))
        guard
            let editor = flow_editor_open(
                Int32(history),
                { context, text, length, insertion, choices in
                    guard let context, let text else { return }
                    let box = Unmanaged<Box>.fromOpaque(context).takeUnretainedValue()
                    let bytes = UnsafeRawBufferPointer(start: text, count: length)
                    let found = box.completion(String(decoding: bytes, as: UTF8.self))
                    insertion?.pointee = strdup(terminalSafe(found.insertion))
                    choices?.pointee = strdup(terminalSafe(found.choices.joined(separator: "  ")))
                }, box.toOpaque())
        else {
            box.release()
            return nil
        }
        self.editor = editor
        self.box = box
    }

    deinit {
        flow_editor_close(editor)
        box.release()
    }

    func line(prompt: String) -> LineAnswer {
        var text: UnsafePointer<CChar>?
        let length = prompt.withCString { flow_editor_read(editor, $0, &text) }
        switch length {
        case Int32(FLOW_EDITOR_INTERRUPTED): return .interrupted
        case Int32(FLOW_EDITOR_END): return .end
        default:
            let bytes = UnsafeRawBufferPointer(start: text, count: Int(length))
            return .line(String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self))
        }
    }

    func remember(_ line: String) { flow_editor_remember(editor, line) }
}

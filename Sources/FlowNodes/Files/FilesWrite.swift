import FlowCore
import FlowNodeKit
import FlowSpec

/// `files.write`: a value becomes a file, whole or not at all.
struct FilesWrite: Node {
    let spec = NodeSpec(
        "files.write", summary: "Write a file.",
        details: "Folders above it are made. The old content stays until the new is whole.",
        effect: .idempotent,
        parameters: [
            Parameter("path", .string, required: true, help: "Where to write.", example: "out/notes.txt"),
            Parameter(
                "content", .any, required: true,
                help: "Text and bytes are written as they are, a file is copied, anything else is written as JSON."),
            Parameter("append", .bool, default: false, help: "Add to the end; the step is then no longer repeatable."),
        ],
        output: "The file: {path, name, size}.",
        example: .init(
            ["path": "out/notes.txt", "content": "buy milk\n"]))

    func effect(of arguments: Arguments) -> Effect { arguments.bool("append") == true ? .write : .idempotent }

    func outputType(of arguments: WrittenArguments) -> StaticType { .file }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let path = context.absolutePath(arguments.string("path") ?? "")
        let output = OutputFile(path, in: context)
        let content = (arguments["content"] ?? .null).revealed
        let append = arguments.bool("append") ?? false
        return try await offPool {
            if case .file(let file) = content, !append {
                try output.createFolder()
                try output.files.copy(file.path, to: path)
                return try FileValue.of(path, in: output.files)
            }
            let bytes = try Self.bytes(of: content, in: output.files)
            guard append else { return try output.write(bytes) }
            try output.createFolder()
            try output.files.appendDurably(bytes, to: path)
            return try FileValue.of(path, in: output.files)
        }
    }

    func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        [.text("write \(context.absolutePath(arguments.string("path") ?? ""))")]
    }

    private static func bytes(of content: Value, in files: any FileSystem) throws -> [UInt8] {
        switch content {
        case .bytes(let bytes): return bytes
        case .string(let text): return Array(text.utf8)
        case .file(let file): return try files.read(file.path, limit: 1 << 30)
        default: return JSON.bytes(content.deeplyRevealed, pretty: true) + [UInt8(ascii: "\n")]
        }
    }
}

/// A file on disk as a value.
enum FileValue {
    static func of(_ path: String, in files: any FileSystem) throws -> Value {
        guard let info = try files.info(path) else {
            throw FileFailure.failure("read", path, errno: 2)
        }
        return .file(FileReference(path: path, size: info.size))
    }
}

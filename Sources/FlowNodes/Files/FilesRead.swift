import FlowCore
import FlowNodeKit
import FlowSpec

/// `files.read`: the content of a file as a value.
struct FilesRead: Node {
    let spec = NodeSpec(
        "files.read", summary: "Read a file.", effect: .read,
        parameters: [
            Parameter("path", .file, required: true, help: "The file to read.", example: "notes.txt"),
            Parameter(
                "as", .string, default: "text", help: "What the output is: text, the bytes, or the JSON value in it.",
                choices: ["text", "bytes", "json"]),
            Parameter(
                "max_bytes", .int, default: 16_777_216, help: "A larger file is refused.", minimum: 0,
                maximum: 1_073_741_824),
        ],
        output: "The content: a string, bytes, or any JSON value.",
        example: .init(
            ["path": "notes.txt"], output: "buy milk\n"))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        if arguments.isMissing("as") { return .string }
        return switch arguments.text("as") {
        case "text": .string
        case "bytes": .bytes
        default: .dynamic
        }
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let path = arguments.path("path", in: context) ?? ""
        let limit = arguments.int("max_bytes") ?? 16 << 20
        let files = context.world.files
        let bytes = try await offPool { try files.read(path, limit: limit) }
        switch arguments.string("as") {
        case "bytes": return .bytes(bytes)
        case "json":
            do {
                return try JSON.parse(bytes)
            } catch {
                throw Failure(.invalid, "\"\(path)\" is not JSON: \(error.message)", hint: "mend the file")
            }
        default:
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Failure(.invalid, "\"\(path)\" is not UTF-8 text", hint: "read it as: bytes")
            }
            return .string(text)
        }
    }
}

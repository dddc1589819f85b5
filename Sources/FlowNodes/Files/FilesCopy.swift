import FlowCore
import FlowNodeKit
import FlowSpec

/// `files.copy`: one file to another path.
struct FilesCopy: Node {
    let spec = NodeSpec(
        "files.copy", summary: "Copy a file.", effect: .idempotent,
        parameters: [
            Parameter("from", .file, required: true, help: "The file to copy.", example: "report.md"),
            Parameter(
                "to", .string, required: true, help: "The new path; with a slash at its end, the folder to put it in.",
                example: "archive/"),
        ],
        output: "The copy: {path, name, size}.",
        example: .init(
            ["from": "report.md", "to": "archive/"]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .file }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let way = FileWay(arguments, in: context)
        return try await offPool {
            try way.output.createFolder()
            try way.output.files.copy(way.source, to: way.output.path)
            return try FileValue.of(way.output.path, in: way.output.files)
        }
    }
}

/// From where to where a file goes.
struct FileWay: Sendable {
    let source: String
    let output: OutputFile

    init(_ arguments: Arguments, in context: NodeContext) {
        source = arguments.path("from", in: context) ?? ""
        var target = arguments.string("to") ?? ""
        if target.hasSuffix("/") { target += source.split(separator: "/").last ?? "" }
        output = OutputFile(context.absolutePath(target), in: context)
    }
}

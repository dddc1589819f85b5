import FlowCore
import FlowNodeKit
import FlowSpec

/// `files.move`: a file or folder to another path.
struct FilesMove: Node {
    let spec = NodeSpec(
        "files.move", summary: "Move or rename a file or folder.", effect: .write,
        parameters: [
            Parameter("from", .file, required: true, help: "What to move.", example: "inbox/a.csv"),
            Parameter(
                "to", .string, required: true, help: "The new path; with a slash at its end, the folder to put it in.",
                example: "done/"),
        ],
        output: "The file at its new place: {path, name, size}.",
        example: .init(
            ["from": "inbox/a.csv", "to": "done/"]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .file }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let way = FileWay(arguments, in: context)
        return try await offPool {
            try way.output.createFolder()
            try way.output.files.move(way.source, to: way.output.path)
            return try FileValue.of(way.output.path, in: way.output.files)
        }
    }
}

import FlowCore
import FlowNodeKit
import FlowSpec

/// `files.delete`: a file or folder is gone afterwards.
struct FilesDelete: Node {
    let spec = NodeSpec(
        "files.delete", summary: "Delete a file or folder.", effect: .idempotent,
        parameters: [
            Parameter("path", .file, required: true, help: "What to delete.", example: "tmp/export.csv"),
            Parameter("recursive", .bool, default: false, help: "Delete a folder with all it holds."),
            Parameter("missing_ok", .bool, default: false, help: "Whether it is fine that nothing is there."),
        ],
        output: "Whether there was something to delete.",
        example: .init(
            ["path": "tmp/export.csv"], output: true))

    func outputType(of arguments: WrittenArguments) -> StaticType { .bool }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let path = arguments.path("path", in: context) ?? ""
        let recursive = arguments.bool("recursive") ?? false
        let missingIsFine = arguments.bool("missing_ok") ?? false
        guard path != "/", path != context.absolutePath(".") else {
            throw Failure(
                .invalid, "\"\(path)\" is the \(path == "/" ? "root" : "working") folder and is not deleted",
                hint: "name what to delete inside it")
        }
        let files = context.world.files
        return try await offPool {
            if missingIsFine || context.mayBeDone, try files.info(path) == nil { return .bool(!missingIsFine) }
            try files.delete(path, recursive: recursive)
            return true
        }
    }

    func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        [.text("delete \(arguments.path("path", in: context) ?? "")")]
    }
}

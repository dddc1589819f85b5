import FlowCore
import FlowSpec

/// `files.list`: the files of a folder that match a pattern.
struct FilesList: Node {
    let spec = NodeSpec(
        "files.list", summary: "List the files of a folder.",
        details:
            "Links are not followed; names with a leading dot are listed where the pattern has one too. A name that "
            + "isn't UTF-8 is an error where it would be listed, or is that of a folder to look through.",
        effect: .read,
        parameters: [
            Parameter("path", .string, default: ".", help: "The folder.", example: "reports"),
            Parameter(
                "pattern", .string, default: "*",
                help: "Which files: * and ? within a name, [a-z], and ** for any number of folders.",
                example: "**/*.csv"),
        ],
        output: "A list of files {path, name, size}, sorted by path.",
        example: .init(
            ["path": "reports", "pattern": "**/*.csv"]))

    func outputType(of arguments: WrittenArguments) -> StaticType { .list(of: .file) }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let start = context.absolutePath(arguments.string("path") ?? ".")
        let glob = Glob(arguments.string("pattern") ?? "*")
        let files = context.world.files
        let found = try await offPool { try files.files(matching: glob, below: start) }
        return .list(found.map(Value.file))
    }
}

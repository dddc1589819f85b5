import FlowCore
import FlowSpec

/// `files.list`: the files of a folder that match a pattern.
struct FilesList: Node {
    let spec = NodeSpec(
        "files.list", summary: "List the files of a folder.",
        details: "Links are not followed; names with a leading dot are listed where the pattern has one too.",
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
        let found = try await offPool { try Self.walk([], below: start, glob, files) }
        return .list(found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }.map(Value.file))
    }

    private static func walk(
        _ names: [String], below start: String, _ glob: Glob, _ files: any FileSystem
    ) throws -> [FileReference] {
        let folder = ([start == "/" ? "" : start] + names).joined(separator: "/")
        var found: [FileReference] = []
        for name in try files.list(folder.isEmpty ? "/" : folder) {
            let path = folder + "/" + name
            // Files come and go while a folder is walked.
            guard let info = try files.info(path) else { continue }
            let here = names + [name]
            switch info.kind {
            case .file where glob.matches(here): found.append(FileReference(path: path, size: info.size))
            case .folder where here.count < glob.depth ?? .max:
                found += try walk(here, below: start, glob, files)
            default: break
            }
        }
        return found
    }
}

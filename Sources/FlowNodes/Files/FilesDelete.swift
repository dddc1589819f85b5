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
        let files = context.world.files
        let working = context.absolutePath(".")
        return try await offPool {
            guard !Self.holds(path, working, files) else { throw Self.refusal(of: path, working) }
            if missingIsFine || context.mayBeDone, try files.info(path) == nil { return .bool(!missingIsFine) }
            try files.delete(path, recursive: recursive)
            return true
        }
    }

    /// Whether a folder, or what a path leads through, would be gone with what is at `path`. A link goes alone.
    private static func holds(_ path: String, _ folder: String, _ files: any FileSystem) -> Bool {
        if folder.lies(in: path) { return true }
        guard let real = files.realPath(folder), let end = path.utf8.lastIndex(of: UInt8(ascii: "/")),
            let above = files.realPath(end == path.startIndex ? "/" : String(path[..<end]))
        else { return false }
        return real.lies(in: (above == "/" ? "" : above) + path[end...])
    }

    private static func refusal(of path: String, _ working: String) -> Failure {
        let what =
            switch path {
            case "/": "is the root folder"
            case working: "is the working folder"
            default: "has the working folder in it"
            }
        return Failure(
            .invalid, "\"\(path)\" \(what) and is not deleted", hint: "name what to delete inside the working folder")
    }

    func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        [.text("delete \(arguments.path("path", in: context) ?? "")")]
    }
}

extension String {
    /// Whether this absolute path is that of `folder` or of something in it, byte by byte.
    fileprivate func lies(in folder: String) -> Bool {
        let start = folder.utf8.last == UInt8(ascii: "/") ? folder.utf8.dropLast() : folder.utf8[...]
        return utf8.starts(with: start)
            && (utf8.count == start.count || utf8.dropFirst(start.count).first == UInt8(ascii: "/"))
    }
}

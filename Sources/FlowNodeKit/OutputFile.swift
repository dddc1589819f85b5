package import FlowCore
package import FlowSpec

extension Arguments {
    /// The absolute path of an argument that is a path or a file; nil where it was left out.
    package func path(_ name: String, in context: NodeContext) -> String? {
        switch values[name]?.revealed {
        case .string(let path): context.absolutePath(path)
        case .file(let file): file.path
        default: nil
        }
    }
}

/// Files that nodes write for a workflow.
package struct OutputFile {
    package static let mode: UInt32 = 0o644

    package let path: String
    package let files: any FileSystem

    package init(_ path: String, in context: NodeContext) {
        self.path = path
        files = context.world.files
    }

    /// Writes the whole content, with the folders above it, and gives the file as a value.
    package func write(_ bytes: [UInt8], mediaType: String? = nil) throws -> Value {
        try createFolder()
        try files.write(bytes, to: path, mode: Self.mode)
        return .file(FileReference(path: path, size: Int64(bytes.count), mediaType: mediaType))
    }

    package func createFolder() throws {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        if !folder.isEmpty, try files.info("/" + folder) == nil { try files.createFolder("/" + folder) }
    }
}

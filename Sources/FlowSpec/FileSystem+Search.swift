package import FlowCore

extension FileSystem {
    /// The files whose path from `folder` matches, sorted by path. Links are not followed. That a name isn't UTF-8 is a
    /// failure of kind `invalid` where it would be among them, or is that of a folder in which some may be.
    ///
    /// - Parameter limit: looking at more names than this is a failure of kind `invalid`.
    package func files(matching glob: Glob, below folder: String, limit: Int = .max) throws -> [FileReference] {
        var found: [FileReference] = []
        var left = limit
        try walk([], below: folder, glob, &found, &left)
        guard left >= 0 else {
            throw Failure(
                .invalid, "there are more than \(limit) files in \"\(folder)\"", hint: "start the pattern with a folder"
            )
        }
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private func walk(
        _ names: [String], below start: String, _ glob: Glob, _ found: inout [FileReference], _ left: inout Int
    ) throws {
        let folder = ([start == "/" ? "" : start] + names).joined(separator: "/")
        for name in try list(folder.isEmpty ? "/" : folder) {
            left -= 1
            guard left >= 0 else { return }
            let path = folder + "/" + name
            let here = names + [name]
            guard let info = try info(path) else {
                // Files come and go while a folder is walked; one that no path leads to is there.
                if name.unicodeScalars.contains("\u{FFFD}") { try requireUnwanted(here, in: folder, glob) }
                continue
            }
            switch info.kind {
            case .file where glob.matches(here): found.append(FileReference(path: path, size: info.size))
            case .folder where here.count < glob.depth ?? .max: try walk(here, below: start, glob, &found, &left)
            default: break
            }
        }
    }

    private func requireUnwanted(_ here: [String], in folder: String, _ glob: Glob) throws {
        for name in try foreignNames(in: folder.isEmpty ? "/" : folder) where name.shown == here.last {
            let isWanted =
                switch name.kind {
                case .file: glob.matches(here)
                case .folder: here.count < glob.depth ?? .max
                default: false
                }
            guard isWanted else { continue }
            throw Failure(
                .invalid, "the name \"\(folder)/\(name.shown)\" is not UTF-8, so that no step can use it",
                hint: "rename it; \"ls -b\" shows how it is stored")
        }
    }
}

/// A folder whose files may be found and read, but not changed: what an expression sees of the file system.
package struct FolderView: Sendable {
    /// Files that are larger are refused.
    private static let largestFile = 64 << 20
    private static let mostNames = 100_000

    private let files: any FileSystem
    private let path: String

    /// - Parameter path: absolute.
    package init(_ path: String, in files: any FileSystem) {
        self.path = path
        self.files = files
    }

    /// Absolute paths of the files that match a pattern from this folder, sorted.
    package func paths(matching pattern: String) throws(Failure) -> [String] {
        let names = pattern.split(separator: "/")
        guard !pattern.hasPrefix("/"), !names.contains("..") else {
            throw Failure(
                .invalid, "the pattern \"\(pattern)\" leaves the working folder",
                hint: "write it from that folder, such as \"src/**\"")
        }
        return try FolderView.asFailure {
            try files.files(matching: Glob(pattern), below: path, limit: FolderView.mostNames).map(\.path)
        }
    }

    package func read(_ path: String) throws(Failure) -> [UInt8] {
        try FolderView.asFailure { try files.read(path, limit: FolderView.largestFile) }
    }

    private static func asFailure<Result>(_ work: () throws -> Result) throws(Failure) -> Result {
        do {
            return try work()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.internal, "\(error)")
        }
    }
}

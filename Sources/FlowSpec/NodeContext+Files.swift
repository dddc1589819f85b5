package import FlowCore

extension NodeContext {
    /// The file at a path, which starts at the working directory where it is relative.
    ///
    /// - Throws: a failure of kind `not_found` or `invalid` that names it.
    package func file(_ path: String) throws(Failure) -> FileReference {
        let absolute = absolutePath(path)
        let info: FileInfo?
        do {
            info = try world.files.info(absolute)
        } catch {
            throw Failure(error)
        }
        guard let info else {
            throw Failure(
                .notFound, "there is no file \"\(path)\"", hint: "relative paths start at \(workingDirectory)")
        }
        guard info.kind == .file else { throw Failure(.invalid, "\"\(path)\" is no file", hint: "name one file") }
        return FileReference(path: absolute, size: info.size, mediaType: MediaType.ofFile(absolute))
    }
}

extension FileSystem {
    /// The file at a path that came from outside, seen through links.
    ///
    /// - Parameter folder: absolute; where a relative path starts.
    /// - Throws: a failure that names it where there is none, or where it can't be read.
    package func readableFile(_ path: String, from folder: String) throws(Failure) -> FileReference {
        let absolute = NodeContext.absolute(path, from: folder)
        do {
            guard let real = realPath(absolute), let info = try info(real) else {
                throw Failure(.notFound, "there is no file \"\(path)\"", hint: "relative paths start at \(folder)")
            }
            guard info.kind == .file else { throw Failure(.invalid, "\"\(path)\" is no file", hint: "name one file") }
            _ = try read(real, from: 0, count: 1)
            return FileReference(path: absolute, size: info.size, mediaType: MediaType.ofFile(absolute))
        } catch {
            throw Failure(error)
        }
    }
}

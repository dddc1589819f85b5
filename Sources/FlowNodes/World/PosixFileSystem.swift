import FlowCore
package import FlowSpec
import Glibc

/// The machine's files.
///
/// Calls block for as long as the disk takes; they are made from ``offPool(_:)`` where that may be long.
package struct PosixFileSystem: FileSystem {
    static let chunk = 1 << 20

    package init() {}

    package func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    package func read(_ path: String, limit: Int) throws -> [UInt8] {
        let file = try OpenFile(path, flags: O_RDONLY | O_NONBLOCK, action: "read")
        let information = try file.information()
        switch information.st_mode & S_IFMT {
        case S_IFDIR: throw FileFailure.failure("read", path, errno: EISDIR)
        // Until somebody writes to it; it would be at its end before.
        case S_IFIFO: try file.wait(for: POLLIN)
        default: break
        }
        guard information.st_size <= limit else { throw tooLarge(path, limit: limit) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(information.st_size))
        while true {
            let piece = try file.read(upTo: Self.chunk)
            if piece.isEmpty { return bytes }
            bytes += piece
            // A pipe or a file that grows has no size to go by.
            guard bytes.count <= limit else { throw tooLarge(path, limit: limit) }
        }
    }

    package func read(_ path: String, from offset: Int64, count: Int) throws -> FilePiece {
        let file = try OpenFile(path, flags: O_RDONLY | O_NONBLOCK, action: "read")
        let information = try file.information()
        switch information.st_mode & S_IFMT {
        case S_IFDIR: throw FileFailure.failure("read", path, errno: EISDIR)
        case S_IFIFO:
            throw Failure(
                .invalid, "can't read \"\(path)\": a pipe can't be read piece by piece",
                hint: "write what comes from it to a file first")
        default: break
        }
        return FilePiece(
            bytes: try file.read(from: offset, upTo: count), size: Int64(information.st_size),
            modified: information.modified)
    }

    package func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws {
        try replace(path, mode: mode) { file throws(Failure) in try file.write(bytes, named: path) }
    }

    package func append(_ bytes: [UInt8], to path: String) throws {
        try openEnd(of: path).append(bytes, isSynced: false)
    }

    package func appendDurably(_ bytes: [UInt8], to path: String) throws {
        try openEnd(of: path).append(bytes, isSynced: true)
    }

    private func openEnd(of path: String) throws(Failure) -> OpenFile {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK
        while true {
            do {
                return try OpenFile(path, flags: flags, mode: 0o644, action: "write")
            } catch {
                // A pipe from which nobody reads yet; one that is opened so is not waited for.
                guard error.code == "errno \(ENXIO)", isPipe(path) else { throw error }
            }
            try OpenFile.pause()
        }
    }

    private func isPipe(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFIFO
    }

    package func info(_ path: String) throws -> FileInfo? {
        var information = stat()
        guard lstat(path, &information) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileFailure.failure("look at", path, errno: errno)
        }
        return FileInfo(
            kind: kind(information.st_mode), size: Int64(information.st_size),
            modified: information.modified,
            mode: information.st_mode & 0o7777)
    }

    package func list(_ path: String) throws -> [String] {
        guard let names = FolderNames.list(path) else { throw FileFailure.failure("list", path, errno: errno) }
        return names
    }

    package func foreignNames(in path: String) throws -> [ForeignName] {
        let folder = try OpenFile(path, flags: O_RDONLY | O_DIRECTORY, action: "list")
        guard let names = FolderNames.bytes(ofFolder: folder.descriptor) else {
            throw FileFailure.failure("list", path, errno: errno)
        }
        return names.filter { String(validating: $0, as: UTF8.self) == nil }.compactMap { name in
            var information = stat()
            let file = name.map(CChar.init(bitPattern:)) + [0]
            guard fstatat(folder.descriptor, file, &information, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
            return ForeignName(shown: String(decoding: name, as: UTF8.self), kind: kind(information.st_mode))
        }
    }

    package func createFolder(_ path: String) throws {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o777) != 0, errno != EEXIST {
                throw FileFailure.failure("create the folder", path, errno: errno)
            }
        }
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw FileFailure.failure("create the folder", path, errno: ENOTDIR)
        }
    }

    package func delete(_ path: String, recursive: Bool) throws {
        guard let info = try info(path) else { throw FileFailure.failure("delete", path, errno: ENOENT) }
        if info.kind == .folder {
            if recursive { return try FolderDeletion.delete(path) }
            guard rmdir(path) == 0 else { throw FileFailure.failure("delete", path, errno: errno) }
        } else {
            guard unlink(path) == 0 else { throw FileFailure.failure("delete", path, errno: errno) }
        }
    }

    /// A folder may be moved to an empty one, as the system sees to.
    ///
    /// - Throws: a `Failure` of kind `invalid` where that would put a folder into itself.
    package func move(_ path: String, to destination: String) throws {
        if try info(path)?.kind != .folder { try requireReplaceable(destination) }
        if rename(path, destination) == 0 { return }
        if errno == EINVAL {
            throw Failure(
                .invalid, "can't move \"\(path)\" to \"\(destination)\": that is inside of it",
                hint: "name a place outside of it", code: "EINVAL")
        }
        // Another file system: the file is copied whole before the original goes.
        guard errno == EXDEV, try info(path)?.kind == .file else {
            throw FileFailure.failure("move", path, errno: errno)
        }
        try copy(path, to: destination)
        guard unlink(path) == 0 else { throw FileFailure.failure("move", path, errno: errno) }
    }

    package func moveIfFree(_ path: String, to destination: String) throws -> Bool {
        // Not rename, which replaces what somebody else may put there just now.
        if link(path, destination) == 0 {
            unlink(path)
            return true
        }
        switch errno {
        case EEXIST: return false
        // A file system without links.
        case EPERM, ENOTSUP:
            guard try info(destination) == nil else { return false }
            try move(path, to: destination)
            return true
        default: throw FileFailure.failure("move", path, errno: errno)
        }
    }

    package func copy(_ path: String, to destination: String) throws {
        // Else to open a pipe would wait for who writes to it.
        let source = try OpenFile(path, flags: O_RDONLY | O_NONBLOCK, action: "copy")
        let information = try source.information()
        switch information.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FileFailure.failure("copy", path, errno: EISDIR)
        default:
            throw Failure(
                .invalid, "can't copy \"\(path)\": \(ReplacedFile.Objection.isSpecial.rawValue)",
                hint: "read it with files.read, and write what that gives")
        }
        try replace(destination, mode: information.st_mode & 0o777) { file throws(Failure) in
            while true {
                let piece = try source.read(upTo: Self.chunk)
                if piece.isEmpty { return }
                try file.write(piece, named: destination)
            }
        }
    }

    private func requireReplaceable(_ path: String) throws(Failure) {
        switch ReplacedFile.objection(to: path) {
        case nil: break
        case .isFolder: throw FileFailure.failure("write", path, errno: EISDIR)
        case .isSpecial:
            throw Failure(
                .invalid, "can't write \"\(path)\": \(ReplacedFile.Objection.isSpecial.rawValue)", hint: "name a file")
        }
    }

    /// Writes beside `path`, or beside what it links to, with the permissions of what is there, then renames over it: the
    /// old content stays until the new is whole and on disk. On disk under its name when it returns, so that what a move
    /// copies from is not gone before.
    private func replace(
        _ path: String, mode: UInt32, _ fill: (borrowing OpenFile) throws(Failure) -> Void
    ) throws(Failure) {
        try requireReplaceable(path)
        guard let target = ReplacedFile.target(of: path) else {
            throw Failure(
                .invalid, "can't write \"\(path)\": it is a link that leads to no file",
                hint: "name the file itself, or delete the link")
        }
        var replaced = stat()
        let isReplacement = stat(target, &replaced) == 0
        // Nobody may have it open who may not read what is there.
        let file = try DraftFile.open(for: target, mode: isReplacement ? replaced.st_mode & 0o777 : mode)
        do throws(Failure) {
            if isReplacement { fchmod(file.descriptor, replaced.st_mode & 0o777) }
            try fill(file)
            try file.sync(named: path)
            guard rename(file.path, target) == 0 else { throw FileFailure.failure("write", path, errno: errno) }
        } catch {
            unlink(file.path)
            throw error
        }
        guard ParentFolder.sync(of: target) else { throw FileFailure.failure("write", path, errno: errno) }
    }

    private func tooLarge(_ path: String, limit: Int) -> Failure {
        Failure(
            .invalid, "\"\(path)\" has more than \(limit) bytes", hint: "pass the file itself on instead of its content"
        )
    }

    private func kind(_ mode: mode_t) -> FileInfo.Kind {
        switch mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFLNK: .link
        default: .other
        }
    }
}

extension stat {
    fileprivate var modified: Timestamp {
        Timestamp(seconds: Int64(st_mtim.tv_sec), nanoseconds: Int32(st_mtim.tv_nsec))
    }
}

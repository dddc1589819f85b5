import FlowCore
import Glibc

/// The few things that tests of the binary do with files.
package enum Folder {
    package static func list(_ path: String) throws -> [String] {
        guard let names = FolderNames.list(path) else { throw Failure(.notFound, "no folder \(path)") }
        return names
    }

    package static func read(_ path: String) throws -> String { String(decoding: try bytes(of: path), as: UTF8.self) }

    package static func bytes(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Failure(.notFound, "no file \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    /// Every file below a folder, links left out.
    package static func files(below path: String) -> [String] {
        ((try? list(path)) ?? []).flatMap { name -> [String] in
            var facts = stat()
            guard lstat("\(path)/\(name)", &facts) == 0 else { return [] }
            switch facts.st_mode & S_IFMT {
            case S_IFDIR: return files(below: "\(path)/\(name)")
            case S_IFREG: return ["\(path)/\(name)"]
            default: return []
            }
        }
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Folders above it are made.
    package static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    /// Folders above it are made.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
        guard let file = fopen(path, "w") else { throw Failure(.permission, "can't write \(path)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw Failure(.invalid, "can't write \(path)")
        }
    }

    /// A new folder that only this user can enter; the caller deletes it.
    package static func temporary() throws -> String {
        var template = Array("/tmp/flowctl-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(.permission, "can't make a folder in /tmp") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package static func delete(_ path: String) {
        // A link is removed, not followed.
        if unlink(path) == 0 { return }
        for name in (try? list(path)) ?? [] { delete("\(path)/\(name)") }
        rmdir(path)
    }
}

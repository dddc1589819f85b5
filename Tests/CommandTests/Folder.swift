import FlowCore
import Glibc

/// The few things these tests do with files.
enum Folder {
    static func list(_ path: String) throws -> [String] {
        guard let stream = opendir(path) else { throw Failure(.notFound, "no folder \(path)") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func read(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw Failure(.notFound, "no file \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Folders above it are made.
    static func write(_ text: String, to path: String) throws {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
        guard let file = fopen(path, "w") else { throw Failure(.permission, "can't write \(path)") }
        fputs(text, file)
        fclose(file)
    }

    /// A new folder that only this user can enter; the caller deletes it.
    static func temporary() throws -> String {
        var template = Array("/tmp/flowctl-case-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(.permission, "can't make a folder in /tmp") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func delete(_ path: String) {
        // A link is removed, not followed.
        if unlink(path) == 0 { return }
        for name in (try? list(path)) ?? [] { delete("\(path)/\(name)") }
        rmdir(path)
    }
}

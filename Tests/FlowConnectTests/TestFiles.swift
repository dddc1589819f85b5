import FlowCore
import FlowSpec
import Glibc

/// Files of the source tree, for tests that read cases and vendors' documents.
enum TestFiles {
    /// The folder of these tests.
    static let folder: String = {
        var parts = #filePath.split(separator: "/")
        parts.removeLast()
        return "/" + parts.joined(separator: "/")
    }()

    /// The root of the source tree.
    static let root = folder.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }

    /// Names in a folder, sorted; none where it doesn't exist.
    static func list(_ path: String) -> [String] {
        (FolderNames.list(path) ?? []).filter { !$0.hasPrefix(".") }
    }

    /// nil where the file can't be read.
    static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        return drain(file)
    }

    /// The output of `gzip -dc` for a file; nil where it can't be read.
    static func unzip(_ path: String) -> [UInt8]? {
        guard access(path, R_OK) == 0, let pipe = popen("gzip -dc '\(path)'", "r") else { return nil }
        defer { pclose(pipe) }
        return drain(pipe)
    }

    private static func drain(_ file: UnsafeMutablePointer<FILE>) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}

/// A tree of files in memory that can be listed.
struct MemoryFiles: FileSystem {
    var texts: [String: String]
    /// Paths of pipes, which nobody writes to.
    var pipes: Set<String> = []
    /// When all of them were changed.
    var modified = Timestamp(seconds: 0)

    func read(_ path: String, limit: Int) throws -> [UInt8] {
        guard let text = texts[path] else { throw Failure(.notFound, "there is no file \(path)") }
        return Array(text.utf8)
    }

    func info(_ path: String) throws -> FileInfo? {
        let kind: FileInfo.Kind? =
            pipes.contains(path)
            ? .other : texts[path] != nil ? .file : names.contains { $0.hasPrefix(path + "/") } ? .folder : nil
        return kind.map {
            FileInfo(
                kind: $0, size: Int64(texts[path]?.utf8.count ?? 0), modified: modified, mode: 0o644)
        }
    }

    private var names: Set<String> { pipes.union(texts.keys) }

    func list(_ path: String) throws -> [String] {
        names.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.count + 1)) }
            .filter { !$0.contains("/") }.sorted()
    }

    func createFolder(_ path: String) throws {}
    func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws { throw unexpected }
    func append(_ bytes: [UInt8], to path: String) throws { throw unexpected }
    func delete(_ path: String, recursive: Bool) throws { throw unexpected }
    func move(_ path: String, to destination: String) throws { throw unexpected }
    func copy(_ path: String, to destination: String) throws { throw unexpected }
    private var unexpected: Failure { Failure(.internal, "this test does not expect a change of files") }
}

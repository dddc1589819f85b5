import FlowCore
import FlowSpec
import FlowTestKit

/// A folder with one file, which is all that may be read.
struct OneFile: FileSystem {
    let name: String
    let content: String
    private let others = UnexpectedUse()

    init(_ name: String, _ content: String) {
        self.name = name
        self.content = content
    }

    func list(_ path: String) -> [String] { [name] }
    func read(_ path: String, limit: Int) -> [UInt8] { Array(content.utf8) }
    func info(_ path: String) -> FileInfo? {
        FileInfo(kind: .file, size: Int64(content.utf8.count), modified: Timestamp(seconds: 0), mode: 0o644)
    }

    func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws {
        try others.write(bytes, to: path, mode: mode)
    }
    func append(_ bytes: [UInt8], to path: String) throws { try others.append(bytes, to: path) }
    func createFolder(_ path: String) throws { try others.createFolder(path) }
    func delete(_ path: String, recursive: Bool) throws { try others.delete(path, recursive: recursive) }
    func move(_ path: String, to destination: String) throws { try others.move(path, to: destination) }
    func copy(_ path: String, to destination: String) throws { try others.copy(path, to: destination) }
}

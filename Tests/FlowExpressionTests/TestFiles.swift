import Glibc

/// Files the tests read: their own, and those beside the repository where they exist.
enum TestFiles {
    /// The folder of the package.
    static var root: String {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }

    static func lines(_ path: String) -> [String]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A file in a new folder.
    static func write(_ bytes: [UInt8], to folder: String, named name: String) throws {
        mkdir(folder, 0o700)
        guard let file = fopen(folder + "/" + name, "w") else { throw Unwritable() }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Unwritable() }
    }

    static func remove(_ folder: String, _ name: String) {
        unlink(folder + "/" + name)
        rmdir(folder)
    }

    private struct Unwritable: Error {}
}

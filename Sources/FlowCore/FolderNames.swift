import Glibc

/// What lies in a folder.
package enum FolderNames {
    /// The names without `.` and `..`, sorted; nil where the folder can't be read, for which `errno` has the reason.
    /// What isn't UTF-8 in them is `\u{FFFD}`.
    package static func list(_ path: String) -> [String]? {
        guard let stream = opendir(path) else { return nil }
        defer { closedir(stream) }
        return bytes(of: stream).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    /// The same as they are stored, in no order, of a folder that is open.
    package static func bytes(ofFolder descriptor: Int32) -> [[UInt8]]? {
        // One of its own, which is read from the start and closed with the stream.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { return nil }
        guard let stream = fdopendir(own) else {
            close(own)
            return nil
        }
        defer { closedir(stream) }
        return bytes(of: stream)
    }

    private static func bytes(of stream: OpaquePointer) -> [[UInt8]] {
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { names.append(name) }
        }
        return names
    }
}

/// A file on disk as a value: what a download returns and an upload takes.
package struct FileReference: Sendable, Hashable {
    /// Absolute path on this machine.
    package var path: String
    /// The name to show and to send; never contains a slash.
    package var name: String
    /// Bytes.
    package var size: Int64
    /// As in `Content-Type`, where it is known.
    package var mediaType: String?
    /// Lower-case hexadecimal SHA-256, where it has been computed.
    package var sha256: String?
    /// The bytes that are meant, where it isn't all of them; `size` is their number then.
    package private(set) var stretch: Range<Int64>?

    package init(path: String, name: String? = nil, size: Int64, mediaType: String? = nil, sha256: String? = nil) {
        self.path = path
        self.name = name ?? (path.split(separator: "/").last.map(String.init) ?? path)
        self.size = size
        self.mediaType = mediaType
        self.sha256 = sha256
    }

    /// A part of it, to be sent alone.
    package func stretch(_ range: Range<Int64>) -> FileReference {
        var part = self
        part.stretch = range
        part.size = Int64(range.count)
        part.sha256 = nil
        return part
    }

    /// The members expressions and JSON see: `path`, `name`, `size`, `media_type`, `sha256`.
    package var asMap: ValueMap {
        var map = ValueMap()
        map["path"] = .string(path)
        map["name"] = .string(name)
        map["size"] = .int(size)
        if let mediaType { map["media_type"] = .string(mediaType) }
        if let sha256 { map["sha256"] = .string(sha256) }
        return map
    }
}

/// A sequence of values that is produced while it is read, such as the pages of a list.
///
/// A stream can be read once, by one reader.
package final class ValueStream: Sendable {
    private let produce: @Sendable () async throws -> Value?

    /// - Parameter next: gives the next value, nil at the end; called by one reader at a time.
    package init(next: @escaping @Sendable () async throws -> Value?) { produce = next }

    package func next() async throws -> Value? { try await produce() }

    /// Reads the rest into a list.
    package func collect() async throws -> [Value] {
        var items: [Value] = []
        while let item = try await next() { items.append(item) }
        return items
    }
}

import CReference

/// The tz database inside the binary, for systems that have none. `scripts/embed-reference` describes its form.
enum EmbeddedZones {
    /// The TZif file of a zone; nil where the name is unknown.
    static func file(_ name: String) -> [UInt8]? {
        guard let entry = entries.first(where: { $0.name.elementsEqual(name.utf8) }) else { return nil }
        return Array(entry.file)
    }

    /// Such as `2026a`.
    static var version: String { String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self) }

    static var names: [String] { entries.map { String(decoding: $0.name, as: UTF8.self) } }

    private static var bytes: UnsafeBufferPointer<UInt8> {
        var length = 0
        let start = reference_zones(&length)
        return UnsafeBufferPointer(start: start, count: length)
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>.SubSequence

    private static var entries: [(name: Bytes, file: Bytes)] {
        let bytes = bytes
        var position = version.utf8.count + 1
        func number() -> Int {
            defer { position += 4 }
            return bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let places = (0..<number()).map { _ in
            let name = bytes[position...].prefix { $0 != 0 }
            position = name.endIndex + 1
            return (name: name, start: number(), length: number())
        }
        return places.map { ($0.name, bytes[position + $0.start..<position + $0.start + $0.length]) }
    }
}

/// The words, in small letters, and marks of a statement without comments and quotes.
struct SQLWords {
    private let bytes: [UInt8]
    /// Behind the last one.
    private(set) var position = 0

    init(_ sql: String, _ dialect: SQLDialect) { bytes = SQLReader.skeleton(of: sql, dialect) }

    mutating func next() -> String? {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        guard position < bytes.count else { return nil }
        let start = position
        position += 1
        if Self.isOfWord(bytes[start]) {
            while position < bytes.count, Self.isOfWord(bytes[position]) { position += 1 }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...: true
        default: false
        }
    }
}

import FlowCore

/// The associated data of a row's box: a JSON list.
///
/// Written without the detour over values, as listing a vault makes one for every row.
struct BoxContext {
    private(set) var bytes: [UInt8]
    private let start: Int

    /// Begins the list; ``close()`` ends it.
    init(_ table: String, _ vaultID: String) {
        bytes = []
        bytes.reserveCapacity(512)
        bytes.append(contentsOf: "[\"flowctl vault\",\"\(table)\",\"\(vaultID)\"".utf8)
        start = bytes.count
    }

    mutating func add(_ text: (some ColumnText)?) {
        guard let text else { return add(raw: "null") }
        if !text.withBytes({ add($0) }) { add(raw: JSON.quoted(text.string)) }
    }

    /// - Returns: false, with nothing done, where there are characters that JSON writes as numbers.
    private mutating func add(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !BoxContext.isPlain(UnsafeRawBufferPointer(utf8)) else {
            bytes.append(UInt8(ascii: ","))
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: utf8)
            bytes.append(UInt8(ascii: "\""))
            return true
        }
        guard utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return false }
        bytes.append(UInt8(ascii: ","))
        bytes.append(UInt8(ascii: "\""))
        for byte in utf8 {
            if BoxContext.isQuoted(byte) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
        return true
    }

    /// Whether a backslash stands before it.
    private static func isQuoted(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") }

    /// Whether JSON takes all of a text as it is. Eight bytes at a time: nothing else of a row is looked at byte by byte.
    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        var special: UInt64 = 0
        var start = 0
        while start + 8 <= text.count {
            special |= marks(text.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            start += 8
        }
        var rest: UInt64 = 0
        for byte in text[start...] { rest = rest << 8 | UInt64(byte) }
        // Letters where there are no bytes.
        for _ in text.count - start..<8 { rest = rest << 8 | UInt64(UInt8(ascii: "a")) }
        return (special | marks(rest)) & (ones << 7) == 0
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// Sets the highest bit of each byte that is a control character, a quotation mark or a backslash. Bytes above one may
    /// be marked wrongly, but none where there is no such byte.
    private static func marks(_ word: UInt64) -> UInt64 {
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        return (word &- ones &* 0x20) & ~word | zeros(word ^ ones &* 0x22) | zeros(word ^ ones &* 0x5C)
            | zeros(word ^ ones &* 0x7F)
    }

    mutating func add(raw json: String) {
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: json.utf8)
    }

    mutating func close() { bytes.append(UInt8(ascii: "]")) }

    /// Back to the beginning, for another row of the table.
    mutating func restart() { bytes.removeLast(bytes.count - start) }
}

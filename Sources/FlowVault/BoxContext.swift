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

    mutating func add(_ string: String?) {
        guard var string else { return add(raw: "null") }
        let isDone = string.withUTF8 { utf8 in
            var isPlain = true
            var isWritten = true
            // Without a way out half-way, so that the processor takes many bytes at once.
            for byte in utf8 {
                isPlain = isPlain && !BoxContext.isQuoted(byte)
                isWritten = isWritten && byte >= 0x20 && byte != 0x7F
            }
            guard isWritten else { return false }
            bytes.append(UInt8(ascii: ","))
            bytes.append(UInt8(ascii: "\""))
            if isPlain {
                bytes.append(contentsOf: utf8)
            } else {
                for byte in utf8 {
                    if BoxContext.isQuoted(byte) { bytes.append(UInt8(ascii: "\\")) }
                    bytes.append(byte)
                }
            }
            bytes.append(UInt8(ascii: "\""))
            return true
        }
        if !isDone { add(raw: JSON.quoted(string)) }
    }

    /// Whether a backslash stands before it.
    private static func isQuoted(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") }

    mutating func add(raw json: String) {
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: json.utf8)
    }

    mutating func close() { bytes.append(UInt8(ascii: "]")) }

    /// Back to the beginning, for another row of the table.
    mutating func restart() { bytes.removeLast(bytes.count - start) }
}

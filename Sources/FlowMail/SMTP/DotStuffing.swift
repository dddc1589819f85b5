/// A message as it goes over the wire: a dot at the start of a line is doubled, since a dot alone ends the message
/// (RFC 5321, 4.5.2).
struct DotStuffing {
    private static let dot = UInt8(ascii: ".")
    private(set) var isAtLineStart = true

    /// - Parameter bytes: what follows the bytes before.
    mutating func stuffed(_ bytes: [UInt8]) -> [UInt8] {
        defer { if let last = bytes.last { isAtLineStart = last == 0x0A } }
        // Base64 has no dots at all.
        guard bytes.contains(Self.dot) else { return bytes }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 16)
        var startsLine = isAtLineStart
        for byte in bytes {
            if startsLine, byte == Self.dot { output.append(Self.dot) }
            output.append(byte)
            startsLine = byte == 0x0A
        }
        return output
    }

    /// What ends the message.
    var end: String { isAtLineStart ? ".\r\n" : "\r\n.\r\n" }
}

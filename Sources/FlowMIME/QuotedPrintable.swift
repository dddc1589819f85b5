/// Text as lines of at most 76 characters of ASCII that stay readable (RFC 2045, 6.7).
enum QuotedPrintable {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// - Parameter text: bytes in which CR and LF are there as line breaks only.
    static func encode(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 8)
        var width = 0
        for (index, byte) in text.enumerated() {
            if byte == 0x0D || byte == 0x0A {
                output.append(byte)
                width = 0
                continue
            }
            let isLast = index + 1 == text.count || text[index + 1] == 0x0D
            let isSpace = byte == 0x20 || byte == 0x09
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || isSpace && !isLast
            let needed = isPlain ? 1 : 3
            // The last column is for the sign that the line goes on.
            if width + needed > (isLast ? 76 : 75) {
                output += [UInt8(ascii: "="), 0x0D, 0x0A]
                width = 0
            }
            if isPlain {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
            width += needed
        }
        return output
    }
}

/// Resolves the escapes inside a string or bytes literal.
///
/// `\x41` and `\101` are a code point in a string and a byte in bytes; `\u` and `\U` exist in strings only.
struct EscapeReader {
    private let bytes: [UInt8]
    private let end: Int
    private let isBytes: Bool
    private var position: Int
    private var output: [UInt8] = []

    init(bytes: [UInt8], range: Range<Int>, isBytes: Bool) {
        self.bytes = bytes
        self.isBytes = isBytes
        position = range.lowerBound
        end = range.upperBound
    }

    mutating func read() throws(SyntaxFault) -> [UInt8] {
        while position < end {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\\") { try escape() } else { output.append(byte) }
        }
        return output
    }

    private mutating func escape() throws(SyntaxFault) {
        let start = position - 1
        guard position < end else { throw invalid(start) }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            output.append(letter)
        case UInt8(ascii: "a"): output.append(0x07)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "v"): output.append(0x0B)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): try append(digits(2, radix: 16, from: start), from: start)
        case UInt8(ascii: "u") where !isBytes: try append(digits(4, radix: 16, from: start), from: start)
        case UInt8(ascii: "U") where !isBytes: try append(digits(8, radix: 16, from: start), from: start)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            position -= 1
            try append(digits(3, radix: 8, from: start), from: start)
        default: throw invalid(start)
        }
    }

    private mutating func digits(_ count: Int, radix: Int, from start: Int) throws(SyntaxFault) -> UInt32 {
        guard position + count <= end,
            let code = UInt32(String(decoding: bytes[position..<position + count], as: UTF8.self), radix: radix),
            Character(Unicode.Scalar(bytes[position])).isHexDigit
        else { throw invalid(start) }
        position += count
        return code
    }

    private mutating func append(_ code: UInt32, from start: Int) throws(SyntaxFault) {
        if isBytes {
            output.append(UInt8(code))
        } else if let scalar = Unicode.Scalar(code) {
            output.append(contentsOf: String(Character(scalar)).utf8)
        } else {
            throw SyntaxFault(message: "the escape is no Unicode character", range: start..<position)
        }
    }

    private func invalid(_ start: Int) -> SyntaxFault {
        var stop = min(position, end)
        while stop < end, bytes[stop] & 0xC0 == 0x80 { stop += 1 }
        return SyntaxFault(
            message: "invalid escape in a string", hint: "double the backslash, or put \"r\" before the quote",
            range: start..<max(stop, start + 1))
    }
}

/// A text as its UTF-8, read character by character in both directions.
struct PatternText {
    let bytes: [UInt8]
    private let alphabet: PatternAlphabet

    init(_ text: String, _ alphabet: PatternAlphabet) {
        bytes = Array(text.utf8)
        self.alphabet = alphabet
    }

    var count: Int { bytes.count }

    subscript(range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Where the character that ends at `end` starts.
    @inline(__always)
    func start(before end: Int) -> Int {
        var index = end - 1
        while bytes[index] & 0xC0 == 0x80 { index -= 1 }
        return index
    }

    /// Where the character that starts at `start` ends.
    func end(after start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
        return index
    }

    /// The class of the character that starts at `start`.
    @inline(__always)
    func number(at start: Int) -> Int {
        let byte = bytes[start]
        return byte < 0x80 ? alphabet.number(ofASCII: byte) : alphabet.number(of: code(at: start))
    }

    /// What stands before a place. Newlines and the characters of words are ASCII.
    @inline(__always)
    func neighbour(before place: Int) -> PatternAlphabet.Neighbour {
        guard place > 0 else { return .none }
        let byte = bytes[place - 1]
        guard byte < 0x80 else { return .other }
        return byte == 0x0A ? .newline : Lexer.continuesName(byte) ? .word : .other
    }

    private func code(at start: Int) -> UInt32 {
        let first = UInt32(bytes[start])
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        return bytes[start + 1..<start + length].reduce(first & (0x7F >> UInt32(length))) {
            $0 << 6 | UInt32($1 & 0x3F)
        }
    }
}

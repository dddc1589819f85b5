/// The encoded words of a header field, such as `=?utf-8?B?…?=` (RFC 2047), from left to right.
///
/// Goes once through the text, whatever a stranger wrote there: where a word may end is remembered for all that could
/// begin before.
struct EncodedWords {
    struct Word {
        /// In lower case.
        let charset: String
        let bytes: [UInt8]
        let place: Range<Int>
    }

    private static let mark = UInt8(ascii: "?")
    private static let sign = UInt8(ascii: "=")

    private let text: [UInt8]
    private var position = 0
    /// No end of a word stands between the start that was looked at last and here.
    private var end = 0

    init(_ text: [UInt8]) { self.text = text }

    mutating func next() -> Word? {
        while position + 1 < text.count {
            guard text[position] == Self.sign, text[position + 1] == Self.mark else {
                position += 1
                continue
            }
            let word = word(at: position)
            position = word?.place.upperBound ?? position + 2
            if let word { return word }
        }
        return nil
    }

    private mutating func word(at start: Int) -> Word? {
        guard let mark = text[(start + 2)...].firstIndex(of: Self.mark), mark + 2 < text.count,
            text[mark + 2] == Self.mark
        else { return nil }
        let encoding: String
        switch text[mark + 1] {
        case UInt8(ascii: "b"), UInt8(ascii: "B"): encoding = "base64"
        case UInt8(ascii: "q"), UInt8(ascii: "Q"): encoding = "q"
        default: return nil
        }
        // A language may follow (RFC 2231, 5).
        let charset = text[(start + 2)..<mark].prefix { $0 != UInt8(ascii: "*") }
        guard !charset.isEmpty, charset.allSatisfy({ (0x21...0x7E).contains($0) }), let end = end(from: mark + 3) else {
            return nil
        }
        var decoder = TransferDecoder(encoding)
        var bytes: [UInt8] = []
        decoder.decode(text[(mark + 3)..<end], into: &bytes)
        decoder.finish(into: &bytes)
        return Word(
            charset: String(decoding: charset, as: UTF8.self).lowercased(), bytes: bytes, place: start..<(end + 2))
    }

    /// Where `?=` stands next.
    private mutating func end(from content: Int) -> Int? {
        end = max(end, content)
        while end + 1 < text.count {
            if text[end] == Self.mark, text[end + 1] == Self.sign { return end }
            end += 1
        }
        return nil
    }
}

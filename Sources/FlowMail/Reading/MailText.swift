import FlowCore

/// Texts of mail as people wrote them.
package enum MailText {
    /// Bytes in a character set that a message names.
    ///
    /// - Parameter charset: nil or unknown where the message doesn't say or lies; then what is no UTF-8 is taken for
    ///   Windows-1252, which most such mail is.
    package static func decode(_ bytes: [UInt8], charset: String?) -> String {
        if let charset, !charset.isEmpty,
            let text = CharacterSet(bytes, contentType: "text/plain; charset=\(charset.lowercased())").text(bytes)
        {
            return text
        }
        return String(validating: bytes, as: UTF8.self)
            ?? CharacterSet(bytes, contentType: "text/plain; charset=iso-8859-1").text(bytes)
            ?? String(decoding: bytes, as: UTF8.self)
    }

    /// The text of a header field, with its encoded words (RFC 2047) read and its folds undone.
    package static func header(_ bytes: [UInt8]) -> String {
        let line = Array(decode(bytes.filter { $0 != .carriageReturn && $0 != .lineFeed }, charset: nil).utf8)
        var text = ""
        // Bytes of neighbours in one character set are read together: some senders cut through a character.
        var charset: String?
        var pending: [UInt8] = []
        func flush() {
            if let charset { text += decode(pending, charset: charset) }
            charset = nil
            pending.removeAll()
        }
        var rest = line[...]
        var words = EncodedWords(line)
        while let word = words.next() {
            let between = rest[..<word.place.lowerBound]
            // Space between encoded words doesn't count.
            if charset == nil || !between.allSatisfy({ $0 == .space || (0x09...0x0D).contains($0) }) {
                flush()
                text += String(decoding: between, as: UTF8.self)
            } else if charset != word.charset {
                flush()
            }
            charset = word.charset
            pending += word.bytes
            rest = rest[word.place.upperBound...]
        }
        flush()
        text += String(decoding: rest, as: UTF8.self)
        return String(text.map { $0 == "\t" || $0.isNewline ? " " : $0 })
    }
}

extension MailText {
    /// Text whose lines end as on this system.
    static func withUnixLines(_ text: String) -> String {
        guard text.utf8.contains(0x0D) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte == 0x0A, bytes.last == 0x0D { bytes.removeLast() }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

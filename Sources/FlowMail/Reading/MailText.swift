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
        let line = decode(bytes.filter { $0 != 0x0D && $0 != 0x0A }, charset: nil)
        guard line.contains("=?") else { return line.map { $0 == "\t" ? " " : String($0) }.joined() }
        var text = ""
        // Bytes of neighbours in one character set are read together: some senders cut through a character.
        var pending: (charset: String, bytes: [UInt8])?
        func flush() {
            if let word = pending { text += decode(word.bytes, charset: word.charset) }
            pending = nil
        }
        var rest = line[...]
        while let start = rest.firstRange(of: "=?") {
            let between = rest[..<start.lowerBound]
            guard let word = EncodedWord(rest[start.lowerBound...]) else {
                flush()
                text += rest[..<start.upperBound]
                rest = rest[start.upperBound...]
                continue
            }
            // Space between encoded words doesn't count.
            if pending == nil || !between.allSatisfy(\.isWhitespace) {
                flush()
                text += between
            } else if pending?.charset != word.charset {
                flush()
            }
            pending = (word.charset, (pending?.bytes ?? []) + word.bytes)
            rest = rest[word.end...]
        }
        flush()
        text += rest
        return text.map { $0 == "\t" || $0.isNewline ? " " : String($0) }.joined()
    }
}

/// `=?utf-8?B?…?=` at the start of a text.
private struct EncodedWord {
    let charset: String
    let bytes: [UInt8]
    let end: Substring.Index

    init?(_ text: Substring) {
        let parts = text.dropFirst(2).split(separator: "?", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].count == 1, let close = parts[2].firstRange(of: "?=") else { return nil }
        let content = parts[2][..<close.lowerBound]
        // A language may follow (RFC 2231, 5).
        charset = parts[0].prefix { $0 != "*" }.lowercased()
        guard !charset.isEmpty, charset.allSatisfy({ $0.isASCII && !$0.isWhitespace }) else { return nil }
        end = close.upperBound
        var decoder: TransferDecoder
        switch parts[1].lowercased() {
        case "b": decoder = TransferDecoder("base64")
        case "q" where !content.contains(where: \.isNewline): decoder = TransferDecoder("q")
        default: return nil
        }
        var bytes: [UInt8] = []
        decoder.decode(Array(content.utf8)[...], into: &bytes)
        decoder.finish(into: &bytes)
        self.bytes = bytes
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

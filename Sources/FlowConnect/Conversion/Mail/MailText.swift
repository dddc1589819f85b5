import FlowCore

/// Text in the header of a mail message (RFC 5322), which holds ASCII only (RFC 2047).
enum MailText {
    /// What a subject holds: as it is where it may be, else in encoded words.
    static func unstructured(_ text: String) -> String {
        isPlain(text) && !text.contains("=?") && !text.hasPrefix(" ") && !text.hasSuffix(" ") ? text : encoded(text)
    }

    /// The name before an address: words as they are, quoted where that is needed, or in encoded words.
    static func phrase(_ text: String) -> String {
        guard isPlain(text), !text.contains("=?") else { return encoded(text) }
        let isWords = text.utf8.allSatisfy { isAtomText($0) || $0 == 0x20 } && text.trimmed == text
        return isWords ? text : quoted(text)
    }

    static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// A parameter of a header field: `filename="a.txt"`, or with other characters `filename*=UTF-8''…` (RFC 2231).
    static func parameter(_ name: String, _ text: String) -> String {
        isPlain(text) ? "\(name)=\(quoted(text))" : "\(name)*=UTF-8''\(PercentEncoding.encode(text))"
    }

    /// A field with line breaks at spaces, so that lines have at most 78 characters where the words allow it.
    static func field(_ name: String, _ value: String) -> String {
        var lines: [String] = []
        var line = "\(name):"
        for word in value.split(separator: " ", omittingEmptySubsequences: false) {
            // A line of spaces alone would not be one of the field.
            if line.utf8.count + 1 + word.utf8.count > 78, !word.isEmpty, line.contains(where: { $0 != " " }),
                line != "\(name):"
            {
                lines.append(line)
                line = ""
            }
            line += " \(word)"
        }
        return (lines + [line]).joined(separator: "\r\n")
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }

    /// Encoded words of at most 64 characters, so that one fits beside the name of a field, each of whole characters.
    private static func encoded(_ text: String) -> String {
        var words: [String] = []
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > 39 {
                words.append(word(bytes))
                bytes = []
            }
            bytes += next
        }
        if !bytes.isEmpty { words.append(word(bytes)) }
        return words.joined(separator: " ")
    }

    private static func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Base64.encode(bytes))?=" }
}

import FlowCore

/// Text in the header of a mail message, which holds ASCII only, in lines (RFC 5322, RFC 2047, RFC 2231).
enum HeaderText {
    /// What a line should have at most; only a word that is longer makes it longer.
    private static let width = 78
    /// A line may never have more than 998 bytes. Longer words are encoded, which can be broken anywhere.
    private static let longestWord = 900

    /// What a subject holds: as it is where it may be, else in encoded words.
    static func unstructured(_ text: String) -> String {
        let staysAsItIs =
            isPlain(text) && !text.contains("=?") && !text.hasPrefix(" ") && !text.hasSuffix(" ")
            && text.split(separator: " ").allSatisfy { $0.utf8.count <= longestWord }
        return staysAsItIs ? text : encoded(text)
    }

    /// The name before an address: words as they are, quoted where that is needed, or in encoded words.
    static func phrase(_ text: String) -> String {
        guard isPlain(text), !text.contains("=?"), text.utf8.count <= longestWord else { return encoded(text) }
        let isWords = text.utf8.allSatisfy { isAtomText($0) || $0 == 0x20 } && text.trimmed == text
        return isWords ? text : quoted(text)
    }

    /// A parameter of a header field: `filename="a.txt"`, or with other characters `filename*=UTF-8''…`, in pieces where
    /// it is long.
    static func parameter(_ name: String, _ text: String) -> String {
        // Readers take an encoded word for one, though none may stand here, and drop spaces at the ends.
        let staysAsItIs = isPlain(text) && !text.contains("=?") && text.trimmed == text && text.utf8.count <= width
        if staysAsItIs { return "\(name)=\(quoted(text))" }
        let pieces = percentEncoded(text)
        guard pieces.count > 1 else { return "\(name)*=UTF-8''\(pieces.joined())" }
        return pieces.enumerated().map { index, piece in "\(name)*\(index)*=\(index == 0 ? "UTF-8''" : "")\(piece)" }
            .joined(separator: "; ")
    }

    /// A field with line breaks at spaces, so that lines have at most 78 characters where the words allow it.
    static func field(_ name: String, _ value: String) -> String {
        var lines: [String] = []
        var line = "\(name):"
        for word in value.split(separator: " ", omittingEmptySubsequences: false) {
            // A line of spaces alone would not be one of the field.
            if line.utf8.count + 1 + word.utf8.count > width, !word.isEmpty, line.contains(where: { $0 != " " }),
                line != "\(name):"
            {
                lines.append(line)
                line = ""
            }
            line += " \(word)"
        }
        return (lines + [line]).joined(separator: "\r\n")
    }

    /// A line break would begin a field of its own.
    static func requireOneLine(_ text: String, _ key: String) throws(Failure) {
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw Failure(.invalid, "\"\(key)\" of a message must not hold a line break or control character")
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
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
        pieces(of: text, upTo: 39) { $0.utf8.count }
            .map { "=?UTF-8?B?\(Base64.encode(Array($0.utf8)))?=" }.joined(separator: " ")
    }

    private static func percentEncoded(_ text: String) -> [String] {
        pieces(of: text, upTo: 54) { PercentEncoding.encode($0).utf8.count }.map { PercentEncoding.encode($0) }
    }

    /// The text in parts of whole characters, whose `size` is at most `limit`.
    private static func pieces(of text: String, upTo limit: Int, size: (String) -> Int) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var filled = 0
        for scalar in text.unicodeScalars {
            let added = size(String(scalar))
            if filled + added > limit, !piece.isEmpty {
                pieces.append(piece)
                piece = ""
                filled = 0
            }
            piece.unicodeScalars.append(scalar)
            filled += added
        }
        return piece.isEmpty ? pieces : pieces + [piece]
    }
}

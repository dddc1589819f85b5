import FlowCore

/// A part of a mail message: header fields and content in lines of ASCII (RFC 2045).
struct MailBody {
    private var fields: [String]
    private var lines: String

    /// The part as it stands in a message.
    var text: String { fields.joined(separator: "\r\n") + "\r\n\r\n" + lines }

    /// - Parameter subtype: `plain`, `html`
    init(text: String, subtype: String) {
        let lineBreaks: Set<Character> = ["\n", "\r", "\r\n"]
        let content = text.split(omittingEmptySubsequences: false) { lineBreaks.contains($0) }.joined(separator: "\r\n")
        let isASCII = content.utf8.allSatisfy { $0 < 0x80 && $0 != 0 }
        let isShort = content.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 }
        fields = ["Content-Type: text/\(subtype); charset=utf-8"]
        if isASCII, isShort {
            fields.append("Content-Transfer-Encoding: 7bit")
            lines = content
        } else {
            // What is foreign to ASCII for the most part is shorter in base64, and no less readable.
            let foreign = content.utf8.count { $0 >= 0x80 }
            let isText = foreign * 6 < content.utf8.count
            fields.append("Content-Transfer-Encoding: \(isText ? "quoted-printable" : "base64")")
            lines = isText ? QuotedPrintable.encode(content) : MailBody.base64(Array(content.utf8))
        }
    }

    init(attachment content: [UInt8], name: String, mediaType: String) {
        fields = [
            "Content-Type: \(mediaType)",
            MailText.field("Content-Disposition", "attachment; " + MailText.parameter("filename", name)),
            "Content-Transfer-Encoding: base64",
        ]
        lines = MailBody.base64(content)
    }

    /// - Parameter subtype: `mixed`, `alternative`
    init(parts: [MailBody], subtype: String, boundary: String) {
        fields = ["Content-Type: multipart/\(subtype); boundary=\"\(boundary)\""]
        lines = parts.map { "--\(boundary)\r\n\($0.text)\r\n" }.joined() + "--\(boundary)--\r\n"
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let text = Array(Base64.encode(bytes).utf8)
        return stride(from: 0, to: text.count, by: 76).map { start in
            String(decoding: text[start..<min(start + 76, text.count)], as: UTF8.self)
        }.joined(separator: "\r\n")
    }
}

/// Bytes as lines of at most 76 characters of ASCII that stay readable (RFC 2045, 6.7).
enum QuotedPrintable {
    /// - Parameter text: with line breaks of two characters.
    static func encode(_ text: String) -> String {
        text.split(separator: "\r\n", omittingEmptySubsequences: false).map(line).joined(separator: "\r\n")
    }

    private static func line(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var lines = ""
        var width = 0
        for (index, byte) in bytes.enumerated() {
            let isSpace = byte == 0x20 || byte == 0x09
            let isLast = index == bytes.count - 1
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || isSpace && !isLast
            let piece = isPlain ? String(UnicodeScalar(byte)) : escape(byte)
            // The last column is for the sign that the line goes on.
            if width + piece.utf8.count > (isLast ? 76 : 75) {
                lines += "=\r\n"
                width = 0
            }
            lines += piece
            width += piece.utf8.count
        }
        return lines
    }

    private static func escape(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "=" + (digits.count < 2 ? "0" : "") + digits
    }
}

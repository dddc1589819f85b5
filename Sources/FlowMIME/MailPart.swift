import FlowCore

/// A part of a mail message: header fields and content in lines of ASCII (RFC 2045).
struct MailPart {
    private var fields: [String]
    private var body = MailContent()

    /// The part as it stands in a message.
    var content: MailContent {
        var content = MailContent()
        content.append(fields.joined(separator: "\r\n") + "\r\n\r\n")
        content.append(body)
        return content
    }

    /// - Parameter subtype: `plain`, `html`
    init(text: String, subtype: String) {
        let content = MailPart.lines(text)
        fields = ["Content-Type: text/\(subtype); charset=utf-8"]
        if MailPart.isShortASCII(content) {
            fields.append("Content-Transfer-Encoding: 7bit")
            body.append(content)
        } else {
            // What is foreign to ASCII for the most part is shorter in base64, and no less readable.
            let isText = content.count { $0 >= 0x80 } * 6 < content.count
            fields.append("Content-Transfer-Encoding: \(isText ? "quoted-printable" : "base64")")
            body.append(isText ? QuotedPrintable.encode(content) : Base64Lines.encode(content))
        }
    }

    init(_ attachment: MailAttachment) {
        let disposition = attachment.isInline ? "inline" : "attachment"
        fields = [
            "Content-Type: \(attachment.mediaType)",
            HeaderText.field(
                "Content-Disposition", "\(disposition); " + HeaderText.parameter("filename", attachment.name)),
        ]
        if let id = attachment.contentID { fields.append("Content-ID: <\(id)>") }
        fields.append("Content-Transfer-Encoding: base64")
        switch attachment.content {
        case .bytes(let bytes): body.append(Base64Lines.encode(bytes))
        case .file(let file): body.append(base64: file)
        }
    }

    /// - Parameters:
    ///   - subtype: `mixed`, `alternative`, `related`
    ///   - root: the type of the first part, where that has to be said.
    init(parts: [MailPart], subtype: String, boundary: String, root: String? = nil) {
        let type = root.map { "; type=\"\($0)\"" } ?? ""
        fields = [HeaderText.field("Content-Type", "multipart/\(subtype)\(type); boundary=\"\(boundary)\"")]
        for part in parts {
            body.append("--\(boundary)\r\n")
            body.append(part.content)
            body.append("\r\n")
        }
        body.append("--\(boundary)--\r\n")
    }

    /// With line breaks of two characters, whatever they were.
    private static func lines(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0A || byte == 0x0D {
                if byte == 0x0D || previous != 0x0D { bytes += [0x0D, 0x0A] }
            } else {
                bytes.append(byte)
            }
            previous = byte
        }
        return bytes
    }

    private static func isShortASCII(_ text: [UInt8]) -> Bool {
        var width = 0
        for byte in text {
            width = byte == 0x0A ? 0 : width + 1
            // With the CR.
            if byte == 0 || byte >= 0x80 || width > 77 { return false }
        }
        return true
    }
}

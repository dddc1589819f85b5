import FlowCore
import FlowSpec

/// Which parts of a message are its text, and which are attachments.
struct MessageParts {
    /// The first text that isn't an attachment.
    private(set) var text: BodyPart?
    private(set) var html: BodyPart?
    /// All else that isn't a container, in order: files, images of the HTML, messages in the message, further texts.
    private(set) var attachments: [BodyPart] = []

    init(_ structure: BodyPart) { add(structure) }

    private mutating func add(_ part: BodyPart) {
        guard part.type != "multipart" else {
            for inner in part.parts { add(inner) }
            return
        }
        let isText = part.disposition != "attachment" && part.type == "text" && part.fileName == nil
        if isText, part.subtype == "plain", text == nil {
            text = part
        } else if isText, part.subtype == "html", html == nil {
            html = part
        } else {
            attachments.append(part)
        }
    }
}

extension BodyPart {
    /// As the sender has it; not to be trusted.
    var fileName: String? {
        let name = dispositionParameters.text("filename") ?? parameters.text("name")
        return name.flatMap { $0.isEmpty ? nil : $0 }
    }

    var charset: String? {
        parameters.first { $0.name == "charset" }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    /// Bytes when it is decoded, as far as that can be told before: how many of base64 end lines or fill the last group,
    /// and how many of quoted-printable are escaped, the server doesn't say.
    var decodedSize: UInt64 { encoding == "base64" ? size / 78 * 57 + size % 78 * 3 / 4 : size }

    /// What a listing says of an attachment.
    var asValue: Value {
        var map = ValueMap()
        map["name"] = .string(AttachmentName(self).text)
        map["media_type"] = .string(mediaType)
        map["size"] = .int(Int64(clamping: decodedSize))
        map["inline"] = .bool(disposition != "attachment" && (disposition == "inline" || contentID != nil))
        if let contentID {
            map["content_id"] = .string(String(decoding: contentID, as: UTF8.self).filter { $0 != "<" && $0 != ">" })
        }
        map["part"] = .string(section)
        return .map(map)
    }
}

package import FlowCore

/// A body of several parts, `multipart/form-data` (RFC 7578).
package struct MultipartBody: Sendable {
    package enum Part: Sendable, Hashable {
        case text(String)
        /// Streamed from disk.
        case file(FileReference)
    }

    /// What the parts are told apart by; no part may hold it.
    private let boundary: String

    package init(boundary: String) { self.boundary = boundary }

    package var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    package func body(_ fields: [(name: String, part: Part)]) -> HTTPBody {
        var parts: [HTTPBody] = []
        for (name, part) in fields {
            var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(MultipartBody.quoted(name))\""
            switch part {
            case .file(let file):
                head += "; filename=\"\(MultipartBody.quoted(file.name))\"\r\nContent-Type: "
                head += lineless(file.mediaType ?? "application/octet-stream")
                parts += [bytes(head + "\r\n\r\n"), file.asBody, bytes("\r\n")]
            case .text(let text): parts.append(bytes(head + "\r\n\r\n" + text + "\r\n"))
            }
        }
        parts.append(bytes("--\(boundary)--\r\n"))
        return .parts(parts)
    }

    private func bytes(_ text: String) -> HTTPBody { .bytes(Array(text.utf8)) }

    /// A line break would begin a field of its own.
    private func lineless(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }

    /// As browsers do it (HTML, multipart form data): quotes and line breaks percent-encoded, the rest as it is.
    fileprivate static func quoted(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": text += "%22"
            case "\r": text += "%0D"
            case "\n": text += "%0A"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension HTTPBody {
    /// The body with `replacement` for the texts of a form whose names are those of secrets, or `marked` ones.
    package func replacingSecretParts(
        marked: Set<String> = [], _ replacement: (_ name: String) -> String
    ) -> HTTPBody {
        guard case .parts(let parts) = self else { return self }
        let marked = Set(marked.map(MultipartBody.quoted))
        return .parts(
            parts.map { part in
                guard case .bytes(let bytes) = part, let text = String(validating: bytes, as: UTF8.self),
                    let (head, name) = HTTPBody.head(ofPart: text),
                    marked.contains(name) || SecretNames.coversParameter(name)
                else { return part }
                return .bytes(Array((head + replacement(name) + "\r\n").utf8))
            })
    }

    /// What stands before the content of a part that ``MultipartBody`` made, and its name; nil where it has no content.
    private static func head(ofPart text: String) -> (head: Substring, name: String)? {
        guard let start = text.firstRange(of: "form-data; name=\"")?.upperBound,
            let end = text[start...].firstIndex(of: "\""), let blank = text[end...].firstRange(of: "\r\n\r\n"),
            blank.upperBound < text.endIndex
        else { return nil }
        return (text[..<blank.upperBound], String(text[start..<end]))
    }
}

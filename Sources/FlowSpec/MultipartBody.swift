package import FlowCore

/// A body of several parts: `multipart/form-data` (RFC 7578) or `multipart/related` (RFC 2387).
package struct MultipartBody: Sendable {
    package enum Kind: Sendable, Hashable {
        case formData
        /// With the type of its first part.
        case related(root: String?)
    }

    package struct Part: Sendable, Hashable {
        package enum Content: Sendable, Hashable {
            case text(String)
            case bytes([UInt8])
            /// Streamed from disk.
            case file(FileReference)
        }

        package var content: Content
        package var mediaType: String?
        package var fileName: String?

        /// A field of a form, which has no type unless it is given one.
        package static func text(_ text: String) -> Part { Part(content: .text(text)) }

        package static func bytes(_ bytes: [UInt8]) -> Part {
            Part(content: .bytes(bytes), mediaType: "application/octet-stream")
        }

        package static func file(_ file: FileReference) -> Part {
            Part(
                content: .file(file), mediaType: file.mediaType ?? "application/octet-stream", fileName: file.name)
        }
    }

    /// What the parts are told apart by; no part may hold it.
    private let boundary: String
    private let kind: Kind

    package init(boundary: String, kind: Kind = .formData) {
        self.boundary = boundary
        self.kind = kind
    }

    package var contentType: String {
        switch kind {
        case .formData: "multipart/form-data; boundary=\(boundary)"
        case .related(let root):
            "multipart/related; boundary=\(boundary)"
                + (root.map { "; type=\"\(lineless(String($0.prefix { $0 != ";" })))\"" } ?? "")
        }
    }

    /// - Parameter fields: parts of `multipart/related` have no names.
    package func body(_ fields: [(name: String, part: Part)]) -> HTTPBody {
        var parts: [HTTPBody] = []
        for (name, part) in fields {
            let head = "--\(boundary)\r\n" + head(name, part).map { $0 + "\r\n" }.joined() + "\r\n"
            switch part.content {
            case .file(let file): parts += [bytes(head), file.asBody, bytes("\r\n")]
            case .bytes(let content): parts += [bytes(head), .bytes(content), bytes("\r\n")]
            case .text(let text): parts.append(bytes(head + text + "\r\n"))
            }
        }
        parts.append(bytes("--\(boundary)--\r\n"))
        return .parts(parts)
    }

    private func head(_ name: String, _ part: Part) -> [String] {
        var lines: [String] = []
        if kind == .formData {
            let file = part.fileName.map { "; filename=\"\(MultipartBody.quoted($0))\"" } ?? ""
            lines.append("Content-Disposition: form-data; name=\"\(MultipartBody.quoted(name))\"" + file)
        }
        if let type = part.mediaType { lines.append("Content-Type: " + lineless(type)) }
        return lines
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

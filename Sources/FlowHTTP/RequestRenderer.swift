package import FlowCore

/// A request as text for people: what a dry run prints.
package enum RequestRenderer {
    /// The request line, the headers, and after an empty line the body: JSON on several lines, other text as it is,
    /// files and bytes by their size.
    ///
    ///     POST https://slack.com/api/chat.postMessage
    ///     Authorization: ***
    ///     Content-Type: application/json
    ///
    ///     {
    ///       "channel": "C1"
    ///     }
    ///
    /// - Parameters:
    ///   - secretHeaders: names, in any case, whose values become `***`.
    ///   - masker: replaces the secrets it knows wherever they stand.
    package static func text(_ request: HTTPRequest, secretHeaders: Set<String>, masker: Masker) -> String {
        let secret = Set(secretHeaders.map { $0.lowercased() })
        var lines = ["\(request.method) \(request.url)"]
        for field in request.headers.fields {
            let isSecret = secret.contains(field.name.lowercased())
            lines.append("\(field.name): \(isSecret ? Masker.replacement : field.value)")
        }
        let body = text(request.body, mediaType: request.headers["content-type"] ?? "")
        if !body.isEmpty { lines += ["", body] }
        return terminalSafe(masker.mask(lines.joined(separator: "\n")))
    }

    private static func text(_ body: HTTPBody, mediaType: String) -> String {
        switch body {
        case .none: return ""
        case .bytes(let bytes):
            if mediaType.contains("json"), let value = try? JSON.parse(bytes) { return JSON.text(value, pretty: true) }
            return String(validating: bytes, as: UTF8.self) ?? "(\(bytes.count) bytes)"
        case .file(let path, let offset, let length):
            let stretch =
                switch (offset, length) {
                case (0, nil): ""
                case (_, nil): ", from byte \(offset)"
                case (_, let length?): ", \(length) bytes from byte \(offset)"
                }
            return "(the file \(path)\(stretch))"
        case .parts(let parts): return parts.map { text($0, mediaType: "") }.joined()
        }
    }
}

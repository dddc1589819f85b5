package import FlowCore
import FlowSpec

/// A request as text for people: what a dry run prints.
package enum RequestRenderer {
    /// The request line, the headers, and after an empty line the body: JSON on several lines, other text as it is,
    /// files and bytes by their size.
    ///
    /// Header fields and parameters of the address that are secret, by mark or by name, are `***`.
    ///
    ///     POST https://slack.com/api/chat.postMessage
    ///     Authorization: ***
    ///     Content-Type: application/json
    ///
    ///     {
    ///       "channel": "C1"
    ///     }
    ///
    /// - Parameter masker: replaces the secrets it knows wherever they stand.
    package static func text(_ request: HTTPRequest, masker: Masker) -> String {
        let secrets = request.secrets
        let address = request.address { _ in Masker.replacement }
        var lines = ["\(request.method) \(address)"]
        for field in request.headers.fields {
            let isSecret = secrets.headers.contains(field.name.lowercased()) || SecretNames.covers(field.name)
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

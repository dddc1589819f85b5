package import FlowCore

/// What the other side says in its own words, made fit for a message.
package enum ServiceText {
    package static let longestLine = 300
    private static let largestBody = 64 << 10

    /// One line of it, shortened to whole words.
    package static func line(_ text: String) -> String { shortened(oneLine(text), to: longestLine) }

    /// One line of it without the secrets that `mask` knows, shortened.
    package static func line(_ text: String, mask: (String) -> String, limit: Int = longestLine) -> String {
        let line = oneLine(mask(text))
        return line.count > limit ? line.prefix(limit) + "…" : line
    }

    /// `text` with at most `limit` characters and an ellipsis. The word that stands at the cut is left out: nobody who
    /// masks the text later knows a part of a secret for one.
    package static func shortened(_ text: String, to limit: Int) -> String {
        guard let cut = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex), cut < text.endIndex
        else { return text }
        guard !text[cut].isWhitespace else { return text[..<cut] + "…" }
        let end = text[..<cut].lastIndex(where: \.isWhitespace) ?? text.startIndex
        return text[..<end] + "…"
    }

    private static func oneLine(_ text: String) -> String {
        terminalSafe(text).split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Why it says no, where that stands in one of the places that most services use (RFC 9457, RFC 6749, JSON:API and
    /// custom) or is the whole answer; nil where it only repeats the status.
    ///
    /// - Parameter mask: what leaves out secrets, before the reason is shortened.
    package static func reason(in response: HTTPResponse, mask: (String) -> String) -> String? {
        guard case .bytes(let bytes) = response.body, !bytes.isEmpty, bytes.count <= largestBody else { return nil }
        let type = (response.headers["content-type"] ?? "").lowercased()
        var reason: String?
        if type.contains("json"), let body = try? JSON.parse(bytes) {
            reason = places.lazy.compactMap { $0(body)?.stringValue }.first { !$0.isEmpty }
        } else if type.hasPrefix("text/plain"), bytes.count <= longestLine {
            reason = String(validating: bytes, as: UTF8.self)
        }
        guard let line = reason.map({ ServiceText.line($0, mask: mask) }), !line.isEmpty else { return nil }
        return HTTPStatusTable.describe(response.status).lowercased().hasSuffix(line.lowercased()) ? nil : line
    }

    private static let places: [@Sendable (Value) -> Value?] = [
        { $0["detail"] }, { $0["message"] }, { $0["error"]?["message"] }, { $0["error_description"] }, { $0["error"] },
        { $0["errors"]?.listValue?.first?["detail"] }, { $0["errors"]?.listValue?.first?["message"] }, { $0["title"] },
    ]
}

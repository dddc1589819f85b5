package import FlowCore

/// What the other side says in its own words, made fit for a message.
package enum ServiceText {
    private static let longestLine = 300
    private static let largestBody = 64 << 10

    /// One line of it, shortened.
    package static func line(_ text: String) -> String {
        let line = terminalSafe(text).split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > longestLine ? line.prefix(longestLine) + "…" : line
    }

    /// Why it says no, where that stands in one of the places that most services use (RFC 9457, RFC 6749, JSON:API and
    /// custom) or is the whole answer; nil where it only repeats the status.
    package static func reason(in response: HTTPResponse) -> String? {
        guard case .bytes(let bytes) = response.body, !bytes.isEmpty, bytes.count <= largestBody else { return nil }
        let type = (response.headers["content-type"] ?? "").lowercased()
        var reason: String?
        if type.contains("json"), let body = try? JSON.parse(bytes) {
            reason = places.lazy.compactMap { $0(body)?.stringValue }.first { !$0.isEmpty }
        } else if type.hasPrefix("text/plain"), bytes.count <= longestLine {
            reason = String(validating: bytes, as: UTF8.self)
        }
        guard let line = reason.map(ServiceText.line), !line.isEmpty else { return nil }
        return HTTPStatusTable.describe(response.status).lowercased().hasSuffix(line.lowercased()) ? nil : line
    }

    private static let places: [@Sendable (Value) -> Value?] = [
        { $0["detail"] }, { $0["message"] }, { $0["error"]?["message"] }, { $0["error_description"] }, { $0["error"] },
        { $0["errors"]?.listValue?.first?["detail"] }, { $0["errors"]?.listValue?.first?["message"] }, { $0["title"] },
    ]
}

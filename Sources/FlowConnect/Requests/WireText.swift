import FlowCore

/// A value as text in a path, a query, a form or a header.
enum WireText {
    /// Strings as they are; timestamps, durations and bytes as JSON has them, without quotes; the rest as JSON.
    static func of(_ value: Value) -> String {
        switch value.deeplyRevealed {
        case .string(let text): text
        case .timestamp(let timestamp): timestamp.rfc3339
        case .duration(let duration): duration.celText
        case .bytes(let bytes): Base64.encode(bytes)
        case .optional(let inner): of(inner ?? .null)
        case let plain: JSON.text(plain)
        }
    }

    /// Percent-encodes `text` for a query or a path segment. With `isPreview` what stands in for a later result,
    /// `‹steps.a.output.id›`, stays readable.
    static func encode(_ text: String, keeping: String = "", isPreview: Bool) -> String {
        guard isPreview else { return PercentEncoding.encode(text, keeping: keeping) }
        var encoded = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "‹"), let close = rest[open...].firstIndex(of: "›") {
            encoded += PercentEncoding.encode(String(rest[..<open]), keeping: keeping) + rest[open...close]
            rest = rest[rest.index(after: close)...]
        }
        return encoded + PercentEncoding.encode(String(rest), keeping: keeping)
    }
}

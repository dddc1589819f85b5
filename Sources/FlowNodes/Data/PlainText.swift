import FlowCore

/// A value as text for people: a string as it is, bytes as base64, the rest as JSON; the same as inside of other text.
enum PlainText {
    static func of(_ value: Value) -> String {
        switch value.revealed {
        case .string(let text): text
        case .bytes(let bytes): Base64.encode(bytes)
        case .timestamp(let time): time.rfc3339
        case .duration(let duration): duration.celText
        case .file(let file): file.path
        case .null, .absent: ""
        case let other: JSON.text(other.deeplyRevealed)
        }
    }
}

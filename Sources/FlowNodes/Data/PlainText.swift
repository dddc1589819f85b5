import FlowCore

/// A value as text for people: a string as it is, the rest as JSON.
enum PlainText {
    static func of(_ value: Value) -> String {
        switch value.revealed {
        case .string(let text): text
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .timestamp(let time): time.rfc3339
        case .duration(let duration): duration.celText
        case .file(let file): file.path
        case .null, .absent: ""
        case let other: JSON.text(other.deeplyRevealed)
        }
    }
}

package import FlowCore

/// A value in a few words of one line: JSON, cut where it gets long, secrets as `***`.
package struct ValueExcerpt {
    private let masker: Masker
    private let limit: Int
    private var text = ""
    private var isCut = false

    /// - Parameter limit: characters, before what is said of the size of what was cut.
    package static func text(_ value: Value, masker: Masker, limit: Int = 60) -> String {
        var excerpt = ValueExcerpt(masker: masker, limit: limit)
        excerpt.write(value)
        return excerpt.isCut ? excerpt.text + size(of: value) : excerpt.text
    }

    private init(masker: Masker, limit: Int) {
        self.masker = masker
        self.limit = limit
    }

    private static func size(of value: Value) -> String {
        switch value {
        case .list(let items): " (\(items.count) items)"
        case .map(let map): " (\(map.count) keys)"
        case .string(let text): " (\(text.unicodeScalars.count) characters)"
        case .optional(let inner?): size(of: inner)
        default: ""
        }
    }

    private var room: Int { limit - text.count }

    private mutating func write(_ value: Value) {
        switch value {
        case .secret: text += Masker.replacement
        case .absent: text += "absent"
        case .stream: text += "a stream"
        case .optional(nil): text += "optional.none()"
        case .optional(let inner?): write(inner)
        case .string(let string): write(string: string)
        case .bytes(let bytes): text += "\(bytes.count) bytes"
        case .list(let items): write(items.lazy.map { (nil, $0) }, open: "[", close: "]")
        case .map(let map): write(map.lazy.map { (JSON.quoted($0.key.text), $0.value) }, open: "{", close: "}")
        default: text += JSON.text(value)
        }
    }

    private mutating func write(string: String) {
        let whole = masker.mask(string)
        let shown = whole.prefix(max(8, room))
        isCut = isCut || shown.endIndex < whole.endIndex
        text += shown.endIndex < whole.endIndex ? JSON.quoted(String(shown) + "…") : JSON.quoted(whole)
    }

    private mutating func write(_ members: some Sequence<(String?, Value)>, open: String, close: String) {
        text += open
        var isFirst = true
        for (key, value) in members {
            if !isFirst { text += ", " }
            isFirst = false
            guard room > 0 else {
                isCut = true
                text += "…"
                break
            }
            if let key { text += key + ": " }
            write(value)
        }
        text += close
    }
}

import FlowCore

/// JSON without a character outside ASCII, for places that can't hold any other.
enum ASCIIJSON {
    static func text(_ value: Value) -> String {
        let text = JSON.text(value)
        // U+007F is ASCII, but no header may hold it.
        guard text.utf8.contains(where: { $0 >= 0x7F }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x7F {
                escaped.unicodeScalars.append(scalar)
            } else {
                for unit in UTF16.encode(scalar) ?? .init() { escaped += escape(unit) }
            }
        }
        return escaped
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

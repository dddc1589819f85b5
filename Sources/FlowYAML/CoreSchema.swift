import FlowCore

/// The types of plain scalars by YAML 1.2.2, section 10.3.
enum CoreSchema {
    static func value(ofPlain text: String) -> Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .double(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
        default: return number(text) ?? .string(text)
        }
    }

    private static func number(_ text: String) -> Value? {
        guard let first = text.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else { return nil }
        // Beyond 64 bits these stay text: a decimal number is the way to write an exact one.
        if text.hasPrefix("0x") { return based(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return based(text.dropFirst(2), radix: 8) }
        return decimal(Array(text.utf8)[...])
    }

    private static func based(_ digits: Substring, radix: Int) -> Value? {
        guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
        return UInt64(digits, radix: radix).map { Value(jsonNumber: String($0), isInteger: true) }
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, rewritten as JSON writes it.
    private static func decimal(_ text: ArraySlice<UInt8>) -> Value? {
        var rest = text
        var json: [UInt8] = []
        if rest.first == UInt8(ascii: "-") { json.append(UInt8(ascii: "-")) }
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }

        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        json.append(contentsOf: significant.isEmpty ? [UInt8(ascii: "0")] : Array(significant))

        var isInteger = true
        if rest.first == UInt8(ascii: ".") {
            isInteger = false
            rest.removeFirst()
            let fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
            guard !whole.isEmpty || !fraction.isEmpty else { return nil }
            json.append(UInt8(ascii: "."))
            json.append(contentsOf: fraction.isEmpty ? [UInt8(ascii: "0")] : Array(fraction))
        } else if whole.isEmpty {
            return nil
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            rest.removeFirst()
            json.append(mark)
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                json.append(sign)
                rest.removeFirst()
            }
            let exponent = rest.prefix(while: isDigit)
            guard !exponent.isEmpty else { return nil }
            json.append(contentsOf: exponent)
            rest = rest.dropFirst(exponent.count)
        }
        guard rest.isEmpty else { return nil }
        return Value(jsonNumber: String(decoding: json, as: UTF8.self), isInteger: isInteger)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

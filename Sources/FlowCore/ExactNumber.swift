/// A JSON number that neither a 64-bit integer nor a double holds, kept as the text it came as.
///
/// Arithmetic on it is an error; it is compared by its normal form and written back unchanged.
package struct ExactNumber: Sendable {
    /// Valid JSON number text, such as `12345678901234567890` or `0.10000000000000000001`.
    package let text: String

    package init(text: String) { self.text = text }

    /// The nearest double, for ordering only.
    package var approximate: Double { Double(text) ?? .nan }

    /// Sign, digits without leading and trailing zeros, and the power of ten of the last digit.
    private var normal: (negative: Bool, digits: [UInt8], exponent: Int) {
        var digits: [UInt8] = []
        var exponent = 0
        var negative = false
        var afterPoint = false
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "-"): negative = true
            case UInt8(ascii: "."): afterPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                if bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
                exponent += ExactNumber.exponent(bytes)
                bytes = []
            default:
                digits.append(byte)
                if afterPoint { exponent -= 1 }
            }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        let firstDigit = digits.firstIndex { $0 != UInt8(ascii: "0") } ?? digits.endIndex
        return (negative, Array(digits[firstDigit...]), digits.isEmpty ? 0 : exponent)
    }

    /// Kept so far from the bounds of `Int` that counting digits on top of it can't pass them.
    private static func exponent(_ text: ArraySlice<UInt8>) -> Int {
        let farthest = 1 << 60
        guard let exponent = Int(String(decoding: text, as: UTF8.self)) else {
            return text.first == UInt8(ascii: "-") ? -farthest : farthest
        }
        return max(-farthest, min(farthest, exponent))
    }
}

extension ExactNumber: Hashable {
    package static func == (left: ExactNumber, right: ExactNumber) -> Bool {
        left.text == right.text || left.normal == right.normal
    }

    package func hash(into hasher: inout Hasher) {
        let normal = normal
        hasher.combine(normal.digits)
        hasher.combine(normal.exponent)
    }
}

/// The digits of a number as they are read, for the short numbers that most are.
struct DecimalNumber {
    var decimals = 0
    /// Whether digits and point say it all.
    var isSimple = true
    private var digits: Int64 = 0
    private var count = 0

    mutating func append(digit: UInt8) {
        digits = digits &* 10 &+ Int64(digit)
        count += 1
    }

    /// nil where the text has to be looked at. Up to 15 digits, digits and power of ten are both exact as doubles, and
    /// so their quotient is the double nearest to the text (W. Clinger, "How to read floating point numbers
    /// accurately").
    func value(isNegative: Bool, isInteger: Bool) -> Value? {
        guard isSimple, count <= 15 else { return nil }
        if isInteger, digits != 0 || !isNegative { return .int(isNegative ? -digits : digits) }
        let magnitude = Double(digits) / DecimalNumber.powers[decimals]
        return .double(isNegative ? -magnitude : magnitude)
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]
}

extension Value {
    /// The value of valid JSON number text; see ``JSON``.
    package init(jsonNumber text: String, isInteger: Bool) {
        if isInteger, let whole = Int64(text) {
            // "-0" is a double: an integer has no negative zero.
            self = text == "-0" ? .double(-0.0) : .int(whole)
            return
        }
        guard !isInteger, let double = Double(text), double.isFinite else {
            self = .number(ExactNumber(text: text))
            return
        }
        // Fifteen digits always survive where a double has all of its own, which the least ones lack; other text only
        // if the shortest form of the double says the same.
        let digits = text.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }.count { $0 >= 48 && $0 <= 57 }
        if digits <= 15 && double.isNormal || ExactNumber(text: text) == ExactNumber(text: "\(double)") {
            self = .double(double)
        } else {
            self = .number(ExactNumber(text: text))
        }
    }
}

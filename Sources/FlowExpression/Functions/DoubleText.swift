import Glibc

/// Doubles as text.
enum DoubleText {
    /// The shortest text that reads back the same, without `.0`, and with an exponent below 1e-4 and from 1e21 on: what
    /// CEL's `string()` gives.
    static func shortest(_ number: Double) -> String {
        guard number.isFinite else { return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity" }
        let sign = number.sign == .minus ? "-" : ""
        let parts = "\(number.magnitude)".split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1)
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
        var digits = Array((whole + fraction).drop { $0 == "0" })
        guard !digits.isEmpty else { return sign + "0" }
        // The number is 0.DIGITS times ten to the power of `point`.
        let leadingZeros = (whole + fraction).count - digits.count
        let point = whole.count - leadingZeros + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.last == "0" { digits.removeLast() }
        if point < -3 || point > 21 {
            let exponent = point - 1
            let tail = digits.count > 1 ? "." + String(digits[1...]) : ""
            let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
            return "\(sign)\(digits[0])\(tail)e\(exponent < 0 ? "-" : "+")\(power)"
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + String(digits) }
        if digits.count <= point {
            return sign + String(digits) + String(repeating: "0", count: point - digits.count)
        }
        return sign + String(digits[..<point]) + "." + String(digits[point...])
    }

    /// C's `%.*f` or `%.*e`: exact decimal digits, halves to even.
    static func fixed(_ number: Double, digits: Int, scientific: Bool) -> String {
        guard number.isFinite else { return shortest(number) }
        var buffer = [CChar](repeating: 0, count: 400 + digits)
        let length = withVaList([Int32(digits), number]) {
            vsnprintf(&buffer, buffer.count, scientific ? "%.*e" : "%.*f", $0)
        }
        return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

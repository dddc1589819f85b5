extension Duration {
    /// Reads `30s`, `1.5s`, `250ms`, `2h`, `1h30m`, `7d`; units are d h m s ms us ns, largest first is not required.
    /// A bare number, an unknown unit or empty text gives nil.
    package init?(text: String) {
        var text = text
        guard let duration = text.withUTF8(Duration.read) else { return nil }
        self = duration
    }

    /// Over bytes, as the timeouts of each HTTP request come through here.
    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> Duration? {
        var rest = text[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        if rest.elementsEqual("0".utf8) { return .zero }
        var total = Duration.zero
        while !rest.isEmpty {
            let whole = rest.prefix(while: isDigit)
            rest = rest[whole.endIndex...]
            var fraction = whole[whole.endIndex...]
            if rest.first == UInt8(ascii: ".") {
                fraction = rest.dropFirst().prefix(while: isDigit)
                rest = rest[fraction.endIndex...]
            }
            let unit = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
            rest = rest[unit.endIndex...]
            guard !whole.isEmpty || !fraction.isEmpty, let count = number(whole),
                let scale = nanoseconds(of: String(decoding: unit, as: UTF8.self))
            else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: scale)
            guard !overflow else { return nil }
            total += .nanoseconds(product)
            var part = scale
            for digit in fraction.prefix(12) {
                part /= 10
                total += .nanoseconds(part * Int64(digit - UInt8(ascii: "0")))
            }
        }
        return isNegative ? .zero - total : total
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// nil where it is too large.
    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        var number: Int64 = 0
        for digit in digits {
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeNow) = tens.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !isTooLarge, !isTooLargeNow else { return nil }
            number = sum
        }
        return number
    }

    private static func nanoseconds(of unit: String) -> Int64? {
        switch unit {
        case "d": 86_400_000_000_000
        case "h": 3_600_000_000_000
        case "m": 60_000_000_000
        case "s": 1_000_000_000
        case "ms": 1_000_000
        case "us", "µs": 1000
        case "ns": 1
        default: nil
        }
    }

    /// The longest that expressions know: as many nanoseconds as an Int64 holds, about 292 years, as in CEL's reference
    /// implementation.
    package static let longest = Duration.nanoseconds(Int64.max)

    /// Whether it is no longer than ``longest``, into the past either.
    package var isValid: Bool { self <= .longest && self >= .zero - .longest }

    /// From what was written elsewhere; nil where the whole is not ``isValid``, or the attoseconds are more than a
    /// second's.
    package init?(writtenSeconds seconds: Int64, attoseconds: Int64) {
        // So that the sum below has room, whatever they are.
        guard seconds.magnitude <= UInt64(Duration.longest.components.seconds),
            attoseconds.magnitude < 1_000_000_000_000_000_000
        else { return nil }
        self.init(secondsComponent: seconds, attosecondsComponent: attoseconds)
        guard isValid else { return nil }
    }

    /// Seconds as a double; for display and arithmetic where nanoseconds don't matter.
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    package var inMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// CEL's text of a duration: seconds with as many digits as needed, such as `1.5s`.
    package var celText: String {
        let (seconds, attoseconds) = components
        let nanos = attoseconds / 1_000_000_000
        let sign = seconds < 0 || nanos < 0 ? "-" : ""
        guard nanos != 0 else { return "\(seconds)s" }
        let digits = String(abs(nanos))
        var fraction = String(repeating: "0", count: 9 - digits.count) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(sign)\(abs(seconds)).\(fraction)s"
    }

    /// As a person reads it: `340 ms`, `1.4 s`, `2 min 5 s`, `3 h 2 min`.
    package var humanText: String {
        let milliseconds = inMilliseconds
        if milliseconds < 1 { return "\(components.attoseconds / 1_000_000_000_000) µs" }
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 { return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" }
        let seconds = milliseconds / 1000
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}

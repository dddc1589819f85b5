extension Duration {
    /// Reads `30s`, `1.5s`, `250ms`, `2h`, `1h30m`, `7d`; units are d h m s ms us ns, largest first is not required.
    /// A bare number, an unknown unit or empty text gives nil.
    package init?(text: String) {
        var rest = Substring(text)
        let negative = rest.hasPrefix("-")
        if negative || rest.hasPrefix("+") { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        if rest == "0" {
            self = .zero
            return
        }
        var total = Duration.zero
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard let scale = Duration.nanosecondsPerUnit[String(unit)], let head = parts.first,
                let whole = head.isEmpty && parts.count == 2 ? 0 : Int64(head)
            else { return nil }
            let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
            guard !overflow else { return nil }
            var span = Duration.nanoseconds(product)
            if parts.count == 2 {
                guard !parts[1].isEmpty || !head.isEmpty, parts[1].allSatisfy(\.isNumber) else { return nil }
                var divisor: Int64 = 1
                for digit in parts[1].prefix(12) {
                    divisor *= 10
                    span += .nanoseconds(scale / divisor * Int64(digit.wholeNumberValue ?? 0))
                }
            }
            total += span
        }
        self = negative ? .zero - total : total
    }

    private static let nanosecondsPerUnit: [String: Int64] = [
        "d": 86_400_000_000_000, "h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000,
        "ms": 1_000_000, "us": 1000, "µs": 1000, "ns": 1,
    ]

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

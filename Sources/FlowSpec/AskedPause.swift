package import FlowCore

/// How long a service asks to wait, in the ways services write it. What can't be read, or is absurd, is nil; a time that
/// has passed is zero.
package enum AskedPause {
    private static let most = 1e9 - 1

    package static func seconds(_ count: Double) -> Duration? {
        guard count >= 0, count <= most else { return nil }
        return .milliseconds(Int64((count * 1000).rounded(.up)))
    }

    /// The same of a service that refuses: nobody means a larger number, but it is longer than any pause.
    package static func longSeconds(_ count: Double) -> Duration? { seconds(min(count, most)) }

    package static func milliseconds(_ count: Double) -> Duration? { seconds(count / 1000) }

    /// Seconds since 1970; so large a number that it would be the year 5000 is milliseconds.
    package static func epoch(_ number: Double, now: Timestamp) -> Duration? {
        let milliseconds = number > 1e11 ? number : number * 1000
        guard milliseconds >= 0, milliseconds < 1e15 else { return nil }
        return max(.zero, Timestamp(milliseconds: Int64(milliseconds.rounded(.up))).since(now))
    }

    /// A date as headers have it, or as RFC 3339 has it; Jira leaves the seconds out.
    package static func date(_ text: String, now: Timestamp) -> Duration? {
        let whole = text.hasSuffix("Z") && text.utf8.count == 17 ? "\(text.dropLast()):00Z" : text
        return (Timestamp(httpDate: text) ?? Timestamp(rfc3339: whole)).map { max(.zero, $0.since(now)) }
    }

    /// In a header whose form no standard fixes: seconds from now or since 1970, a date, or `6m0s`.
    package static func any(_ text: String, now: Timestamp) -> Duration? {
        guard let number = Double(text) else {
            return date(text, now: now) ?? Duration(text: text).flatMap { seconds($0.inSeconds) }
        }
        // As a number of seconds from now it would be 30 years.
        return number > 1e9 ? epoch(number, now: now) : seconds(number)
    }

    /// Of `Retry-After` (RFC 9110, 10.2.3), seconds or a date, or the finer `Retry-After-Ms` that some have beside it.
    package static func retryAfter(_ headers: HTTPHeaders, now: Timestamp) -> Duration? {
        if let exact = headers["Retry-After-Ms"].flatMap(number).flatMap(milliseconds) { return exact }
        guard let text = headers["Retry-After"] else { return nil }
        return number(text).map(longSeconds) ?? date(text, now: now)
    }

    /// Of digits, with a fraction where a service knows better; nothing with an exponent, nor hexadecimal.
    package static func number(_ text: String) -> Double? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard text.utf8.allSatisfy({ digits.contains($0) || $0 == UInt8(ascii: ".") }) else { return nil }
        return Double(text)
    }
}

package import FlowCore

/// The `Retry-After` header (RFC 9110, 10.2.3): how long the server asks to wait.
package enum RetryAfter {
    /// The pause asked for, never negative; nil where there is no such header or it can't be read.
    package static func pause(in headers: HTTPHeaders, now: Timestamp) -> Duration? {
        guard let text = headers["retry-after"] else { return nil }
        if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 10 * 365 * 86_400)) }
        return HTTPDate.parse(text, now: now).map { max(.zero, $0.since(now)) }
    }
}

/// Dates in HTTP headers (RFC 9110, 5.6.7): the form of today and the two obsolete ones.
package enum HTTPDate {
    /// - Parameter now: decides the century of a year of two digits: one more than 50 years ahead is past.
    package static func parse(_ text: String, now: Timestamp) -> Timestamp? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" }).map(String.init)
        // Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
        switch words.count {
        case 6 where words[5] == "GMT":
            return timestamp(day: words[1], month: words[2], year: words[3], time: words[4], now: now)
        case 5: return timestamp(day: words[2], month: words[1], year: words[4], time: words[3], now: now)
        default: return nil
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func timestamp(day: String, month: String, year: String, time: String, now: Timestamp) -> Timestamp?
    {
        let clock = time.split(separator: ":").compactMap { $0.count == 2 ? number($0) : nil }
        guard clock.count == 3, clock[0] < 24, clock[1] < 60, clock[2] <= 60, let day = number(day[...]),
            let month = months.firstIndex(of: month), var fullYear = number(year[...])
        else { return nil }
        if year.count == 2 {
            let thisYear = CivilTime(secondsSinceEpoch: now.seconds).year
            fullYear += thisYear / 100 * 100
            if fullYear > thisYear + 50 { fullYear -= 100 }
        } else if year.count != 4 {
            return nil
        }
        guard (1...CivilTime.daysIn(month: month + 1, year: fullYear)).contains(day) else { return nil }
        let civil = CivilTime(
            year: fullYear, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: clock[2])
        return Timestamp(seconds: civil.secondsSinceEpoch)
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}

import FlowCore

/// Times as servers write them.
enum MySQLTimes {
    /// `2026-11-21 03:15:06.5`, in UTC, as the session is.
    static func text(_ time: Timestamp) -> String {
        let text = time.rfc3339.dropLast()
        return text.prefix(10) + " " + text.dropFirst(11)
    }

    /// `-01:30:00.5`; a TIME may have more than 24 hours.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let whole = seconds.magnitude
        var text = duration < .zero ? "-" : ""
        text += [whole / 3600, whole / 60 % 60, whole % 60]
            .map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: ":")
        let microseconds = attoseconds.magnitude / 1_000_000_000_000
        return microseconds == 0 ? text : text + "." + String(1_000_000 + microseconds).dropFirst()
    }

    /// A point in time that a server in UTC has written; nil for a zero date, which is none.
    static func timestamp(_ text: String) -> Timestamp? { Timestamp(rfc3339: local(text) + "Z") }

    /// `2026-11-21T03:15:06.5`: RFC 3339 without an offset, for what is the time of no place in particular. What is no
    /// date, as its month or day is zero, stays as it is.
    static func local(_ text: String) -> String {
        let isDate = text.dropFirst(5).prefix(2) != "00" && text.dropFirst(8).prefix(2) != "00"
        return isDate ? text.prefix(10) + "T" + text.dropFirst(11) : text
    }
}

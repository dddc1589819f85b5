import FlowCore

/// Dates as mail writes them.
enum MailDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    /// Hours east of Greenwich of the zones that once had names (RFC 5322, 4.3).
    private static let zones = [
        "UT": 0, "GMT": 0, "UTC": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
        "PST": -8,
        "PDT": -7,
    ]

    /// Reads `Tue, 1 Jul 2003 10:52:37 +0200 (CEST)`, and `17-Jul-2003 02:44:25 -0700` as a server tells when a message
    /// came; nil for anything else.
    static func parse(_ text: String) -> Timestamp? {
        var words = withoutComments(text).split { $0 == " " || $0 == "," || $0 == "\t" || $0.isNewline }.map(
            String.init)
        if let first = words.first, first.split(separator: "-").count == 3 {
            words = first.split(separator: "-").map(String.init) + words.dropFirst()
        }
        // The name of the day says nothing.
        if words.first.map({ Int($0) == nil }) == true { words.removeFirst() }
        guard words.count >= 4, let day = Int(words[0]),
            let month = months.firstIndex(of: words[1].prefix(3).lowercased()), let number = Int(words[2]),
            let seconds = secondsOfDay(words[3])
        else { return nil }
        let year = words[2].count > 3 ? number : number < 50 ? number + 2000 : number + 1900
        guard (1900...9999).contains(year), (1...CivilTime.daysIn(month: month + 1, year: year)).contains(day) else {
            return nil
        }
        let midnight = CivilTime(year: year, month: month + 1, day: day).secondsSinceEpoch
        let offset = words.count > 4 ? minutesEast(words[4]) ?? 0 : 0
        return Timestamp(seconds: midnight + Int64(seconds - offset * 60))
    }

    private static func withoutComments(_ text: String) -> String {
        var depth = 0
        return text.filter { character in
            if character == "(" { depth += 1 }
            defer { if character == ")", depth > 0 { depth -= 1 } }
            return depth == 0
        }
    }

    private static func secondsOfDay(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2 || parts.count == 3, let hour = parts[0], let minute = parts[1],
            let second = parts.count == 3 ? parts[2] : 0, (0..<24).contains(hour), (0..<60).contains(minute),
            (0...60).contains(second)
        else { return nil }
        return hour * 3600 + minute * 60 + min(second, 59)
    }

    private static func minutesEast(_ zone: String) -> Int? {
        if let hours = zones[zone.uppercased()] { return hours * 60 }
        guard zone.hasPrefix("+") || zone.hasPrefix("-"), zone.count == 5, let number = Int(zone.dropFirst()),
            number % 100 < 60, number < 2400
        else { return nil }
        let minutes = number / 100 * 60 + number % 100
        return zone.hasPrefix("-") ? -minutes : minutes
    }

    /// `1-Nov-2026`, as a search has it.
    static func searchDay(_ time: Timestamp) -> String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        let month = months[civil.month - 1]
        return "\(civil.day)-\(month.prefix(1).uppercased())\(month.dropFirst())-\(civil.year)"
    }

    /// ` 1-Nov-2026 08:00:00 +0000`, as a server keeps when a message came.
    static func internalDate(_ time: Timestamp) -> String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = searchDay(time)
        return (civil.day < 10 ? " " : "") + day + " \(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) +0000"
    }
}

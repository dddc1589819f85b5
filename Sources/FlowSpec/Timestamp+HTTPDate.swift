package import FlowCore

extension Timestamp {
    /// Reads the three forms of a date in a header (RFC 9110, 5.6.7):
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    ///
    /// The day's name is not compared with the date.
    package init?(httpDate text: String) {
        var words = text.split { $0 == " " || $0 == "-" || $0 == "," }.map(String.init)
        guard !words.isEmpty else { return nil }
        words.removeFirst()
        if words.last == "GMT" || words.last == "UTC" {
            // day month year time
            words.removeLast()
        } else if words.count == 4 {
            // month day time year
            words = [words[1], words[0], words[3], words[2]]
        }
        guard words.count == 4, let day = Int(words[0]), var year = Int(words[2]),
            let month = Timestamp.monthNames.firstIndex(of: words[1].lowercased())
        else { return nil }
        // Two digits are the year of RFC 850; none that matters here is before 1970.
        if words[2].count == 2 { year += year < 70 ? 2000 : 1900 }
        let clock = words[3].split(separator: ":", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2]),
            (1...9999).contains(year), (1...CivilTime.daysIn(month: month + 1, year: year)).contains(day)
        else { return nil }
        let civil = CivilTime(
            year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: clock[2])
        self.init(seconds: civil.secondsSinceEpoch)
    }

    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
}

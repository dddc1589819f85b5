import FlowCore

/// The rule for times behind the last change a TZif file lists: POSIX's TZ text, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneTail: Sendable {
    /// A day of the year, and the local time of the change in seconds.
    private enum Day: Sendable {
        case weekday(month: Int, week: Int, day: Int)
        /// 1 to 365, 29 February is never counted.
        case julian(Int)
        /// 0 to 365.
        case ordinal(Int)
    }

    private let standard: Int
    private var summer: (offset: Int, start: (Day, Int), end: (Day, Int))?

    init?(_ text: String) {
        var scanner = Scanner(text)
        guard scanner.name(), let west = scanner.time() else { return nil }
        standard = -west
        guard !scanner.isAtEnd else { return }
        guard scanner.name() else { return nil }
        var offset = standard + 3600
        if !scanner.stands(",") {
            guard let west = scanner.time() else { return nil }
            offset = -west
        }
        guard let start = scanner.rule(), let end = scanner.rule(), scanner.isAtEnd else { return nil }
        summer = (offset, start, end)
    }

    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let year = CivilTime(secondsSinceEpoch: seconds + Int64(standard)).year
        let start = ZoneTail.moment(summer.start, year) - Int64(standard)
        let end = ZoneTail.moment(summer.end, year) - Int64(summer.offset)
        let isSummer = start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end
        return isSummer ? summer.offset : standard
    }

    /// Local seconds of a change in a year.
    private static func moment(_ rule: (Day, Int), _ year: Int) -> Int64 {
        let firstDay = CivilTime(year: year, month: 1, day: 1)
        let day: Int
        switch rule.0 {
        case .ordinal(let number): day = firstDay.dayNumber + number
        case .julian(let number):
            let hasLeapDay = CivilTime.daysIn(month: 2, year: year) == 29
            day = firstDay.dayNumber + number - 1 + (hasLeapDay && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CivilTime(year: year, month: month, day: 1)
            let date = 1 + (weekday - first.dayOfWeek + 7) % 7 + (week - 1) * 7
            let last = CivilTime.daysIn(month: month, year: year)
            day = first.dayNumber + (date > last ? date - 7 : date) - 1
        }
        return Int64(day) * 86400 + Int64(rule.1)
    }

    private struct Scanner {
        private var rest: Substring

        init(_ text: String) { rest = Substring(text) }

        var isAtEnd: Bool { rest.isEmpty }

        func stands(_ character: Character) -> Bool { rest.first == character }

        private mutating func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        /// `CET` or `<+03>`.
        mutating func name() -> Bool {
            if take("<") {
                guard let end = rest.firstIndex(of: ">") else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            return !letters.isEmpty
        }

        private mutating func number() -> Int? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            return Int(digits)
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard let hours = number(), hours <= 167 else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where take(":") {
                guard let part = number(), part < 60 else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        /// `,M3.5.0/2`, `,J60` or `,59`.
        mutating func rule() -> (Day, Int)? {
            guard take(",") else { return nil }
            let day: Day
            if take("M") {
                guard let month = number(), take("."), let week = number(), take("."), let weekday = number(),
                    (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
                else { return nil }
                day = .weekday(month: month, week: week, day: weekday)
            } else if take("J") {
                guard let number = number(), (1...365).contains(number) else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(), (0...365).contains(number) else { return nil }
                day = .ordinal(number)
            }
            guard take("/") else { return (day, 7200) }
            return time().map { (day, $0) }
        }
    }
}

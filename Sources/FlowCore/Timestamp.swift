/// A moment in UTC: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var seconds: Int64
    /// 0 to 999,999,999, also before 1970.
    package var nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package init(milliseconds: Int64) {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        seconds = remainder < 0 ? quotient - 1 : quotient
        nanoseconds = Int32(remainder < 0 ? remainder + 1000 : remainder) * 1_000_000
    }

    /// Without what is less than a microsecond, which the state database doesn't keep.
    package var wholeMicroseconds: Timestamp {
        Timestamp(seconds: seconds, nanoseconds: nanoseconds - nanoseconds % 1000)
    }

    package var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// Year 1 to year 9999, as RFC 3339 and CEL allow.
    package static let validSeconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// From what was written elsewhere; nil outside ``validSeconds``, and where the nanoseconds are more than a
    /// second's.
    package init?(writtenSeconds seconds: Int64, nanoseconds: Int64) {
        guard Timestamp.validSeconds.contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else { return nil }
        self.init(seconds: seconds, nanoseconds: Int32(nanoseconds))
    }

    /// nil where the sum leaves ``validSeconds``.
    package func adding(_ duration: Duration) -> Timestamp? {
        let (addedSeconds, attoseconds) = duration.components
        var nanos = Int64(nanoseconds) + attoseconds / 1_000_000_000
        var (sum, overflow) = seconds.addingReportingOverflow(addedSeconds)
        guard !overflow else { return nil }
        if nanos < 0 {
            nanos += 1_000_000_000
            sum -= 1
        } else if nanos >= 1_000_000_000 {
            nanos -= 1_000_000_000
            sum += 1
        }
        guard Timestamp.validSeconds.contains(sum) else { return nil }
        return Timestamp(seconds: sum, nanoseconds: Int32(nanos))
    }

    package func since(_ earlier: Timestamp) -> Duration {
        // As durations, which have room for the difference of any two.
        .seconds(seconds) - .seconds(earlier.seconds) + .nanoseconds(Int64(nanoseconds) - Int64(earlier.nanoseconds))
    }
}

/// A date and time of day without a zone, in the proleptic Gregorian calendar.
package struct CivilTime: Sendable, Hashable {
    package var year: Int
    /// 1 to 12
    package var month: Int
    /// 1 to 31
    package var day: Int
    package var hour = 0
    package var minute = 0
    package var second = 0

    package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The civil time of seconds since 1970, taken as if they were local.
    package init(secondsSinceEpoch: Int64) {
        var days = secondsSinceEpoch / 86400
        var rest = secondsSinceEpoch % 86400
        if rest < 0 {
            rest += 86400
            days -= 1
        }
        hour = Int(rest / 3600)
        minute = Int(rest % 3600 / 60)
        second = Int(rest % 60)
        // Days to civil date over 400-year eras that start on 1 March.
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    package var dayNumber: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    package var secondsSinceEpoch: Int64 {
        Int64(dayNumber) * 86400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// 0 is Sunday.
    package var dayOfWeek: Int { ((dayNumber + 4) % 7 + 7) % 7 }

    /// 0 is 1 January.
    package var dayOfYear: Int { dayNumber - CivilTime(year: year, month: 1, day: 1).dayNumber }

    package static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Timestamp {
    /// Reads RFC 3339 text such as `2026-11-21T09:00:00.25+01:00`; nil where it isn't that.
    package init?(rfc3339 text: String) {
        var text = text
        guard let time = text.withUTF8(Timestamp.init(rfc3339:)) else { return nil }
        self = time
    }

    package init?(rfc3339 text: UnsafeBufferPointer<UInt8>) {
        var scanner = DigitScanner(rest: text[...])
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), scanner.take("-"),
            let day = scanner.digits(2), scanner.take("T", or: "t"), let hour = scanner.digits(2), scanner.take(":"),
            let minute = scanner.digits(2), scanner.take(":"), let second = scanner.digits(2)
        else { return nil }
        guard (1...12).contains(month), (1...CivilTime.daysIn(month: month, year: year)).contains(day), hour < 24,
            minute < 60, second < 60
        else { return nil }
        var nanos = 0
        if scanner.take(".") {
            guard let fraction = scanner.fraction() else { return nil }
            nanos = fraction
        }
        var offset = 0
        if !scanner.take("Z", or: "z") {
            let negative: Bool
            if scanner.take("-") { negative = true } else if scanner.take("+") { negative = false } else { return nil }
            guard let hours = scanner.digits(2), scanner.take(":"), let minutes = scanner.digits(2), hours < 24,
                minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (negative ? -60 : 60)
        }
        guard scanner.isAtEnd else { return nil }
        let civil = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        let total = civil.secondsSinceEpoch - Int64(offset)
        guard Timestamp.validSeconds.contains(total) else { return nil }
        self.init(seconds: total, nanoseconds: Int32(nanos))
    }

    /// `2026-11-21T08:00:00.25Z`: no more digits than needed, in groups of any length up to nine.
    package var rfc3339: String {
        let civil = CivilTime(secondsSinceEpoch: seconds)
        // Room for years far beyond those of the calendar.
        return String(unsafeUninitializedCapacity: 48) { room in
            var digits = DigitWriter(room)
            digits.write(civil.year, width: 4)
            digits.write(civil.month, width: 2, after: "-")
            digits.write(civil.day, width: 2, after: "-")
            digits.write(civil.hour, width: 2, after: "T")
            digits.write(civil.minute, width: 2, after: ":")
            digits.write(civil.second, width: 2, after: ":")
            if nanoseconds != 0 {
                var (fraction, width) = (Int(nanoseconds), 9)
                while fraction % 10 == 0 { (fraction, width) = (fraction / 10, width - 1) }
                digits.write(fraction, width: width, after: ".")
            }
            digits.write("Z")
            return digits.end
        }
    }
}

/// Writes decimal fields of a fixed width as ASCII, byte by byte: by interpolation a list of thousands of times spends
/// most of its time on them.
package struct DigitWriter {
    private let room: UnsafeMutableBufferPointer<UInt8>
    /// How many bytes are written.
    package private(set) var end = 0

    package init(_ room: UnsafeMutableBufferPointer<UInt8>) { self.room = room }

    /// - Parameter width: how many digits there are at least, zeros first.
    package mutating func write(_ number: Int, width: Int, after mark: Unicode.Scalar? = nil) {
        if let mark { write(mark) }
        if number < 0 { write("-") }
        var rest = number.magnitude
        var count = 1
        var limit: UInt = 10
        while count < 19, rest >= limit { (count, limit) = (count + 1, limit * 10) }
        count = max(count, width)
        for place in stride(from: end + count - 1, through: end, by: -1) {
            room[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        end += count
    }

    package mutating func write(_ character: Unicode.Scalar) {
        room[end] = UInt8(ascii: character)
        end += 1
    }
}

/// Reads fixed-width decimal fields off ASCII text.
private struct DigitScanner {
    var rest: Slice<UnsafeBufferPointer<UInt8>>

    var isAtEnd: Bool { rest.isEmpty }

    mutating func digits(_ count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var number = 0
        for byte in rest.prefix(count) {
            guard byte >= 48, byte <= 57 else { return nil }
            number = number * 10 + Int(byte - 48)
        }
        rest = rest.dropFirst(count)
        return number
    }

    /// One to nine digits after a point, as nanoseconds.
    mutating func fraction() -> Int? {
        let digits = rest.prefix { $0 >= 48 && $0 <= 57 }
        guard (1...9).contains(digits.count) else { return nil }
        var number = 0
        for byte in digits { number = number * 10 + Int(byte - 48) }
        for _ in digits.count..<9 { number *= 10 }
        rest = rest.dropFirst(digits.count)
        return number
    }

    mutating func take(_ scalar: Unicode.Scalar, or other: Unicode.Scalar? = nil) -> Bool {
        guard let first = rest.first.map(Unicode.Scalar.init), first == scalar || first == other else { return false }
        rest = rest.dropFirst()
        return true
    }
}

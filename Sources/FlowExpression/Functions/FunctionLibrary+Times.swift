import FlowCore

extension FunctionLibrary {
    static let times: [Function] = [
        Function(
            "timestamp",
            [
                "timestamp(string) -> timestamp", "timestamp(int) -> timestamp",
                "timestamp(timestamp) -> timestamp",
            ],
            "A time from RFC 3339 text or seconds since 1970.",
            [("timestamp('2026-11-21T09:00:00+01:00')", "timestamp('2026-11-21T08:00:00Z')")], steps: 6
        ) { (arguments, _) throws(Fault) in
            switch arguments[0] {
            case .timestamp: return arguments[0]
            case .int(let seconds):
                guard Timestamp.validSeconds.contains(seconds) else { throw Arithmetic.timeRange() }
                return .timestamp(Timestamp(seconds: seconds))
            case .string(let text):
                guard let time = Timestamp(rfc3339: text) else {
                    throw .invalid(
                        "the text is no timestamp of the years 1 to 9999", hint: "write it as 2026-11-21T09:00:00Z")
                }
                return .timestamp(time)
            default: return nil
            }
        },
        Function(
            "duration", ["duration(string) -> duration", "duration(duration) -> duration"],
            "A span of time from text with the units h, m, s, ms, us and ns.",
            [("string(duration('1h30m'))", "'5400s'")], steps: 40
        ) { (arguments, _) throws(Fault) in
            switch arguments[0] {
            case .duration: return arguments[0]
            case .string(let text):
                guard let duration = Duration(text: text) else {
                    throw .invalid("the text is no duration", hint: "write it as 1h30m, 90s or 250ms")
                }
                return .duration(try Arithmetic.checked(duration))
            default: return nil
            }
        },
        part("getFullYear", "The year.", "2009", { $0.year }),
        part("getMonth", "The month, 0 is January.", "1", { $0.month - 1 }),
        part("getDate", "The day of the month, from 1.", "13", { $0.day }),
        part("getDayOfMonth", "The day of the month, from 0.", "12", { $0.day - 1 }),
        part("getDayOfYear", "The day of the year, from 0.", "43", { $0.dayOfYear }),
        part("getDayOfWeek", "The day of the week, 0 is Sunday.", "5", { $0.dayOfWeek }),
        part(
            "getHours", "The hour, or the whole hours of a duration.", "23", { $0.hour },
            ofDuration: { $0.components.seconds / 3600 }),
        part(
            "getMinutes", "The minute, or the whole minutes of a duration.", "31", { $0.minute },
            ofDuration: { $0.components.seconds / 60 }),
        part(
            "getSeconds", "The second, or the whole seconds of a duration.", "30", { $0.second },
            ofDuration: { $0.components.seconds }),
        Function(
            "getMilliseconds",
            [
                "timestamp.getMilliseconds() -> int", "timestamp.getMilliseconds(string) -> int",
                "duration.getMilliseconds() -> int",
            ],
            "The milliseconds within the second.",
            [("timestamp('2009-02-13T23:31:20.123456789Z').getMilliseconds()", "123")]
        ) { (arguments, _) in
            switch arguments[0] {
            case .timestamp(let time) where arguments.count == 1 || arguments.text(1) != nil:
                .int(Int64(time.nanoseconds / 1_000_000))
            case .duration(let duration) where arguments.count == 1:
                .int(duration.components.attoseconds / 1_000_000_000_000_000)
            default: nil
            }
        },
    ]

    private static func part(
        _ name: String, _ summary: String, _ result: String, _ part: @escaping @Sendable (CivilTime) -> Int,
        ofDuration: (@Sendable (Duration) -> Int64)? = nil
    ) -> Function {
        var signatures = ["timestamp.\(name)() -> int", "timestamp.\(name)(string) -> int"]
        if ofDuration != nil { signatures.append("duration.\(name)() -> int") }
        return Function(
            name, signatures, summary + (ofDuration == nil ? " The argument is a time zone, UTC without." : ""),
            [("timestamp('2009-02-13T23:31:30Z').\(name)()", result)], steps: 12
        ) { (arguments, _) throws(Fault) in
            switch arguments[0] {
            case .timestamp(let time):
                guard arguments.count == 1 || arguments.text(1) != nil else { return nil }
                let zone = try Zone.named(arguments.text(1) ?? "UTC")
                let local = time.seconds + Int64(zone.offset(at: time.seconds))
                return .int(Int64(part(CivilTime(secondsSinceEpoch: local))))
            case .duration(let duration):
                guard arguments.count == 1, let ofDuration else { return nil }
                return .int(ofDuration(duration))
            default: return nil
            }
        }
    }
}

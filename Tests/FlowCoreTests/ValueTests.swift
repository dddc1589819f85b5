import FlowCore
import Testing

@Suite struct ValueTests {
    @Test func numbersOfEveryCaseAreEqualByWorth() {
        #expect(Value.int(1) == .double(1))
        #expect(Value.uint(1) == .int(1))
        #expect(Value.uint(.max) != .int(-1))
        #expect(Value.double(.nan) != .double(.nan))
        #expect(
            Value.number(ExactNumber(text: "1e30")) == .number(ExactNumber(text: "1000000000000000000000000000000")))
        #expect(Value.number(ExactNumber(text: "1e30")) != .number(ExactNumber(text: "-1e30")))
    }

    @Test func equalValuesHashAlike() {
        #expect(Set<Value>([.int(1), .double(1), .uint(1)]).count == 1)
        #expect(Set<Value>([["a": 1, "b": 2], ["b": 2, "a": 1]]).count == 1)
    }

    @Test func mapsKeepTheirOrderAndCompareWithoutIt() {
        let map: Value = ["z": 1, "a": 2]
        #expect(map.mapValue?.names == ["z", "a"])
        #expect(map == ["a": 2, "z": 1])
    }

    @Test(arguments: [3, 8, 9, 40]) func mapsFindReplaceAndRemoveAnyOfTheirKeys(count: Int) {
        var map = ValueMap((0..<count).map { ("key \($0)", .int(Int64($0))) })
        let before = map
        map["key 1"] = "new"
        map["key 0"] = nil
        map["none"] = nil
        map["last"] = true
        #expect(map.names == (1..<count).map { "key \($0)" } + ["last"])
        #expect(map["key 0"] == nil)
        #expect(map["key 1"] == "new")
        #expect(map["key \(count - 1)"] == .int(Int64(count - 1)))
        #expect(map["last"] == true)
        #expect(before["key 0"] == 0 && before["key 1"] == 1 && before.count == count)
        #expect(before.mapValues { _ in nil }["key 2"] == .null)
    }

    @Test func canonicallyEqualTextIsNotTheSameKey() {
        let map = ValueMap([("\u{E9}", 1), ("e\u{301}", 2)])
        #expect(map.count == 2)
        #expect(map["e\u{301}"] == 2)
        #expect(Set<Value>(["\u{E9}", "e\u{301}"]).count == 2)
    }

    @Test func equalNumbersAreOneKey() {
        var map = ValueMap()
        map[.int(1)] = "x"
        #expect(map[.uint(1)] == "x")
        #expect(MapKey(.double(1)) == .int(1))
        #expect(MapKey(.double(1.5)) == nil)
    }

    @Test func secretMarkIsFoundAtAnyDepthAndCanBeRemoved() {
        let value: Value = ["a": [1, .secret("s")]]
        #expect(value.containsSecret)
        #expect(value.deeplyRevealed.containsSecret == false)
        #expect(value == ["a": [1, "s"]])
        #expect(Value.secret(["token": "t"])["token"]?.containsSecret == true)
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2026-11-21T09:00:00Z", "2026-11-21T09:00:00Z"),
        ("2026-11-21T09:00:00.250+01:00", "2026-11-21T08:00:00.25Z"),
        ("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("2024-02-29T12:00:00-05:30", "2024-02-29T17:30:00Z"),
    ])
    func readsAndWritesRFC3339(text: String, normal: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == normal)
    }

    @Test func yearsBeyondTheCalendarAreWrittenToo() {
        #expect(Timestamp(seconds: 253_402_300_800).rfc3339 == "10000-01-01T00:00:00Z")
        #expect(Timestamp(seconds: -62_167_219_201, nanoseconds: 1000).rfc3339 == "-0001-12-31T23:59:59.000001Z")
        #expect(Timestamp(seconds: .min).rfc3339 == "-292277022657-01-27T08:29:52Z")
    }

    @Test(arguments: [
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21 09:00:00Z", "2026-11-21T09:00:00", "", "2026-11-21",
        "2026-11-21T24:00:00Z", "2026-11-21T09:00:00.Z", "2026-11-21T09:00:00Zx",
    ])
    func refusesWhatIsNotRFC3339(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func civilTimeGoesBothWaysOverCenturies() {
        for day in stride(from: -719_162, to: 2_932_896, by: 997) {
            let civil = CivilTime(secondsSinceEpoch: Int64(day) * 86400)
            #expect(civil.dayNumber == day)
            #expect(civil.day <= CivilTime.daysIn(month: civil.month, year: civil.year))
        }
        #expect(CivilTime(year: 2026, month: 11, day: 21).dayOfWeek == 6)
    }

    @Test func additionCarriesAndStopsAtTheEndOfTime() {
        let late = Timestamp(seconds: 10, nanoseconds: 900_000_000)
        #expect(late.adding(.milliseconds(200)) == Timestamp(seconds: 11, nanoseconds: 100_000_000))
        #expect(late.adding(.milliseconds(-950)) == Timestamp(seconds: 9, nanoseconds: 950_000_000))
        #expect(Timestamp(seconds: 253_402_300_799).adding(.seconds(1)) == nil)
        #expect(late.since(Timestamp(seconds: 10)) == .milliseconds(900))
        #expect(Timestamp(seconds: .min).since(late) < .zero)
    }

    @Test(arguments: [
        "1.00000000000000000001e-9223372036854775808", "10000000000000000000.0e9223372036854775807",
        "1.00000000000000000001e-99999999999999999999999", "10000000000000000000.0e99999999999999999999999",
    ])
    func exponentsAtTheEndOfIntegersAreRead(text: String) throws {
        let number = try JSON.parse(text)
        #expect(number == number)
        #expect(Set([number, number]).count == 1)
        #expect(JSON.text(number) == text)
    }
}

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("30s", Duration.seconds(30)), ("1.5s", .milliseconds(1500)), ("250ms", .milliseconds(250)),
        ("1h30m", .seconds(5400)), ("7d", .seconds(604_800)), ("-2m", .seconds(-120)), ("0", .zero),
    ])
    func reads(text: String, duration: Duration) { #expect(Duration(text: text) == duration) }

    @Test(arguments: ["", "30", "s", "5 s", "1x", "1.5.5s", ".s", "99999999999999999d"])
    func refuses(text: String) { #expect(Duration(text: text) == nil) }

    @Test func celTextHasNoNeedlessDigits() {
        #expect(Duration.milliseconds(1500).celText == "1.5s")
        #expect(Duration.milliseconds(-500).celText == "-0.5s")
        #expect(Duration.seconds(3600).celText == "3600s")
    }

    @Test(arguments: [
        (Duration.microseconds(340), "340 µs"), (.milliseconds(340), "340 ms"), (.milliseconds(1400), "1.4 s"),
        (.seconds(125), "2 min 5 s"), (.seconds(10_920), "3 h 2 min"),
    ])
    func humanText(duration: Duration, text: String) { #expect(duration.humanText == text) }
}

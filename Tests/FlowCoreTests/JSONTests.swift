import FlowCore
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "1", "1.0", "-7", "12345678901234567890", "9223372036854775807", "0.1", "1e-7",
        "0.10000000000000000001", "\"a\\nb\"", "[]", "{}", "[1,[2,{\"a\":null}]]", "{\"b\":1,\"a\":2}",
        "\"\\u0001\"", "123456789012345678901234567890.5", "1E400", "-0.0", "999999999999999", "-1234567890123456",
        "1.2345e-5", "123456789.000001", "5e-324", "1.7976931348623157e+308", "2.2250738585072014e-308",
        "1e-400", "-1e-400", "1.2345e-320", "4.9e-324", "2.225e-308", "0.0", "1e-99999999999999999999",
    ])
    func writesBackWhatItRead(text: String) throws {
        #expect(JSON.text(try JSON.parse(text)) == text)
    }

    @Test(arguments: ["0.000", "0e5", "0.00e-7", "0e-99999999999999999999"]) func zeroIsZero(text: String) throws {
        #expect(JSON.text(try JSON.parse(text)) == "0.0")
    }

    @Test func integersKeepSixtyFourBits() throws {
        #expect(try JSON.parse("9007199254740993").intValue == 9_007_199_254_740_993)
        #expect(try JSON.parse("-9223372036854775808") == .int(.min))
        #expect(try JSON.parse("9223372036854775808") == .number(ExactNumber(text: "9223372036854775808")))
    }

    @Test func joinsSurrogatePairs() throws {
        #expect(try JSON.parse("\"\\ud83d\\ude00\"") == "😀")
        #expect(try JSON.parse("\"\\ud83d!\"") == "\u{FFFD}!")
    }

    /// The reader goes by the map it last read at the same place.
    @Test(arguments: [
        #"[{"a":1,"b":2},{"a":3,"b":4},{"b":5,"a":6},{"a":7},{"a":8,"b":9,"c":10},{},{"a":11,"b":12}]"#,
        #"[{"a\"b":1,"é":2},{"a\"b":3,"é":4},{"a":5}]"#,
        #"[{"x":{"a":1},"y":{"b":2}},{"x":{"a":3},"y":{"b":4}},{"y":{"b":5},"x":{"a":6}}]"#,
        #"[{"a":0,"b":1,"c":2,"d":3,"e":4,"f":5,"g":6,"h":7,"i":8},{"a":0,"b":1,"c":2,"d":3,"e":4,"f":5,"g":6,"h":7,"i":9}]"#,
        #"[{"a":0,"b":1,"c":2,"d":3,"e":4,"f":5,"g":6,"h":7,"i":8},{"a":0,"b":1,"c":2,"d":3,"e":4,"f":5,"g":6,"h":7}]"#,
    ]) func neighboursDoNotChangeAMap(text: String) throws {
        let maps = try #require(try JSON.parse(text).listValue)
        #expect(JSON.text(.list(maps)) == text)
        for map in maps {
            #expect(try JSON.parse(JSON.text(map)) == map)
            for (key, value) in map.mapValue ?? ValueMap() { #expect(map.mapValue?[key] == value) }
        }
    }

    @Test func laterOfTwoEqualKeysCounts() throws {
        #expect(try JSON.text(JSON.parse(#"[{"a":1,"b":2},{"a":3,"b":4,"a":5}]"#)) == #"[{"a":1,"b":2},{"a":5,"b":4}]"#)
        #expect(try JSON.parse(#"{"a":1,"a":2}"#) == ["a": 2])
    }

    @Test(arguments: [
        ("", "line 1, column 1: unexpected end of text"),
        ("{", "line 1, column 2: expected a key in double quotes"),
        ("{\"a\" 1}", "line 1, column 6: expected \":\" after the key"),
        ("[1 2]", "line 1, column 4: expected \",\" or \"]\""),
        ("[1,]", "line 1, column 4: expected a value"),
        ("01", "line 1, column 1: a number can't start with 0"),
        ("1.", "line 1, column 3: expected a digit after the point"),
        ("tru", "line 1, column 1: expected \"true\""),
        ("\"abc", "line 1, column 5: the string has no end"),
        ("\"\n\"", "line 1, column 2: a control character must be escaped in a string"),
        ("{}\n x", "line 2, column 2: expected the end of the JSON text"),
        ("\"\\x\"", "line 1, column 3: unknown escape in a string"),
        ("<html>", "line 1, column 1: expected a value"),
    ])
    func saysWhereItIsWrong(text: String, message: String) {
        let failure = #expect(throws: Failure.self) { try JSON.parse(text) }
        #expect(failure?.message == "invalid JSON at \(message)")
        #expect(failure?.kind == .protocolError)
    }

    /// RFC 8259, 8.1. Nobody could tell from what was put in its place what it was.
    @Test(arguments: [
        ("{\"name\":\"Jos\u{1}\"}", "line 1, column 13"), ("{\n\"\u{1}\": 1}", "line 2, column 2"),
        ("[\"a\\n\u{1}\"]", "line 1, column 6"),
    ])
    func refusesWhatIsNotUTF8(text: String, place: String) {
        for bad in [[0xE9], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
            let bytes = Array(text.utf8).flatMap { $0 == 1 ? bad : [$0] }
            let failure = #expect(throws: Failure.self) { try JSON.parse(bytes) }
            #expect(failure?.message == "invalid JSON at \(place): a byte here is not UTF-8")
            #expect(failure?.kind == .protocolError)
        }
    }

    @Test func refusesDeepNesting() {
        let failure = #expect(throws: Failure.self) {
            try JSON.parse(String(repeating: "[", count: 100_000))
        }
        #expect(failure?.message.hasSuffix("nested deeper than 500 levels") == true)
    }

    /// Any bytes give a value or a failure, never a trap: cuts and flips of a text that uses every rule.
    @Test func survivesDamagedText() throws {
        let text = Array(
            #"{"a":[1,-2.5e+10,true,null,"x\u00e9\ud83d\ude00\n"],"b":{"c":[]},"d":12345678901234567890}"#.utf8)
        var read = 0
        for cut in 0..<text.count {
            if (try? JSON.parse(Array(text[..<cut]))) != nil { read += 1 }
            for flipped in [0x00, 0x22, 0x5C, 0x7B, 0x80, 0xFF] as [UInt8] {
                var damaged = text
                damaged[cut] = flipped
                if (try? JSON.parse(damaged)) != nil { read += 1 }
            }
        }
        #expect(read < text.count * 7)
        #expect(try JSON.parse(text)["b"]?["c"] == [])
    }

    @Test func writesWhatJSONLacksAsText() {
        #expect(JSON.text(.bytes([1, 2, 255])) == "\"AQL/\"")
        #expect(JSON.text(.double(.nan)) == "\"NaN\"")
        #expect(JSON.text(.timestamp(Timestamp(seconds: 0))) == "\"1970-01-01T00:00:00Z\"")
        #expect(JSON.text(.duration(.milliseconds(1500))) == "\"1.5s\"")
        #expect(JSON.text(["a": .absent, "b": 1]) == "{\"b\":1}")
    }

    @Test func prettyTextIndentsByTwo() {
        #expect(JSON.text(["a": [1], "b": [:]], pretty: true) == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")
    }
}

import FlowCore
import FlowStore
import Testing

/// Seals by reversing, bound to its context.
private struct ReversingSeal: ValueSealing {
    func seal(_ bytes: [UInt8], context: String) -> [UInt8] { Array((Array(context.utf8) + [0] + bytes).reversed()) }

    func open(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] {
        let clear = Array(bytes.reversed())
        guard clear.starts(with: Array(context.utf8) + [0]) else { throw Failure(.auth, "sealed for something else") }
        return Array(clear.dropFirst(context.utf8.count + 1))
    }
}

@Suite("Stored values")
struct StoredValueTests {
    static let values: [Value] = [
        nil, true, 1, -9_223_372_036_854_775_808, 1.0, 0.1, -0.0, 1e300, "text", "", "\u{0}\u{1F600}\"\\",
        .uint(.max), .uint(3), .number(ExactNumber(text: "12345678901234567890.10")), .double(.infinity),
        .bytes([0, 255, 7]), .bytes([]), .timestamp(Timestamp(seconds: -1, nanoseconds: 999_999_999)),
        .duration(.nanoseconds(-1_500_000_001)), .type(.timestamp), .absent, .optional(nil), .optional(5),
        .file(FileReference(path: "/tmp/a b", name: "b", size: 3, mediaType: "text/plain", sha256: "00")),
        [], [1, [2, nil], "x"], [:], ["a": 1, "b": ["c": .bytes([1])]],
        ["$bytes": "not a tag"], ["$x": 1], ["$bytes": "AA==", "two": 2],
        .map(ValueMap([(MapKey.int(1), "one"), (.bool(true), "yes"), (.uint(7), nil)])),
    ]

    @Test(arguments: values)
    func everythingComesBackAsItWas(_ value: Value) throws {
        let back = try StoredValue(value, sealing: nil, context: "r").value(sealing: nil, context: "r")
        #expect(back == value)
        #expect(back.type == value.type)
        #expect(String(describing: back) == String(describing: value))
    }

    // Less deep than a file may be: without the optimizer each level takes several KiB of the stack.
    @Test func deepMapsOfOddKeysComeBack() throws {
        var value: Value = 1
        for _ in 0..<340 { value = ["$x": value] }
        let stored = try StoredValue(value, sealing: nil, context: "r")
        #expect(try stored.value(sealing: nil, context: "r") == value)
    }

    @Test(arguments: [false, true])
    func whatCouldNotBeReadBackIsRefused(isSecret: Bool) throws {
        var value: Value = 1
        for _ in 0..<1561 { value = [value] }
        let failure = #expect(throws: Failure.self) {
            try StoredValue(isSecret ? .secret(value) : value, sealing: ReversingSeal(), context: "r")
        }
        #expect(failure?.kind == .invalid)
        #expect(failure?.message == "a value is nested too deep to be kept in the run history")
        #expect(failure?.hint == "keep it as text, with toJSON(…)")
    }

    @Test func orderOfKeysIsKept() throws {
        let map = ValueMap([("z", 1), ("a", 2), ("m", 3)])
        let back = try StoredValue(.map(map), sealing: nil, context: "r").value(sealing: nil, context: "r")
        #expect(back.mapValue?.names == ["z", "a", "m"])
    }

    @Test func secretsAreSealedAndKeepTheirMark() throws {
        let value: Value = ["user": "ada", "token": .secret("tok-0000-fake")]
        let stored = try StoredValue(value, sealing: ReversingSeal(), context: "run1")
        let text = String(decoding: stored.bytes, as: UTF8.self)
        #expect(text.contains("ada"))
        #expect(!text.contains("tok-0000"))
        let back = try stored.value(sealing: ReversingSeal(), context: "run1")
        #expect(
            back["token"].map { if case .secret(let inner) = $0 { inner == "tok-0000-fake" } else { false } } == true)
        #expect(throws: Failure.self) { try stored.value(sealing: ReversingSeal(), context: "run2") }
        #expect {
            try stored.value(sealing: nil, context: "run1")
        } throws: {
            ($0 as? Failure)?.description
                == "the run history holds a sealed secret, and the vault that sealed it is not open (unlock the vault, or pass its key file)"
        }
    }

    @Test func secretWithoutAVaultIsRefused() {
        #expect {
            try StoredValue([.secret("x")], sealing: nil, context: "r")
        } throws: {
            ($0 as? Failure)?.description
                == "a secret would be kept in the run history, and there is no vault to seal it with (run \"flowctl vault init\", or keep the secret out of outputs and vars)"
        }
    }

    @Test func damagedBytesAreNoCrash() {
        let most = Int64.max
        let texts = [
            "", "{", "{\"$bytes\": 3}", "{\"$timestamp\": []}", "{\"$uint\": \"x\"}", "{\"$number\": \"x\"}",
            "{\"$duration\": [\(most), \(most)]}", "{\"$duration\": [\(Int64.min), 0]}",
            "{\"$duration\": [9223372036, 854775808000000000]}", "{\"$duration\": [0, 1000000000000000000]}",
            "{\"$timestamp\": [\(most), 0]}", "{\"$timestamp\": [253402300800, 0]}",
            "{\"$timestamp\": [0, 1000000000]}", "{\"$timestamp\": [0, -1]}",
        ]
        for text in texts {
            #expect("\(text)") {
                try StoredValue(bytes: Array(text.utf8)).value(sealing: nil, context: "r")
            } throws: {
                ($0 as? Failure)?.message == "a value in the run history is damaged"
            }
        }
    }
}

extension ValueMap {
    fileprivate init(_ pairs: [(MapKey, Value)]) {
        self.init()
        for (key, value) in pairs { self[key] = value }
    }
}

import FlowCore
import FlowYAML
import Testing

/// Reads `text` as `t.yaml`; the rendered diagnostics beside the node.
func reading(_ text: String, limits: YAMLLimits = YAMLLimits()) -> (node: SourceNode?, messages: [String]) {
    reading(bytes: Array(text.utf8), limits: limits)
}

func reading(bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) -> (node: SourceNode?, messages: [String]) {
    var diagnostics = Diagnostics()
    let node = YAML.read(SourceText(name: "t.yaml", bytes: bytes), limits: limits, diagnostics: &diagnostics)
    return (node, diagnostics.sorted.map(\.rendered))
}

@Suite struct CoreSchemaTests {
    @Test(arguments: [
        ("~", Value.null), ("null", .null), ("true", true), ("False", false), ("12", 12), ("-7", -7), ("+5", 5),
        ("012", 12), ("0x1F", 31), ("0o17", 15), ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0),
        (".inf", .double(.infinity)), ("-.inf", .double(-.infinity)),
    ])
    func typesPlainScalars(text: String, value: Value) {
        let read = reading("a: \(text)").node?["a"]?.scalar
        #expect(read == value)
        #expect(read?.type == value.type)
    }

    @Test(arguments: [
        "on", "off", "yes", "no", "NO", "y", "nUll", "tRue", "1_000", "0b11", "12:30", "2026-01-01", "0x", "+",
        ".",
        "1e", "e5", "--1", "0x-1", "1.2.3", ".e5",
    ])
    func keepsTheRestAsText(text: String) {
        #expect(CoreText.read("a: \(text)") == .string(text))
    }

    @Test func keysThatLookTheSameAreTwo() {
        let (node, messages) = reading("\u{E9}: 1\ne\u{301}: 2\n")
        #expect(messages == [])
        #expect(node?.map?.map(\.value.scalar) == [1, 2])
    }

    @Test func keepsNotANumber() {
        guard case .double(let value)? = reading("a: .nan").node?["a"]?.scalar else {
            Issue.record("no double")
            return
        }
        #expect(value.isNaN)
    }

    @Test func keepsBigNumbersExactly() {
        #expect(
            CoreText.read("a: 123456789012345678901234567890")
                == .number(ExactNumber(text: "123456789012345678901234567890")))
        #expect(CoreText.read("a: 9223372036854775807") == .int(.max))
        #expect(CoreText.read("a: 0xFFFFFFFFFFFFFFFF") == .number(ExactNumber(text: "18446744073709551615")))
    }

    @Test func quotesMakeText() {
        #expect(CoreText.read("a: \"3\"") == "3")
        #expect(CoreText.read("a: 'true'") == "true")
        #expect(CoreText.read("a: !!str 3") == "3")
        #expect(CoreText.read("a: !!float 3") == .double(3))
    }
}

private enum CoreText {
    static func read(_ text: String) -> Value? { reading(text).node?["a"]?.scalar }
}

@Suite struct YAMLStructureTests {
    @Test func aliasesRepeatAndMergeKeysFill() {
        let (node, messages) = reading(
            """
            base: &base { a: 1, b: 2 }
            more: &more { b: 3, c: 4 }
            one:
              b: own
              <<: [*base, *more]
            two: *base
            """)
        #expect(messages == [])
        #expect(node?["one"]?.value == ["b": "own", "a": 1, "c": 4])
        #expect(node?["two"]?.value == ["a": 1, "b": 2])
    }

    @Test func keysAreTheirText() {
        #expect(reading("1: a\ntrue: b\nnull: c\non: d").node?.map?.map(\.key) == ["1", "true", "null", "on"])
    }

    @Test func readsEveryDocumentOfAStream() {
        var diagnostics = Diagnostics()
        let source = SourceText(name: "s", text: "a: 1\n---\n- 2\n---\n")
        #expect(YAML.readAll(source, diagnostics: &diagnostics)?.map(\.value) == [["a": 1], [2], nil])
        #expect(YAML.readAll(SourceText(name: "s", text: "# none\n"), diagnostics: &diagnostics)?.isEmpty == true)
        #expect(diagnostics.all.isEmpty)
    }

    @Test func spansCountBytesAfterWideText() {
        let node = reading("ä: \"€😀\"\nb: here\n").node
        #expect(node?["b"]?.span.text == "here")
        #expect(node?["b"]?.span.position.line == 2)
        #expect(reading("\u{FEFF}a: x\nb: here").node?["b"]?.span.text == "here")
        let far = String(repeating: "é", count: 700)
        #expect(reading("a: \(far)\nb: here").node?["b"]?.span.text == "here")
    }
}

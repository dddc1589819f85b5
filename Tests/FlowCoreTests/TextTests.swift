import FlowCore
import Testing

@Suite struct EncodingTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func base64OfRFC4648(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decode(encoded.replacing("=", with: "")) == Array(text.utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zg==Zg==", "Zm9v*", "===="])
    func refusesWrongBase64(text: String) { #expect(Base64.decode(text) == nil) }

    @Test func urlAlphabet() {
        #expect(Base64.encode([0xFB, 0xFF], alphabet: .url) == "-_8")
        #expect(Base64.decode("-_8") == [0xFB, 0xFF])
    }

    @Test func percentEncodingKeepsUnreservedOnly() {
        #expect(PercentEncoding.encode("a b/ü~") == "a%20b%2F%C3%BC~")
        #expect(PercentEncoding.encode("a/b c", keeping: "/") == "a/b%20c")
        #expect(PercentEncoding.encodeForm("a b+c&d") == "a+b%2Bc%26d")
        #expect(PercentEncoding.decode("a%20b%2Fc%zz+", plusIsSpace: true) == "a b/c%zz ")
    }

    @Test(arguments: [
        ("a-b_c.d", "a-b_c.d"), ("", "''"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#),
        // One character with the quote, which a shell sees nevertheless.
        ("a'\u{301}; id", "'a'\\''\u{301}; id'"),
    ])
    func wordsOfAShell(text: String, word: String) { #expect(Array(text.asShellWord.utf8) == Array(word.utf8)) }

    @Test func controlCharactersDoNotReachATerminal() {
        #expect(terminalSafe("a\u{1B}[31mred\u{7}\tb\n\u{202E}c") == "a[31mred\tb\nc")
    }
}

@Suite struct SuggestionTests {
    @Test func findsTheNearestName() {
        let names = ["channel", "text", "blocks", "thread_ts"]
        #expect(Suggestion.didYouMean("chanel", among: names) == "did you mean \"channel\"?")
        #expect(Suggestion.nearest(to: "thread-ts", among: names) == "thread_ts")
        #expect(Suggestion.nearest(to: "txet", among: names) == "text")
        #expect(Suggestion.nearest(to: "something", among: names) == nil)
    }
}

@Suite struct DiagnosticTests {
    @Test func showsTheLineAndACaret() {
        let source = SourceText(name: "w.yaml", text: "name: x\n  chanel: y\n")
        let diagnostic = Diagnostic.error(
            "unknown-key", "unknown key \"chanel\"", at: SourceSpan(source, start: 10, end: 16),
            hint: "did you mean \"channel\"?")
        #expect(
            diagnostic.rendered == """
                w.yaml:2:3: error: unknown key "chanel" [unknown-key]
                    2 |   chanel: y
                      |   ^~~~~~
                  hint: did you mean "channel"?
                """)
    }

    @Test func columnsCountCodePoints() {
        let source = SourceText(name: "w", text: "a\näö x")
        #expect(source.position(at: 7) == SourcePosition(line: 2, column: 4, offset: 7))
        #expect(source.window(around: source.position(at: 7)).text == "äö x")
        #expect(source.position(at: 99).line == 2)
    }

    @Test func aCutFallsBetweenCodePoints() {
        let source = SourceText(name: "w", text: String(repeating: "ä", count: 1000))
        let (text, column) = source.window(around: source.position(at: 1000))
        #expect(text == String(repeating: "ä", count: 120))
        #expect(column == 60)
    }

    @Test func aVeryLongLineIsCutAroundTheCaret() {
        let source = SourceText(
            name: "w", text: String(repeating: "a", count: 1000) + "X" + String(repeating: "b", count: 1000))
        let rendered = Diagnostic.error("x", "m", at: SourceSpan(source, start: 1000, end: 1001)).rendered
        let lines = rendered.split(separator: "\n")
        #expect(lines[1].count < 140)
        let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
        #expect(caret.map { Array(lines[1])[$0] } == "X")
    }
}

@Suite struct HTTPMessageTests {
    @Test func headerNamesCompareWithoutCase() {
        var headers = HTTPHeaders([("Content-Type", "a"), ("X-A", "1"), ("x-a", "2")])
        #expect(headers["content-type"] == "a")
        #expect(headers.all("X-a") == ["1", "2"])
        headers["X-A"] = "3"
        #expect(headers.all("x-a") == ["3"])
        #expect(HTTPHeaders([("A", "1"), ("a", "2")]).asMap["a"] == "1, 2")
    }

    /// A separator or a quote with a combining mark behind it is one character to Swift, and to nobody else.
    @Test func quotesAreFoundWhateverStandsBehindThem() {
        #expect(
            "a/\u{301}b//c".pieces(between: "/").map { Array($0.utf8) }
                == ["a", "\u{301}b", "", "c"].map { Array($0.utf8) })
        #expect(Array("it'\u{301}s".asShellWord.utf8) == Array("'it'\\''\u{301}s'".utf8))
        #expect(Array("a\"\u{301}b".asSQLName().utf8) == Array("\"a\"\"\u{301}b\"".utf8))
        #expect("".asShellWord == "''")
        #expect("a.b-c:1".asShellWord == "a.b-c:1")
    }

    @Test(arguments: [
        ("https://Example.com/x", "https://example.com"), ("https://example.com:443", "https://example.com"),
        ("http://127.0.0.1:8080/a?b#c", "http://127.0.0.1:8080"),
        ("https://u:p@h.example:8443/", "https://h.example:8443"),
        ("http://[::1]:80/", "http://[::1]"),
    ])
    func originOfAURL(url: String, origin: String) { #expect(Origin(url)?.description == origin) }

    @Test(arguments: ["ftp://x", "example.com", "https://", "https://h:99999/", "https:///path", "https://a b/"])
    func whatHasNoOrigin(url: String) { #expect(Origin(url) == nil) }

    /// A backslash ends the authority for browsers and servers alike; taking it as part of the user would bind a
    /// secret to the wrong host.
    @Test func backslashEndsTheAuthority() {
        #expect(Origin("https://good.example\\@evil.example/")?.host == "good.example")
    }
}

import FlowCore
import Testing

@Suite struct MaskerTests {
    private let secret = "fake-t0ken/with+signs"

    @Test func hidesTheSecretInEveryEncoding() {
        let masker = Masker()
        masker.add(secret)
        for prefix in ["", "u", "us", "user:"] {
            let encoded = Base64.encode(Array((prefix + secret + "tail").utf8))
            let masked = masker.mask("Authorization: Basic \(encoded)")
            #expect(masked.contains("***"))
            #expect(!masked.contains(Base64.encode(Array(secret.utf8)).prefix(12)))
        }
        #expect(masker.mask("a \(secret) b") == "a *** b")
        #expect(masker.mask("?q=\(PercentEncoding.encode(secret))") == "?q=***")
    }

    @Test func hidesTheJSONEscapedFormAndEachLineOfAKey() {
        let masker = Masker()
        masker.add("line \"one\" of it\nline number two")
        #expect(masker.mask(#"{"k":"line \"one\" of it"}"#) == #"{"k":"***"}"#)
        #expect(masker.mask("x line number two y") == "x *** y")
    }

    @Test func hidesBothOfSecretsThatLookTheSame() {
        let masker = Masker()
        masker.add("fake-caf\u{E9}-secret")
        masker.add("fake-cafe\u{301}-secret")
        #expect(masker.mask("a fake-caf\u{E9}-secret, a fake-cafe\u{301}-secret") == "a ***, a ***")
    }

    @Test func leavesShortSecretsToTheStaticChecks() {
        let masker = Masker()
        masker.add("short")
        #expect(masker.mask("short circuit") == "short circuit")
    }

    @Test func longerSecretIsHiddenWholeWhereItHoldsAShorter() {
        let masker = Masker()
        masker.add("abcdefgh")
        masker.add("abcdefgh-ijkl")
        #expect(masker.mask("abcdefgh-ijkl") == "***")
    }

    @Test func masksValuesAndFailures() {
        let masker = Masker()
        masker.add(secretsIn: ["k": .secret("fake-secret-value")])
        #expect(masker.mask(["a": "is fake-secret-value", "b": .secret(1)]) == ["a": "is ***", "b": "***"])
        #expect(masker.mask(Failure(.invalid, "no fake-secret-value")).message == "no ***")
    }

    // MARK: - Encodings

    /// Holds what every encoding escapes.
    private let odd = "p%25&\"q/ä+\\n <x>'=\u{1F511}z"

    @Test(arguments: [
        #"p%2525%26%22q%2F%C3%A4%2B%5Cn%20%3Cx%3E%27%3D%F0%9F%94%91z"#,
        #"p%2525%26%22q%2f%c3%a4%2b%5cn+%3cx%3e'%3d%f0%9f%94%91z"#,
        #"p%25&\"q\/ä+\\n <x>'=\ud83d\udd11z"#,
        #"p%25\u0026\"q/\u00e4+\\n \u003cx\u003e\u0027\u003d\uD83D\uDD11z"#,
        #"p%25&\\\"q\\/ä+\\\\n <x>'=\\ud83d\\udd11z"#,
        "p%25&amp;&quot;q/&#228;+\\n &lt;x&gt;&#39;=&#x1F511;z",
        "p%25&amp;%22q/\\u00e4+%5Cn+&lt;x>\\'=%F0%9F%94%91z",
    ])
    func aCharacterMayBeEscapedInAnyWay(text: String) {
        let masker = Masker()
        masker.add(odd)
        #expect(masker.mask("<\(text)>") == "<***>")
        #expect(masker.mask(text) == "***")
    }

    @Test func aSecretOfBackslashesIsFoundInTimeAndWhole() {
        let masker = Masker()
        masker.add(String(repeating: "\\", count: 64))
        for count in [64, 128] {
            #expect(masker.mask("a" + String(repeating: "\\", count: count) + "b") == "a***b")
        }
    }

    @Test func base64InLinesAndInURLs() {
        let masker = Masker()
        let long = String(repeating: "fake?>key/", count: 12)
        masker.add(long)
        let encoded = Base64.encode(Array("user:\(long)".utf8))
        var lines = ""
        for (index, digit) in encoded.enumerated() { lines += (index % 60 == 59 ? "\r\n" : "") + String(digit) }
        for text in [
            encoded, lines, JSON.quoted(lines), PercentEncoding.encode(encoded), encoded.replacing("/", with: "\\/"),
        ] {
            let masked = masker.mask(text)
            #expect(masked.contains("***"))
            #expect(masked.utf8.count < 24, "\(masked)")
        }
    }

    @Test func aLetterWithAMarkAfterTheSecretDoesNotHideIt() {
        let masker = Masker()
        masker.add("fake-secret-value")
        #expect(masker.mask("fake-secret-value\u{301}!") == "***\u{301}!")
        #expect(masker.mask("\r\nfake-secret-value\r\n") == "\r\n***\r\n")
    }

    // MARK: - Places

    @Test func overlappingSecretsLeaveNothing() {
        let masker = Masker()
        masker.add("abcdefgh")
        masker.add("efghijklmnop")
        #expect(masker.mask("abcdefghijklmnop!") == "***!")
        #expect(masker.mask("abcdefghabcdefgh") == "******")
    }

    @Test func aSecretThatWasCutOffIsHiddenToo() {
        let masker = Masker()
        masker.add("fake/secret-value")
        #expect(masker.mask("no fake/secret-v") == "no ***")
        #expect(masker.mask("no fake/secret-v…") == "no ***…")
        #expect(masker.mask("no fake/secret-v… (9 bytes)") == "no ***… (9 bytes)")
        #expect(masker.mask("q=fake%2Fsecret-v%") == "q=***")
        #expect(masker.mask("no fake/secret") == "no fake/secret")
        #expect(masker.mask("no fake/secret-v and more") == "no fake/secret-v and more")
    }

    @Test func linesOfASecretThatWasBrokenAreHiddenToo() {
        let masker = Masker()
        masker.add((0..<30).map { "fake-\($0)/" }.joined())
        let encoded = Array(Base64.encode(Array("u:\((0..<30).map { "fake-\($0)/" }.joined())".utf8)).utf8)
        let lines = stride(from: 0, to: encoded.count, by: 40).map {
            String(decoding: encoded[$0..<min($0 + 40, encoded.count)], as: UTF8.self)
        }
        #expect(lines.count > 5)
        for line in lines.dropFirst().dropLast() { #expect(masker.mask(line) == "***", "\(line)") }
        #expect(masker.mask("-7/fake-8/fake-9/") == "***")
        #expect(masker.mask("fake-29/ is the rest") == "*** is the rest")
        #expect(masker.mask("-29/ is too little") == "-29/ is too little")
    }

    @Test func whatFramesAKeyIsNoSecret() {
        let masker = Masker()
        masker.add("-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n")
        #expect(masker.mask("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----")
        #expect(masker.mask("has bm90IGEga2V5 in it") == "has *** in it")
        let escaped = #""-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n""#
        #expect(masker.mask(escaped) == #""***""#)
    }

    @Test func keysBytesAndOptionalsAreMaskedAndMarked() {
        let masker = Masker()
        masker.add("fake-secret-value")
        let bytes = Value.bytes(Array("a fake-secret-value".utf8))
        #expect(masker.mask(["of fake-secret-value": 1, "b": bytes]) == ["of ***": 1, "b": "***"])
        #expect(masker.marked(["fake-secret-value": 1]) == .secret(["fake-secret-value": 1]))
        #expect(masker.marked([bytes, "x", .optional("fake-secret-value")]).listValue?[0] == .secret(bytes))
        #expect(masker.marked(["a": ["fake-secret-value", "x"]]) == ["a": [.secret("fake-secret-value"), "x"]])
    }

    // MARK: - Parts

    @Test func thePathOfASecretAddressIsHiddenWithoutItsQuery() {
        let masker = Masker()
        masker.add("http://127.0.0.1:81/api/webhooks/1122/T0KENPART9999abcdef?wait=true&code=a%2Flong-value-0123")
        #expect(
            masker.mask("POST http://127.0.0.1:81/api/webhooks/1122/T0KENPART9999abcdef → 200")
                == "POST http://127.0.0.1:81*** → 200")
        #expect(
            masker.mask("http://127.0.0.1:81/api/webhooks/1122/T0KENPART9999abcdef?wait=true&code=***")
                == "http://127.0.0.1:81***?wait=true&code=***")
        #expect(masker.mask("code a/long-value-0123") == "code ***")
        #expect(masker.mask("wait=true, 127.0.0.1:81/api") == "wait=true, 127.0.0.1:81/api")
    }

    @Test func thePasswordOfASecretAddressIsHidden() {
        let masker = Masker()
        masker.add("postgres://postgres:pass%2Fword-77@db.example.com/inventory?sslmode=require")
        #expect(masker.mask("pass/word-77, pass%2fword-77") == "***, ***")
        #expect(masker.mask("postgres has /inventory") == "postgres has /inventory")
        masker.add("https://tokentokentokentokentoken@git.example.com/a/b")
        #expect(masker.mask("as tokentokentokentokentoken@git!") == "as ***@git!")
    }

    @Test func aHostIsHiddenInLowerCaseToo() {
        let masker = Masker()
        masker.add("Tenant-Secret-77")
        masker.add("https://Hooks.Example-Secret.com/T0KEN/of/path")
        #expect(masker.mask("https://tenant-secret-77.example.com") == "https://***.example.com")
        #expect(masker.mask("https://hooks.example-secret.com/T0KEN/of/path") == "https://******")
    }

    @Test func numbersAreHiddenInTextAndAsNumbers() {
        let masker = Masker()
        masker.add(secretsIn: [
            "a": .secret(["b": 9_876_501_234, "c": .double(2.718281828), "d": 1234]), "e": 55_555_555,
        ])
        #expect(masker.mask("pin 9876501234 or 2.718281828, 1234") == "pin *** or ***, 1234")
        #expect(masker.mask(["n": 9_876_501_234, "m": 55_555_555]) == ["n": "***", "m": 55_555_555])
        #expect(masker.marked([9_876_501_234, 1234]) == [.secret(9_876_501_234), 1234])
        let exact = Value.number(ExactNumber(text: "12345678901234567890123"))
        masker.add(secretsIn: .secret(exact))
        #expect(masker.mask(exact) == "***")
    }

    @Test(arguments: [
        #"it'"'"'s a fäke 🔑 secret"#, #"it'\''s a fäke 🔑 secret"#, #"it\'s a fäke 🔑 secret"#,
        #"it's a f\xe4ke \U0001f511 secret"#, #"it\'s a f\xc3\xa4ke \xf0\x9f\x94\x91 secret"#,
    ])
    func shellsAndPythonEscapeInTheirOwnWay(text: String) {
        let masker = Masker()
        masker.add("it's a fäke 🔑 secret")
        #expect(masker.mask("<\(text)>") == "<***>")
    }

    @Test func shortLinesOfASecretAreHiddenInLinesOfTheirOwn() {
        let masker = Masker()
        masker.add("a1b2-c3\nd4e5-f6\nxyz\nall-in")
        #expect(masker.mask("a1b2-c3") == "***")
        #expect(masker.mask("codes:\r\n  d4e5-f6\r\nall-in\n") == "codes:\r\n  ***\r\n***\n")
        #expect(masker.mask("xyz\nhe is all-in") == "xyz\nhe is all-in")
        #expect(masker.mask("a1b2-c3\nd4e5-f6\nxyz\nall-in") == "***")
    }
}

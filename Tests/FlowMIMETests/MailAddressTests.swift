import FlowCore
import FlowMIME
import Testing

@Suite struct MailAddressTests {
    private func addresses(_ text: String) throws(Failure) -> [String] {
        try MailAddressList(.string(text), "to").addresses.map { "\($0.name ?? "-")|\($0.address)" }
    }

    @Test(arguments: [
        ("ada@example.com", ["-|ada@example.com"]),
        (" <ada@example.com> ", ["-|ada@example.com"]),
        ("Ada <ada@example.com>", ["Ada|ada@example.com"]),
        ("Ada   Lovelace  <ada@example.com>,bob@example.com", ["Ada   Lovelace|ada@example.com", "-|bob@example.com"]),
        ("\"Hopper, \\\"Amazing\\\" Grace\" <g@example.com>", ["Hopper, \"Amazing\" Grace|g@example.com"]),
        ("ada@example.com (Ada (the first))", ["Ada (the first)|ada@example.com"]),
        ("Ada <ada@example.com> (work), , bob@example.com,", ["Ada|ada@example.com", "-|bob@example.com"]),
        ("a@example.com; b@example.com", ["-|a@example.com", "-|b@example.com"]),
        (
            "Team: a@example.com, Bob <b@example.com>; c@example.com",
            ["-|a@example.com", "Bob|b@example.com", "-|c@example.com"]
        ),
        ("undisclosed-recipients:;", []),
        ("Zoë 😀 <zoe@example.com>", ["Zoë 😀|zoe@example.com"]),
        ("", []),
        ("a+tag.x_y-z!#$%&'*/=?^`{|}~@sub.example.com", ["-|a+tag.x_y-z!#$%&'*/=?^`{|}~@sub.example.com"]),
    ])
    func addressesAreReadAsPeopleWriteThem(text: String, expected: [String]) throws {
        #expect(try addresses(text) == expected)
    }

    @Test(arguments: [
        "ada", "@example.com", "ada@", "a@b@c", "Ada ada@example.com", "<ada@example.com", "ada@example.com>",
        "\"Ada <ada@example.com>", "Ada (x <ada@example.com>", "<a@b.test> x", "<a@b.test> <c@d.test>",
        "a@b.test c@d.test",
        "Team: a@b.test", ": a@b.test;", "A: B: a@b.test;", "\"ada@example.com\"", "a\u{A0}b@example.com",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: Failure.self) { try addresses(text) }
    }

    @Test(arguments: [
        ("a@müller.de", "a@xn--mller-kva.de"), ("a@Bücher.example", "a@xn--bcher-kva.example"),
        ("a@例え.jp", "a@xn--r8jz45g.jp"), ("a@почта.рф", "a@xn--80a1acny.xn--p1ai"),
        ("a@ليهمابتكلموشعربي؟.test", ""), ("a@b\u{308}ucher.test", ""),
    ])
    func domainsOfAnyScriptAreWrittenInASCII(text: String, expected: String) throws {
        guard !expected.isEmpty else {
            #expect(throws: Failure.self) { try addresses(text) }
            return
        }
        #expect(try addresses(text) == ["-|\(expected)"])
    }

    /// Its letters are gone through once for each of them.
    @Test(.timeLimit(.minutes(1))) func aDomainOfTooManyLettersIsRefused() throws {
        #expect(try addresses("a@\(String(repeating: "ä", count: 50)).test").count == 1)
        let letters = (0x4E00..<0x9C00 as Range<UInt32>).compactMap(Unicode.Scalar.init)
        for domain in [String(repeating: "ä", count: 64), String(String.UnicodeScalarView(letters))] {
            #expect(throws: Failure.self) { try addresses("a@\(domain).test") }
        }
    }
}

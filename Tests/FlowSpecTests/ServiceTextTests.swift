import FlowCore
import FlowSpec
import Testing

/// What a service says, as messages have it: text that is cut shows no part of a secret that stood at the cut.
@Suite struct ServiceTextTests {
    private let secret = "fake-token-0123456789"

    @Test func oneLineIsMadeOfIt() {
        #expect(ServiceText.line("no\nsuch \u{1B}[2Jitem\r\n") == "no such [2Jitem")
    }

    @Test(arguments: [280, 285, 290, 295, 299, 300, 301])
    func aWordAtTheCutIsLeftOut(length: Int) {
        let start = String(repeating: "x", count: length - 1)
        let shown = ServiceText.line("\(start) \(secret) and more than fits into a line of so few letters")
        #expect(shown == start + "…")
    }

    @Test func aWordThatIsTooLongIsLeftOutWhole() {
        #expect(ServiceText.line(String(repeating: "x", count: 291) + secret) == "…")
        #expect(ServiceText.line(String(repeating: "x", count: 300)).count == 300)
        #expect(ServiceText.shortened("one two", to: 3) == "one…")
        #expect(ServiceText.shortened("one two", to: 6) == "one…")
        #expect(ServiceText.shortened("one two", to: 7) == "one two")
    }

    @Test func whatCanBeMaskedIsMaskedBeforeTheCut() {
        let masker = Masker()
        masker.add(secret)
        let start = String(repeating: "x", count: 291)
        #expect(ServiceText.line(start + secret, mask: { masker.mask($0) }) == start + "***")
        let long = ServiceText.line(start + secret + start, mask: { masker.mask($0) })
        #expect(long == "\(start)***xxxxxx…")
    }

    @Test func anIdThatIsTooLongIsNone() {
        let long = ("X-Request-Id", String(repeating: "x", count: 190) + secret)
        #expect(RequestID.of(HTTPHeaders([long])) == nil)
        #expect(RequestID.of(HTTPHeaders([long, ("CF-Ray", "a-1")])) == "a-1")
    }
}

import Testing

@testable import FlowCLI

/// What keys do to an answer that is not shown.
@Suite struct HiddenLineTests {
    private static let keys = TerminalKeys([
        .interrupt: 0x1C, .interrupt: 0x03, .suspend: 0x1A, .end: 0x04, .erase: 0x7F, .eraseWord: 0x17,
        .eraseAll: 0x15, .literal: 0x16,
    ])

    private func line(_ typed: String) -> (bytes: String, outcome: HiddenLine.Outcome) {
        var line = HiddenLine(keys: Self.keys)
        var outcome = HiddenLine.Outcome.unfinished
        for byte in typed.utf8 where outcome == .unfinished { outcome = line.take(byte) }
        return (String(decoding: line.bytes, as: UTF8.self), outcome)
    }

    @Test func answerHasNoBounds() {
        let long = String(repeating: "fake-", count: 4000)
        #expect(line(long + "\n") == (long, .answered))
        #expect(line("a\rb") == ("a", .answered))
    }

    @Test func keysEditIt() {
        #expect(line("pä\u{7F}a\u{8}o\n") == ("po", .answered))
        #expect(line("one two  \u{17}three\n") == ("one three", .answered))
        #expect(line("wrong\u{15}right\n") == ("right", .answered))
        #expect(line("\u{7F}\u{7F}x\n") == ("x", .answered))
    }

    @Test func keysEndIt() {
        #expect(line("abc\u{3}def\n").outcome == .cancelled)
        #expect(line("abc\u{1C}").outcome == .cancelled)
        #expect(line("abc\u{1A}").outcome == .suspended)
        #expect(line("\u{4}").outcome == .ended)
        #expect(line("abc\u{4}d\n") == ("abcd", .answered))
    }

    @Test func aKeyThatIsMeantAsItIsIsPartOfIt() {
        #expect(line("a\u{16}\u{3}b\n") == ("a\u{3}b", .answered))
        #expect(line("a\tb\u{1B}[A\n") == ("a\tb\u{1B}[A", .answered))
    }

    @Test func aKeyThatThereIsNotMeansNothing() {
        var line = HiddenLine(keys: TerminalKeys([.interrupt: 0]))
        #expect(line.take(0) == .unfinished)
        #expect(line.take(3) == .unfinished)
        #expect(line.bytes == [0, 3])
    }
}

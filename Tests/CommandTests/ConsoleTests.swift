import FlowCore
import Testing

@testable import FlowCLI

@Suite struct ConsoleTests {
    private let output = BufferChannel()
    private let notes = BufferChannel()

    private func console(_ screen: Screen = .plain, quiet: Bool = false, verbose: Bool = false) -> Console {
        Console(
            output: output, notes: notes, outputScreen: screen, notesScreen: screen, isQuiet: quiet,
            isVerbose: verbose)
    }

    private let terminal = Screen(isTerminal: true, colors: true, width: 40, isLive: true)

    @Test func controlCharactersFromOutsideNeverReachATerminal() {
        console(terminal).show("\("evil\u{1B}[2Jname\u{07}", .bold) ok")
        #expect(output.text == "\u{1B}[1mevil[2Jname\u{1B}[0m ok\n")
    }

    @Test func aPipeGetsNoColours() {
        console().show("\("ok", .green) done")
        #expect(output.text == "ok done\n")
    }

    @Test func quietKeepsResultsAndErrors() {
        let console = console(quiet: true)
        console.note("progress")
        console.show("result")
        console.complain(Failure(.invalid, "it broke", hint: "mend it"))
        #expect(output.text == "result\n")
        #expect(notes.text == "error: it broke\n  hint: mend it\n")
    }

    @Test func verboseShowsTheCause() {
        console(verbose: true).complain(Failure(.network, "no answer", underlying: "ECONNREFUSED"))
        #expect(notes.text == "error: no answer\n  cause: ECONNREFUSED\n")
    }

    @Test func knownSecretsAreMaskedEverywhere() {
        let console = console()
        console.masker.add("fake-secret-000")
        console.show("token fake-secret-000")
        console.note("token fake-secret-000")
        console.show(json: ["a": "fake-secret-000"])
        #expect(output.text == "token ***\n{\"a\":\"***\"}\n")
        #expect(notes.text == "token ***\n")
    }

    @Test func aTableFitsTheTerminal() {
        var table = Table("NAME", "SUMMARY", "")
        table.add("first", "a summary that is longer than this terminal is wide", "")
        table.add("x", "short", "")
        table.show(on: console(Screen(isTerminal: true, colors: false, width: 30, isLive: false)))
        #expect(output.text == "NAME   SUMMARY\nfirst  a summary that is long…\nx      short\n")
    }

    @Test func aSecretAtTheEdgeOfATerminalIsMaskedBeforeTheCut() {
        let console = console(Screen(isTerminal: true, colors: false, width: 30, isLive: false))
        console.masker.add("fake-secret-0123456789")
        var table = Table("NAME", "SUMMARY")
        table.add("first", "the word fake-secret-0123456789 is it")
        table.show(on: console)
        #expect(output.text == "NAME   SUMMARY\nfirst  the word *** is it\n")
    }

    @Test func paragraphsBreakBetweenWords() {
        #expect(Paragraph.wrap("one two three four", width: 10, indent: "  ") == "  one two\n  three\n  four")
    }
}

import FlowCore
import FlowTestKit
import Glibc
import Testing

/// `flowctl expr` without an expression on a terminal.
@Suite struct ExpressionShellTests {
    private static let data = #"{"issues": [{"title": "It broke", "open": true}], "issue_count": 1, "name": "Ada"}"#

    private func machine() throws -> Machine { try Machine(["data.json": Self.data]) }

    @Test func expressionsAreAnsweredUntilCtrlD() async throws {
        let machine = try machine()
        let shell = try machine.terminal("flowctl expr --data data.json")
        try await shell.see("> ")
        shell.type("issue_count + 41\n")
        try await shell.see("\n42\n")
        try await shell.see("> ")
        shell.type("[1, 2\n")
        try await shell.see(". ")
        shell.type("].size()\n")
        try await shell.see("\n2\n")
        try await shell.see("> ")
        shell.type("\u{4}")
        #expect(try await shell.finish() == 0)
    }

    @Test func mistakesAreToldAndTheNextLineIsAsked() async throws {
        let machine = try machine()
        let shell = try machine.terminal("flowctl expr --data data.json")
        try await shell.see("> ")
        shell.type("nmae\n")
        try await shell.see("error: nothing is named \"nmae\"")
        try await shell.see("hint: did you mean \"name\"?")
        try await shell.see("> ")
        shell.type("1 / 0\n")
        try await shell.see("error: division by zero")
        try await shell.see("> ")
        shell.type(":hepl\n")
        try await shell.see("error: there is no \":hepl\"\n  hint: did you mean \"help\"?")
        try await shell.see("> ")
        shell.type(":explain\n")
        try await shell.see("error: :explain needs an expression")
        try await shell.see("> ")
        shell.type(":functions sizes\n")
        try await shell.see("error: there is no function \"sizes\"\n  hint: did you mean \"size\"?")
        try await shell.see("> ")
        shell.type("\u{4}")
        #expect(try await shell.finish() == 0)
    }

    @Test func commandsExplainAndHelp() async throws {
        let machine = try machine()
        let shell = try machine.terminal("flowctl expr --data data.json --no-color")
        try await shell.see("> ")
        shell.type(":explain issue_count > 3\n")
        try await shell.see("\nissue_count > 3  = false\n  issue_count    = 1\n")
        try await shell.see("> ")
        shell.type(":help\n")
        try await shell.see(":explain EXPRESSION  show each part of it with its value")
        try await shell.see("> ")
        shell.type(":functions startsWith\n")
        try await shell.see("string.startsWith(string) -> bool")
        try await shell.see("\n> ")
        shell.type("\u{4}")
        #expect(try await shell.finish() == 0)
    }

    @Test func helpIsThereInsideAnUnfinishedExpression() async throws {
        let machine = try machine()
        let shell = try machine.terminal("flowctl expr --data data.json --no-color")
        try await shell.see("> ")
        shell.type("[1,\n")
        try await shell.see(". ")
        shell.type(":help\n")
        try await shell.see("Ctrl-C drops the line or an unfinished expression, Ctrl-D ends.")
        try await shell.see(". ")
        shell.type(":functions startsWith\n")
        try await shell.see("string.startsWith(string) -> bool")
        try await shell.see(". ")
        shell.type("true ? 2\n")
        try await shell.see(". ")
        shell.type(":issue_count]\n")
        try await shell.see("\n[\n  1,\n  2\n]\n")
        try await shell.see("> ")
        shell.type("\u{4}")
        #expect(try await shell.finish() == 0)
    }

    @Test(.enabled(if: hasEditor, "libedit2 is not installed")) func tabCompletesNames() async throws {
        let machine = try machine()
        let shell = try machine.terminal("flowctl expr --data data.json")
        try await shell.see("> ")
        shell.type("na\t + '!'\n")
        try await shell.see("\nAda!\n")
        try await shell.see("> ")
        shell.type("issue\t")
        try await shell.see("issue_count  issues")
        shell.type("s[0].title.starts\t'It')\n")
        try await shell.see("\ntrue\n")
        try await shell.see("> ")
        shell.type("\u{4}")
        #expect(try await shell.finish() == 0)
    }

    @Test(.enabled(if: hasEditor, "libedit2 is not installed")) func ctrlCDropsTheLine() async throws {
        let machine = try machine()
        let shell = try machine.terminal("flowctl expr --data data.json")
        try await shell.see("> ")
        shell.type("name + (")
        try await shell.see("(")
        shell.type("\u{3}")
        try await shell.see("> ")
        shell.type("2 * 3\n")
        try await shell.see("\n6\n")
        try await shell.see("> ")
        shell.type("(1 +\n")
        try await shell.see(". ")
        shell.type("\u{3}")
        try await shell.see("> ")
        shell.type("\u{4}")
        #expect(try await shell.finish() == 0)
    }

    @Test(.enabled(if: hasEditor, "libedit2 is not installed")) func arrowKeysGoThroughEarlierSessions() async throws {
        let machine = try machine()
        let first = try machine.terminal("flowctl expr --data data.json")
        try await first.see("> ")
        first.type("name + '?'\n")
        try await first.see("\nAda?\n")
        try await first.see("> ")
        first.type("'secrets.token'\n")
        try await first.see("\nsecrets.token\n")
        try await first.see("> ")
        first.type("\u{4}")
        #expect(try await first.finish() == 0)

        let path = ".local/state/flowctl/expressions"
        #expect(machine.read(path) == "name + '?'\n")
        var facts = stat()
        #expect(stat("\(machine.home)/\(path)", &facts) == 0)
        #expect(facts.st_mode & 0o777 == 0o600)

        let second = try machine.terminal("flowctl expr --data data.json")
        try await second.see("> ")
        second.type("\u{10}\n")
        try await second.see("\nAda?\n")
        try await second.see("> ")
        second.type("\u{4}")
        #expect(try await second.finish() == 0)
    }

    @Test func withoutLibeditLinesAreReadPlainly() async throws {
        let machine = try machine()
        // A file that is no library, and stands before the real one.
        try machine.write("", to: "libedit.so.2")
        let shell = try machine.terminal(
            "flowctl expr --data data.json --no-color", variables: ["LD_LIBRARY_PATH": machine.home])
        try await shell.see(
            "note: the library libedit.so.2 is not there, so lines can't be edited; install libedit2\n> ")
        shell.type("name\n")
        try await shell.see("\nAda\n> ")
        shell.type("\u{4}")
        #expect(try await shell.finish() == 0)
    }

    /// Whether the machine has libedit.
    private static var hasEditor: Bool {
        guard let library = dlopen("libedit.so.2", RTLD_NOW) else { return false }
        dlclose(library)
        return true
    }
}

import ArgumentParser
import FlowCore

/// `flowctl version`
struct VersionCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Show the version.",
        discussion: "With --output json as a document, for scripts that check for a feature.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        session.console.show(json: ["name": "flowctl", "version": .string(Version.number)]) {
            session.console.show(StyledText(Version.text))
        }
    }
}

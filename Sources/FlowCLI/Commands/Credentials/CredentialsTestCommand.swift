import ArgumentParser
import FlowCore
import FlowNodes
import FlowSpec
import FlowVault

/// `flowctl credentials test NAME`
struct CredentialsTestCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Ask the service whether a credential works, whose it is and what it may do.",
        discussion: """
            Exits with 4 where the service refuses it, with 1 where it can't be asked; with --all, those that \
            nothing can be asked about don't count.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credential's name.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String?

    @Flag(help: "Test all there are.")
    var all = false

    @Option(help: BaseURL.optionHelp)
    var baseURL: [String] = []

    func run(in session: Session) async throws {
        let connectors = session.connectors()
        let checkup = CredentialCheckup(
            session: session, connectors: connectors, baseURL: try BaseURL.option(baseURL, among: connectors))
        guard all != (name != nil) else {
            throw Exit.usage(
                all ? "--all leaves nothing to name" : "nothing says which credential to test",
                hint: "name one, or give --all")
        }
        let known = try await checkup.allNames()
        if let name, !known.contains(name), session.environment[CredentialName.environmentVariable(name)] == nil {
            throw Exit.usage(
                "there is no credential \"\(name)\"",
                hint: Suggestion.didYouMean(name, among: known) ?? "run \"flowctl credentials list\"")
        }
        let found = try await Interruption.cancellable { try await checkup.examine(name.map { [$0] } ?? known) }
        try CredentialReport(found: found, now: SystemClock().now()).show(on: session.console, asList: all)
    }
}

import ArgumentParser
import FlowCore
import FlowSpec

/// `flowctl nodes search WORDS`
struct NodesSearchCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Find nodes by words in their name, summary and parameters.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "All of these words must occur.")
    var words: [String]

    func run(in session: Session) async throws {
        let wanted = words.map { $0.lowercased() }
        let found = try NodeIndex(session.nodes()).specs { _ in true }.filter { spec in
            let text = ([spec.name, spec.summary, spec.details] + spec.parameters.map { "\($0.name) \($0.help)" })
                .joined(separator: " ").lowercased()
            return wanted.allSatisfy { text.contains($0) }
        }
        if found.isEmpty { session.console.note("no node has \(words.map { "\"\($0)\"" }.joined(separator: ", "))") }
        NodeListing(found).show(on: session.console)
    }
}

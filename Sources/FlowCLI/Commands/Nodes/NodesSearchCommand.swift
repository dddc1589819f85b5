import ArgumentParser
import FlowCore
import FlowSpec

/// `flowctl nodes search WORDS`
struct NodesSearchCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Find nodes by what they do.",
        discussion: """
            flowctl nodes search "upload a file"
            All words must occur in a node's name, summary, description or parameters; the best come first.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "What it should do.")
    var words: [String]

    func run(in session: Session) async throws {
        let search = NodeSearch(words.joined(separator: " "))
        let found = search.ranked(try NodeIndex(session.nodes()).specs { _ in true })
        if found.isEmpty {
            session.console.note("no node has \(words.map { "\"\($0)\"" }.joined(separator: ", "))")
            session.console.note("  \("hint:", .cyan) use fewer or other words, or run \"flowctl nodes list\" for all")
        }
        NodeListing(found).show(on: session.console)
    }
}

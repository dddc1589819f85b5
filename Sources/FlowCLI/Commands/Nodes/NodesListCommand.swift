import ArgumentParser
import FlowCore
import FlowSpec

/// `flowctl nodes list [GROUP]`
struct NodesListCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List nodes.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(
        help: "Only this connector or family, such as slack or files.",
        completion: .custom { _, _, _ in Completions.groups() })
    var group: String?

    func run(in session: Session) async throws {
        let nodes = NodeIndex(session.nodes())
        if let group, !nodes.groups.contains(group) {
            throw Exit.usage(
                "no node's name starts with \"\(group).\"",
                hint: Suggestion.didYouMean(group, among: nodes.groups) ?? "run \"flowctl nodes list\" for all of them")
        }
        NodeListing(try nodes.specs { group == nil || $0 == group }).show(on: session.console)
    }
}

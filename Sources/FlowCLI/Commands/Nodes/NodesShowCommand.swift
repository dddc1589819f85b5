import ArgumentParser
import FlowSpec

/// `flowctl nodes show NAME`
struct NodesShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a node's parameters, output and an example.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "Such as slack.send_message.", completion: .custom { _, _, _ in Completions.nodes() })
    var name: String

    func run(in session: Session) async throws {
        let sheet = NodeSheet(try NodeIndex(session.nodes()).node(name))
        let console = session.console
        console.show(json: sheet.asValue) {
            for line in sheet.lines(width: min(console.outputScreen.width, 100)) { console.show(line) }
        }
    }
}

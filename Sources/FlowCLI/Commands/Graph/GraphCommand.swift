import ArgumentParser
import FlowCore
import FlowWorkflow

/// `flowctl graph FILE`
struct GraphCommand: Verb {
    enum Format: String, ExpressibleByArgument, CaseIterable { case mermaid, dot, ascii }

    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw a workflow's steps and which waits for which.",
        discussion: """
            mermaid goes into Markdown; dot is for Graphviz:
              flowctl graph deploy.yaml --format dot | dot -Tsvg >deploy.svg
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The workflow file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(help: "ascii, mermaid or dot.")
    var format: Format = .ascii

    func run(in session: Session) async throws {
        let drawing = GraphDrawing(
            try session.workflow(file, nodes: session.nodes(with: session.connectors(of: ParentFolder.of(file)))))
        session.console.show(json: drawing.asValue) {
            switch format {
            case .ascii: session.console.show(document: drawing.ascii)
            case .mermaid: session.console.show(document: drawing.mermaid)
            case .dot: session.console.show(document: drawing.dot)
            }
        }
    }
}

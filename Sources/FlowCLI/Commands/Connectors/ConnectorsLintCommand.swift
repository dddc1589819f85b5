import ArgumentParser
import FlowConnect
import FlowCore
import FlowSpec

/// `flowctl connectors lint`
struct ConnectorsLintCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Check connector files.",
        discussion: """
            Without names it checks every connector there is. A name with a slash or an extension is a file. \
            Exits with 3 where something is wrong.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(
        help: "Names of connectors, or files.", completion: .file(extensions: ["yaml", "yml"]))
    var connectors: [String] = []

    func run(in session: Session) async throws {
        let source = session.connectors()
        let world = try session.world(session.vaultAccess(asks: false))
        var report = DiagnosticReport()
        for name in connectors.isEmpty ? source.connectorNames : connectors {
            if name.contains("/") || name.contains(".") {
                do throws(Failure) {
                    let text = SourceText(name: name, bytes: try session.read(name, as: "the connector file"))
                    let origin = NodeSpec.Source.connectorFile(path: session.absolutePath(name))
                    report.add(name, ConnectorLint.check(text, from: origin, in: world))
                } catch {
                    report.add(name, unreadable: error)
                }
            } else if let reading = try source.diagnostics(of: name) {
                try report.add(name, reading.hasErrors ? reading : check(name, source, world))
            } else {
                throw Exit.usage(
                    "there is no connector \"\(name)\"",
                    hint: Suggestion.didYouMean(name, among: source.connectorNames)
                        ?? "run \"flowctl connectors list\" for those there are")
            }
        }
        try report.show(on: session.console)
    }

    /// The whole of what lint says about a connector that can be read.
    private func check(_ name: String, _ source: ConnectorSource, _ world: World) throws -> Diagnostics {
        guard let connector = try source.connector(name) else { return Diagnostics() }
        if case .connectorFile(let path) = connector.source {
            let text = SourceText(name: path, bytes: try world.files.read(path, limit: Session.inputLimit))
            return ConnectorLint.check(text, from: connector.source, in: world)
        }
        guard let file = EmbeddedCatalog.connector(name) else { return Diagnostics() }
        return ConnectorLint.check(
            SourceText(name: "<\(file.path)>", bytes: file.bytes), from: connector.source, in: world)
    }
}

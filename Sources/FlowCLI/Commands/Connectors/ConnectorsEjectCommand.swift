import ArgumentParser
import FlowConnect
import FlowCore
import FlowSpec

/// `flowctl connectors eject NAME`
struct ConnectorsEjectCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "eject", abstract: "Write a connector that is part of flowctl to a file that takes its place.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The connector's name.", completion: .custom { _, _, _ in Completions.connectors() })
    var name: String

    @Option(
        help: ArgumentHelp(
            "The folder it goes to.", discussion: "Else connectors/ in flowctl's configuration folder.",
            valueName: "folder"), completion: .directory)
    var to: String?

    func run(in session: Session) async throws {
        guard let file = EmbeddedCatalog.connector(name) else {
            throw Exit.usage(
                "no connector \"\(name)\" is part of flowctl",
                hint: Suggestion.didYouMean(name, among: EmbeddedCatalog.connectors.map(\.name))
                    ?? "run \"flowctl connectors list\" for those there are")
        }
        let folder = try to ?? session.settings.requiredConnectorFolder
        let path = "\(folder)/\(name).yaml"
        try session.files.createFolder(session.absolutePath(folder))
        do {
            try session.write(overriding(file.bytes), to: path, replacing: false)
        } catch {
            throw Exit.usage(error.message, hint: "delete it, or give another folder with --to")
        }
        session.console.show(json: ["file": .string(path)]) { session.console.show("wrote \(path)") }
    }

    /// The text with the line that lets it stand in for the embedded one, after the connector's name.
    private func overriding(_ bytes: [UInt8]) -> String {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let place = lines.firstIndex { $0.hasPrefix("connector:") }.map { $0 + 1 } ?? 0
        if !lines.contains(where: { $0.hasPrefix("override:") }) { lines.insert("override: true", at: place) }
        return lines.joined(separator: "\n")
    }
}

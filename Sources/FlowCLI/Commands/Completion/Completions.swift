import FlowConnect
import FlowSpec
import FlowStore
import FlowVault

/// What the shell offers while a command line is typed. Anything that goes wrong offers nothing.
enum Completions {
    /// Sees the real settings and says nothing.
    private static var session: Session {
        let environment = ProcessSurroundings.variables().texts
        let directory = (try? ProcessSurroundings.workingDirectory()) ?? "/"
        return Session(
            console: Console(output: BufferChannel(), notes: BufferChannel()), environment: environment,
            workingDirectory: directory, prompt: TerminalPrompt(),
            settings: Settings(environment: environment, workingDirectory: directory))
    }

    static func nodes() -> [String] { session.nodes().names }

    static func groups() -> [String] { NodeIndex(session.nodes()).groups }

    static func connectors() -> [String] { EmbeddedCatalog.connectors.map(\.name) }

    static func credentialTypes() -> [String] {
        CredentialTypeIndex(connectors: session.connectors()).all.map(\.name)
    }

    static func logins() -> [String] { ProviderCatalog.names }

    static func credentials() -> [String] { (try? session.vaultAccess(asks: false).vault()?.names()) ?? [] }

    static func runs() -> [String] { (try? session.history()?.runs(limit: 50).map(\.id.text)) ?? [] }
}

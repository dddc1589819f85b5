import FlowConnect
import FlowSpec
import FlowStore

/// What the shell offers while a command line is typed. Anything that goes wrong offers nothing.
enum Completions {
    static func nodes() -> [String] { (try? Session.quiet().nodes().names) ?? [] }

    static func groups() -> [String] { (try? NodeIndex(Session.quiet().nodes()).groups) ?? [] }

    static func connectors() -> [String] { EmbeddedCatalog.connectors.map(\.name) }

    static func runs() -> [String] { (try? Session.quiet().history()?.runs(limit: 50).map(\.id.text)) ?? [] }
}

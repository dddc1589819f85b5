import FlowSpec

/// What the shell offers while a command line is typed. Anything that goes wrong offers nothing.
enum Completions {
    static func nodes() -> [String] { (try? Session.quiet().nodes().names) ?? [] }

    static func groups() -> [String] { (try? NodeIndex(Session.quiet().nodes()).groups) ?? [] }
}

import FlowConnect
import FlowOAuth

/// The page of docs/ about the providers that flowctl knows, in Markdown.
enum ProviderPage {
    private static let introduction = """
        # Providers of logins

        Made by `make docs` from `connectors/providers`. How a login goes is in [oauth.md](oauth.md). The redirect URI of
        a fixed port can be another one: register it, and log in with `--port` or `--redirect-uri`.
        """

    static var text: String {
        ([introduction] + ProviderCatalog.all.map { section($0.resolved()) }).joined(separator: "\n\n") + "\n"
    }

    private static func section(_ provider: OAuthProvider) -> String {
        var lines = ["## \(provider.title)", "", "```", "flowctl credentials login \(provider.name)", "```", ""]
        lines += ["Register an app at <\(provider.guide.console ?? "")>:", ""]
        for (number, step) in provider.guide.steps(redirect: "`\(redirectURI(provider))`").enumerated() {
            lines.append("\(number + 1). \(step)")
        }
        lines += [""] + facts(provider).map { "- \($0)" }
        if !provider.guide.traps.isEmpty { lines += ["", "Mind:", ""] + provider.guide.traps.map { "- \($0)" } }
        if !provider.scopes.names.isEmpty {
            lines += ["", "| short name | scope |", "| --- | --- |"]
            lines += provider.scopes.names.sorted { $0.key < $1.key }.map { "| `\($0.key)` | `\($0.value)` |" }
        }
        return lines.joined(separator: "\n")
    }

    private static func facts(_ provider: OAuthProvider) -> [String] {
        var facts = ["redirect URI: `\(redirectURI(provider))`\(note(provider.redirect))"]
        switch provider.secret {
        case .required: facts.append("the app has a client secret")
        case .optional: facts.append("a client secret is optional")
        case .none: facts.append("the app has no client secret")
        }
        if !provider.scopes.standard.isEmpty { facts.append("without `--scopes`: \(code(provider.scopes.standard))") }
        if !provider.scopes.always.isEmpty { facts.append("always asked for: \(code(provider.scopes.always))") }
        facts += provider.variables.map { "`--set \($0.name)=\($0.value)`: \($0.help)" }
        facts.append(provider.deviceURL == nil ? "no login with `--device`" : "`--device` works")
        facts.append("tokens go to \(provider.hosts.map { "<\($0)>" }.joined(separator: ", "))")
        if let page = provider.guide.manage {
            let isRevoked = provider.tokens.revocation != nil
            facts.append(
                isRevoked
                    ? "`credentials logout` gives the access back; see also <\(page)>"
                    : "access is taken back at <\(page)>; there is no way from here")
        }
        return facts
    }

    private static func redirectURI(_ provider: OAuthProvider) -> String {
        let path = "/callback/\(provider.name)"
        return switch provider.redirect {
        case .loopback: "http://127.0.0.1\(path)"
        case .localhost: "http://localhost\(path)"
        case .fixed: "http://127.0.0.1:\(provider.port ?? 0)\(path)"
        case .paste: "https://localhost\(path)"
        }
    }

    private static func note(_ redirect: OAuthProvider.Redirect) -> String {
        switch redirect {
        case .loopback, .localhost: ", whose port is ignored"
        case .fixed: ", exactly so"
        case .paste: ", where nothing answers: the browser's address is pasted"
        }
    }

    private static func code(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: " ") }
}

import FlowConnect
import FlowCore
import FlowOAuth

/// What a login asks of a person; where there is no terminal, it says which option answers the question.
struct LoginDialogue {
    let session: Session
    private var console: Console { session.console }

    func provider() throws -> String {
        let providers = ProviderCatalog.all
        guard session.prompt.isAvailable else {
            throw Exit.usage(
                "no provider is given",
                hint: "name one of \(providers.map(\.name).joined(separator: ", ")), or another with --issuer")
        }
        var table = Table("PROVIDER", "")
        for provider in providers { table.add(StyledText(provider.name, .bold), StyledText(provider.title)) }
        for line in table.lines { console.note(line) }
        let answer = try session.prompt.ask("provider", isSecret: false)
        return answer.filter { !$0.isWhitespace }.lowercased()
    }

    /// How to register an app, for one who has none.
    func showGuide(_ plan: LoginPlan) {
        let provider = plan.provider
        guard session.prompt.isAvailable, let page = provider.guide.console else { return }
        console.note("\("flowctl logs in with an app of your own. Register one:", .bold)")
        console.note("  1. Open \(page, .cyan)")
        for (number, step) in provider.guide.steps(redirect: plan.redirectForGuide).enumerated() {
            console.note("  \(number + 2). \(step)")
        }
    }

    func clientID(_ provider: OAuthProvider) throws -> String {
        guard session.prompt.isAvailable else {
            throw Exit.usage(
                "there is no terminal to ask for the app's id on",
                hint: "give --client-id, and --client-secret-file where the app has a secret")
        }
        let answer = try session.prompt.ask("client ID of your app at \(provider.title)", isSecret: false)
        let id = String(answer.filter { !$0.isWhitespace })
        guard !id.isEmpty else {
            throw Exit.usage("no client ID was given", hint: "copy it from the app's page at \(provider.title)")
        }
        return id
    }

    /// nil where the app has none.
    func clientSecret(_ plan: LoginPlan) throws -> String? {
        let provider = plan.provider
        // The device grant is for apps that can't keep one, whatever else the provider asks for.
        var isOptional = provider.secret == .optional
        if case .device = plan.way { isOptional = true }
        if case .clientCredentials = plan.way { isOptional = false }
        guard provider.secret != .none || !isOptional else { return nil }
        guard session.prompt.isAvailable else {
            guard isOptional else {
                throw Exit.usage(
                    "there is no terminal to ask for the app's secret on",
                    hint: "give it in a file with --client-secret-file, or - for standard input")
            }
            return nil
        }
        let answer = try session.prompt.ask(
            "client secret\(isOptional ? " (leave it empty where the app has none)" : "")", isSecret: true)
        let secret = String(answer.filter { !$0.isWhitespace })
        guard !secret.isEmpty || isOptional else {
            throw Exit.usage("no client secret was given", hint: "copy it from the app's page at \(provider.title)")
        }
        return secret.isEmpty ? nil : secret
    }

    func scopes(_ provider: OAuthProvider) throws -> [String] {
        let names = provider.scopes.names.keys.sorted().joined(separator: ", ")
        guard session.prompt.isAvailable else {
            throw Exit.usage(
                "no scopes are given, and \(provider.title) has none of its own", hint: "give --scopes: \(names)")
        }
        console.note("what to ask for: \(names), or the provider's own names")
        let answer = try session.prompt.ask("scopes, separated by commas", isSecret: false)
        let scopes = answer.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
        guard !scopes.isEmpty else { throw Exit.usage("no scopes were given", hint: "name one at least: \(names)") }
        return scopes
    }

    /// The address the browser ended on; asks again where that is no answer to the login.
    func callback(of login: PendingLogin) throws -> String {
        guard session.prompt.isAvailable else {
            throw Exit.usage(
                "there is no terminal to paste the address on", hint: "log in on a terminal, or with --device")
        }
        for _ in 0..<5 {
            let address = try session.prompt.ask("address the browser ended on", isSecret: false)
            switch login.answer(in: String(address.filter { !$0.isWhitespace })) {
            case .code(let code): return code
            case .refused(let failure): throw failure
            case .foreign:
                console.complain(
                    "\("that is not the answer to this login:", .yellow) copy all of the browser's address line")
            }
        }
        throw Failure(.auth, "no answer to the login was given", hint: "log in again")
    }
}

extension LoginPlan {
    /// What is entered at the provider's console.
    var redirectForGuide: String {
        switch way {
        case .browser(let address):
            "http://\(address.host)\(address.port.map { ":\($0)" } ?? "")\(address.path)"
        case .paste(let redirectURI): redirectURI
        case .device, .clientCredentials, .serviceAccount: "http://127.0.0.1/callback/\(provider.name)"
        }
    }
}

extension OAuthProvider.Guide {
    func steps(redirect: String) -> [String] { steps.map { $0.replacing("{redirect}", with: redirect) } }
}

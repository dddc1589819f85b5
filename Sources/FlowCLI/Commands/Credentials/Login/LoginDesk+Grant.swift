import FlowCore
import FlowOAuth
import FlowSpec
import FlowVault
import Synchronization

extension LoginDesk {
    /// Logs in, one way or the other.
    func grant(_ plan: LoginPlan) async throws -> StoredGrant {
        switch plan.way {
        case .browser(let address): try await browserLogin(plan, address)
        case .paste(let redirectURI): try await pastedLogin(plan, redirectURI)
        case .device: try await deviceLogin(plan)
        case .clientCredentials(let audience):
            try await machine(StoredGrant(.clientCredentials(audience: audience), plan))
        case .serviceAccount(let account): try await machine(StoredGrant(.serviceAccount(account), plan))
        }
    }

    private func machine(_ grant: StoredGrant) async throws -> StoredGrant {
        let world = world
        return try await Interruption.cancellable { try await grant.renewed(through: world.http, clock: world.clock) }
    }

    private func browserLogin(_ plan: LoginPlan, _ address: CallbackAddress) async throws -> StoredGrant {
        let server = try CallbackServer(host: address.host, port: address.port, path: address.path)
        let login = try PendingLogin(
            plan.provider, client: try plan.requireClient(), scopes: plan.scopes, redirectURI: server.redirectURI)
        let found = Found()
        let timeout = plan.timeout
        let world = world
        let tokens = try await Interruption.cancellable {
            invite(to: login.url, plan)
            try await server.wait(atMost: timeout) { target in
                let answer = login.answer(in: target)
                found.keep(answer)
                return switch answer {
                case .foreign: .foreign
                case .code: .accepted
                case .refused: .refused
                }
            }
            return try await login.tokens(for: found.code(), through: world.http, clock: world.clock)
        }
        let isFixed = address.port != nil && plan.provider.port != address.port || address.isUnusual(plan.provider)
        return StoredGrant(.login, plan, tokens, redirectURI: isFixed ? server.redirectURI : nil)
    }

    private func invite(to url: String, _ plan: LoginPlan) {
        let console = session.console
        guard plan.opensBrowser, Browser.open(url, environment: session.environment) else {
            return console.complain("open this page to allow the app:\n\(StyledText(url, .cyan))")
        }
        console.note("allow the app in the browser; if none has opened, open this page:\n\(StyledText(url, .cyan))")
    }

    private func pastedLogin(_ plan: LoginPlan, _ redirectURI: String) async throws -> StoredGrant {
        let login = try PendingLogin(
            plan.provider, client: try plan.requireClient(), scopes: plan.scopes, redirectURI: redirectURI)
        session.console.complain("open this page in a browser and allow the app:\n\(StyledText(login.url, .cyan))")
        session.console.note(
            "the browser then goes to \(redirectURI), where nothing may answer; copy its address line all the same")
        let code = try dialogue.callback(of: login)
        let world = world
        let tokens = try await Interruption.cancellable {
            try await login.tokens(for: code, through: world.http, clock: world.clock)
        }
        let isOwn =
            plan.provider.redirect != .paste || redirectURI != "https://localhost/callback/\(plan.provider.name)"
        return StoredGrant(.login, plan, tokens, redirectURI: isOwn ? redirectURI : nil)
    }

    private func deviceLogin(_ plan: LoginPlan) async throws -> StoredGrant {
        let login = try DeviceLogin(
            plan.provider, client: try plan.requireClient(), http: world.http, clock: world.clock)
        let console = session.console
        let scopes = plan.scopes
        let tokens = try await Interruption.cancellable {
            let invitation = try await login.begin(scopes: scopes)
            console.complain("open \(invitation.url, .cyan) and type the code \(invitation.userCode, .bold)")
            if let url = invitation.completeURL { console.complain("or open \(url, .cyan)") }
            if !scopes.isEmpty { console.note("it asks for \(scopes.joined(separator: ", "))") }
            return try await login.tokens(for: invitation)
        }
        return StoredGrant(.login, plan, tokens)
    }
}

/// What the browser brought, from the thread that listens.
private final class Found: Sendable {
    private let answer = Mutex<PendingLogin.Answer>(.foreign)

    func keep(_ new: PendingLogin.Answer) { answer.withLock { $0 = new } }

    func code() throws(Failure) -> String {
        switch answer.withLock({ $0 }) {
        case .code(let code): return code
        case .refused(let failure): throw failure
        case .foreign: throw Failure(.internal, "the browser's answer was lost")
        }
    }
}

extension LoginPlan {
    fileprivate func requireClient() throws -> OAuthClient {
        guard let client else { throw Failure(.internal, "a login without an app") }
        return client
    }
}

extension CallbackAddress {
    /// Whether it is not what the next login would take by itself.
    fileprivate func isUnusual(_ provider: OAuthProvider) -> Bool {
        provider.guide.console != nil && path != "/callback/\(provider.name)"
    }
}

extension StoredGrant {
    fileprivate init(
        _ kind: Kind, _ plan: LoginPlan, _ tokens: OAuthTokens? = nil, redirectURI: String? = nil
    ) {
        var login = LoginRules(redirectURI: redirectURI)
        login.issuer = plan.provider.issuer
        login.authorizeURL = plan.provider.authorizeURL
        login.deviceURL = plan.provider.deviceURL
        for variable in plan.provider.variables { login.variables[variable.name] = variable.value }
        login.scopes = plan.scopes
        self.init(
            kind, service: plan.provider.tokens, client: plan.client, scopes: plan.scopes, tokens: tokens,
            login: login)
    }
}

import FlowCore
import FlowHTTP
import FlowNodes
import FlowOAuth
import FlowSpec
import FlowTestKit
import Glibc
import Synchronization
import Testing

/// Logins at providers that others have written, over HTTP and with the browser's part played by a program.
@Suite(.serialized) struct RealProviderTests {
    private static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()
    private static let services = root + "/../shared/services"
    private static let program = root + "/.build/oidc-provider/bin/oidc-provider-mock"

    private let clock = SystemClock()

    private func http() throws -> any HTTPClient {
        RetryingClient(
            CurlClient(try CurlClient.Options(environment: [:], userAgent: "flowctl-tests")), clock: clock,
            random: SystemRandom())
    }

    @Test(.enabled(if: Folder.exists(services + "/oidc"), "there is no service \"oidc\" to test with"))
    func everyGrantOfGlewlwyd() async throws {
        try await with("oidc") { service in
            let provider = try await provider(service)
            let open = OAuthClient(id: service["OIDC_PUBLIC_CLIENT"])
            let first = try await browserLogin(provider, open, ["openid", "flow"], service)
            try await expectRotation(of: first)

            let secretive = OAuthClient(id: service["OIDC_CLIENT"], secret: service["OIDC_CLIENT_SECRET"])
            let http = try http()
            let login = try DeviceLogin(provider, client: secretive, http: http, clock: clock)
            let invitation = try await login.begin(scopes: ["openid", "flow"])
            let page = try #require(invitation.completeURL)
            let browser = try await shell("'\(service["OIDC_BROWSER"])' '\(page)'")
            #expect(browser.exit == 0, "\(browser.errors)")
            let device = StoredGrant(
                .login, service: provider.tokens, client: secretive, scopes: ["flow"],
                tokens: try await login.tokens(for: invitation))
            #expect(device.isRenewable)
            let revocation = try #require(provider.tokens.revocation)
            try await TokenEndpoint(provider.tokens, client: secretive, http: http, clock: clock)
                .revoke(device, by: revocation)
            let ended = await failure { try await device.renewed(through: http, clock: clock) }
            #expect(ended.kind == .auth)

            let machine = StoredGrant(
                .clientCredentials(audience: nil), service: provider.tokens, client: secretive, scopes: ["flow"])
            #expect(try await machine.renewed(through: http, clock: clock).tokens?.scopes == ["flow"])
        }
    }

    @Test(.enabled(if: Folder.exists(services + "/oidc-strict"), "there is no service \"oidc-strict\" to test with"))
    func errorsOfCanaille() async throws {
        try await with("oidc-strict") { service in
            let provider = try await provider(service)
            let secretive = OAuthClient(id: service["OIDC_CLIENT"], secret: service["OIDC_CLIENT_SECRET"])
            let grant = try await browserLogin(provider, secretive, ["openid", "profile"], service)
            // Two tokens of one second would be the same token there.
            try await Task.sleep(for: .seconds(1))
            try await expectRotation(of: grant)
            let wrong = StoredGrant(
                .clientCredentials(audience: nil), service: provider.tokens,
                client: OAuthClient(id: service["OIDC_CLIENT"], secret: "fake-wrong"), scopes: [])
            let outcome = await failure { try await wrong.renewed(through: try http(), clock: clock) }
            #expect(outcome.code == "invalid_client")
        }
    }

    @Test(.enabled(if: Folder.exists(program), "run \"scripts/bootstrap tests\" for a provider to test with"))
    func codeAndRefreshAtTheProviderOfPyPI() async throws {
        let folder = TemporaryFolder()
        let port = try FreePorts.find(1)
        let running = try ChildProcess(
            command: "exec scripts/oidc-provider \(port)", environment: ["PATH=/usr/bin:/bin", "HOME=\(folder.path)"],
            workingDirectory: Self.root, scratch: folder.path
        ).start()
        var hasEnded = false
        defer { if !hasEnded { running.signal(SIGKILL) } }
        let issuer = "http://127.0.0.1:\(port)"
        for _ in 0..<600 {
            if (try? await LoopbackBrowser.visit(issuer + "/.well-known/openid-configuration")) != nil { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        let http = try http()
        let provider = try await ProviderMetadata.provider(issuer: issuer, name: "mock", through: http)
        let client = OAuthClient(id: "fake-client", secret: "fake-secret")
        let grant = try await login(provider, client, ["openid"], port: nil) { url in
            let page = try await LoopbackBrowser.visit(url, form: "sub=ada")
            #expect(page.body.contains("Back to the terminal"))
        }
        #expect(grant.tokens?.lifetime == .seconds(60))
        let renewed = try await grant.renewed(through: http, clock: clock)
        #expect(renewed.tokens?.access != grant.tokens?.access)
        running.signal(SIGTERM)
        hasEnded = true
        _ = try await running.finish()
    }

    // MARK: Parts of a login

    private func provider(_ service: Service) async throws -> OAuthProvider {
        try await ProviderMetadata.provider(issuer: service["OIDC_ISSUER"], name: "real", through: try http())
    }

    private func browserLogin(
        _ provider: OAuthProvider, _ client: OAuthClient, _ scopes: [String], _ service: Service
    ) async throws -> StoredGrant {
        var provider = provider
        if client.secret == nil { provider.tokens.authentication = .none }
        let port = service["OIDC_REDIRECT_PORTS"].split(separator: ",").first.flatMap { Int($0) }
        return try await login(provider, client, scopes, port: port) { url in
            let browser = try await shell("'\(service["OIDC_BROWSER"])' '\(url)'")
            #expect(browser.exit == 0, "\(browser.errors)\(browser.output)")
        }
    }

    private func login(
        _ provider: OAuthProvider, _ client: OAuthClient, _ scopes: [String], port: Int?,
        visit: (String) async throws -> Void
    ) async throws -> StoredGrant {
        let server = try CallbackServer(host: "127.0.0.1", port: port, path: "/callback")
        let login = try PendingLogin(provider, client: client, scopes: scopes, redirectURI: server.redirectURI)
        let code = Received()
        async let waiting: Void = server.wait(atMost: .seconds(60)) { target in
            guard case .code(let text) = login.answer(in: target) else { return .foreign }
            code.keep(text)
            return .accepted
        }
        try await visit(login.url)
        try await waiting
        let tokens = try await login.tokens(for: code.text, through: try http(), clock: clock)
        return StoredGrant(.login, service: provider.tokens, client: client, scopes: scopes, tokens: tokens)
    }

    /// A refresh gives a new refresh token, and the old one is worth nothing from then on.
    private func expectRotation(of grant: StoredGrant) async throws {
        let http = try http()
        let renewed = try await grant.renewed(through: http, clock: clock)
        #expect(renewed.tokens?.access != grant.tokens?.access)
        #expect(renewed.refreshToken != grant.refreshToken)
        let reused = await failure { try await grant.renewed(through: http, clock: clock) }
        #expect(reused.kind == .auth)
    }

    private func shell(_ command: String) async throws -> ChildProcess.Result {
        let folder = TemporaryFolder()
        return try await ChildProcess(
            command: command,
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp", "SVC_CACHE=\(Self.root)/.build/services"],
            workingDirectory: "/", scratch: folder.path
        ).run(limit: 300)
    }

    // MARK: Services

    /// What a service says of itself when it has started.
    private struct Service {
        var values: [String: String] = [:]
        subscript(name: String) -> String { values[name] ?? "" }
    }

    private func with(_ name: String, _ body: (Service) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        // The service runs as another user.
        chmod(folder.path, 0o755)
        let script = "\(Self.services)/\(name)"
        let started = try await shell("mkdir -p \(Self.root)/.build/services && \(script) start \(folder.path)/service")
        try #require(started.exit == 0, "\(started.errors)")
        var service = Service()
        for line in started.output.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { service.values[parts[0]] = parts[1] }
        }
        do { try await body(service) } catch {
            _ = try await shell("\(script) stop \(folder.path)/service")
            throw error
        }
        _ = try await shell("\(script) stop \(folder.path)/service")
    }
}

/// The code, from the thread that listens.
private final class Received: Sendable {
    private let held = Mutex("")
    func keep(_ text: String) { held.withLock { $0 = text } }
    var text: String { held.withLock { $0 } }
}

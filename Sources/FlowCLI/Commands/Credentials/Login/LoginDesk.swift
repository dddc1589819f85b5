import FlowConnect
import FlowCore
import FlowOAuth
import FlowSpec
import FlowVault

/// Where a login is planned: finds out all it needs from the command line, the vault and, on a terminal, the user.
struct LoginDesk: Sendable {
    let session: Session
    let vault: VaultFile
    let world: World
    let connectors: ConnectorSource

    init(_ session: Session) throws {
        self.session = session
        let access = session.vaultAccess()
        vault = try access.existingVault()
        world = try session.world(access)
        connectors = session.connectors()
    }

    var dialogue: LoginDialogue { LoginDialogue(session: session) }

    func plan(_ command: CredentialsLoginCommand) async throws -> LoginPlan {
        let (provider, name) = try await subject(command)
        let (existing, previous) = try existing(name, provider)
        let way = try way(command.way, provider, previous)
        let added = try Set(command.reach.host.map(Session.origin))
        var plan = LoginPlan(
            provider: provider, name: name, existing: existing, way: way, client: nil, scopes: [],
            origins: origins(provider, existing).union(added), addedOrigins: added,
            opensBrowser: !command.way.noBrowser, timeout: command.way.timeout)
        if case .serviceAccount = way {
        } else {
            plan.client = try client(command.app, plan, previous?.client)
            if plan.client?.key != nil { plan.provider.tokens.authentication = .privateKeyJWT }
            for secret in [plan.client?.secret, plan.client?.key?.pem] {
                session.console.masker.add(secretsIn: secret.map { .secret(.string($0)) } ?? .null)
            }
        }
        plan.scopes = try scopes(command.reach.scopes, plan, previous)
        return plan
    }

    // MARK: Who

    /// The provider, and the name of the credential.
    private func subject(_ command: CredentialsLoginCommand) async throws -> (OAuthProvider, String) {
        let word = try command.provider ?? dialogue.provider()
        let found = try await provider(word, command)
        let variables = try variables(command.app.set, found.provider)
        let name = command.name ?? found.credential ?? found.provider.name
        do {
            try CredentialName.check(name)
        } catch {
            throw Exit.usage(error.message, hint: error.hint)
        }
        return (found.provider.resolved(variables), name)
    }

    private func provider(
        _ word: String, _ command: CredentialsLoginCommand
    ) async throws -> (provider: OAuthProvider, credential: String?) {
        let address = command.address
        if address.isGiven { return (try await address.provider(named: word, through: world.http), nil) }
        let values = values(command.app.set)
        if let known = try connectors.provider(named: word) {
            let stored = try vault.resolve(command.name ?? known.name)
            guard let stored, stored.fields["provider"]?.stringValue == known.name,
                let grant = try? StoredGrant(fields: stored.fields, source: "the credential \"\(stored.info.name)\"")
            else { return (known, nil) }
            return (grant.provider(orKnown: known, values: values), nil)
        }
        if let stored = try vault.resolve(word), stored.info.type == StoredGrant.credentialType.name {
            let grant = try StoredGrant(fields: stored.fields, source: "the credential \"\(word)\"")
            let known = try grant.service.provider.flatMap { try connectors.provider(named: $0) }
            return (grant.provider(orKnown: known, values: values), word)
        }
        throw Exit.usage(
            "flowctl knows no provider \"\(word)\"",
            hint: Suggestion.didYouMean(word, among: ProviderCatalog.names)
                ?? "use one of \(ProviderCatalog.names.joined(separator: ", ")), or say where it is with --issuer")
    }

    /// What `--set` gives, by name. What is not written as name=value is left to ``variables(_:_:)``, which refuses it.
    private func values(_ words: [String]) -> [String: String] {
        words.reduce(into: [:]) { values, word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
    }

    private func variables(_ words: [String], _ provider: OAuthProvider) throws -> [String: String] {
        let known = provider.variables.map(\.name)
        for word in words {
            guard let name = values([word]).keys.first, known.contains(name) else {
                throw Exit.usage(
                    "\(provider.title) has nothing to set by \"\(word)\"",
                    hint: known.isEmpty
                        ? "leave --set out" : "write it as name=value; the names are \(known.joined(separator: ", "))")
            }
        }
        return values(words)
    }

    /// The credential that a login renews, and what it remembers of the one before.
    private func existing(
        _ name: String, _ provider: OAuthProvider
    ) throws -> (StoredCredential?, StoredGrant?) {
        guard let stored = try vault.resolve(name) else { return (nil, nil) }
        session.console.masker.add(secretsIn: .map(stored.fields))
        guard stored.info.type == StoredGrant.credentialType.name else {
            throw Exit.usage(
                "there is already a credential \"\(name)\" of type \(stored.info.type)",
                hint: "give the login another name: \(command(provider.name, "NAME"))")
        }
        let before = stored.fields["provider"]?.stringValue
        guard before == nil || before == provider.name else {
            throw Exit.usage(
                "the credential \"\(name)\" is of the provider \(before ?? "")",
                hint: "give the login another name: \(command(provider.name, "NAME"))")
        }
        return (stored, try? StoredGrant(fields: stored.fields, source: "the credential \"\(name)\""))
    }

    func command(_ words: String...) -> String { session.commandLine(["credentials", "login"] + words) }

    // MARK: Where to

    private func origins(_ provider: OAuthProvider, _ existing: StoredCredential?) -> Set<Origin> {
        if let kept = existing?.info.origins { return kept }
        // Of a provider that nobody knows, its own address is all there is.
        let standard = provider.hosts.isEmpty ? [provider.tokens.url] : provider.hosts
        return Set(standard.compactMap { Origin($0) })
    }

    // MARK: How

    private func way(
        _ options: WayOptions, _ provider: OAuthProvider, _ previous: StoredGrant?
    ) throws -> LoginPlan.Way {
        if options.device { return .device }
        if options.clientCredentials { return .clientCredentials(audience: options.audience) }
        if let file = options.serviceAccount {
            let key = try session.readObject(file, as: "the service account's file")
            return .serviceAccount(try ServiceAccount(key: key, subject: options.subject, audience: options.audience))
        }
        switch previous?.kind {
        case .clientCredentials(let audience)?: return .clientCredentials(audience: options.audience ?? audience)
        case .serviceAccount(let account)?: return .serviceAccount(account)
        case .login?, nil: break
        }
        let given = options.redirectURI ?? (options.port == nil ? previous?.login.redirectURI : nil)
        if let given {
            guard let address = CallbackAddress(given), !options.paste else { return .paste(redirectURI: given) }
            return .browser(address)
        }
        let path = provider.guide.console == nil ? "/callback" : "/callback/\(provider.name)"
        let host = provider.redirect == .localhost ? "localhost" : "127.0.0.1"
        let port = options.port ?? provider.port
        if provider.redirect == .paste, options.port == nil {
            return .paste(redirectURI: "https://localhost\(path)")
        }
        let address = CallbackAddress(host: host, port: port, path: path)
        guard options.paste || isRemote && options.port == nil && !options.noBrowser else { return .browser(address) }
        if !options.paste {
            session.console.note(
                "no screen to open a browser on: paste the address it ends on, or add --port with ssh -L, or --device")
        }
        return .paste(redirectURI: "http://\(host):\(port ?? 8917)\(path)")
    }

    /// Whether this is a shell on another machine, where no browser could be opened and none could come back.
    private var isRemote: Bool {
        let environment = session.environment
        func has(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }
        return has("SSH_CONNECTION") && !has("DISPLAY") && !has("WAYLAND_DISPLAY") && session.prompt.isAvailable
    }

    // MARK: What with

    private func client(_ options: AppOptions, _ plan: LoginPlan, _ previous: OAuthClient?) throws -> OAuthClient {
        let dialogue = dialogue
        if options.clientID == nil, previous == nil { dialogue.showGuide(plan) }
        let id = try options.clientID ?? previous?.id ?? dialogue.clientID(plan.provider)
        if let file = options.clientKey {
            let pem = try session.readText(file, as: "the app's key")
            let key = AssertionKey(pem: pem, id: options.clientKeyID)
            do {
                try key.check()
            } catch {
                throw Exit.usage(error.message, hint: error.hint)
            }
            return OAuthClient(id: id, key: key)
        }
        if let file = options.clientSecretFile {
            var secret = try session.readText(file, as: "the client secret")
            while secret.last?.isNewline == true { secret.removeLast() }
            guard !secret.isEmpty else {
                throw Exit.usage("the client secret's file is empty", hint: "put the secret into it, or leave it out")
            }
            return OAuthClient(id: id, secret: secret)
        }
        if let previous, previous.id == id { return previous }
        return OAuthClient(id: id, secret: try dialogue.clientSecret(plan))
    }

    private func scopes(_ words: [String], _ plan: LoginPlan, _ previous: StoredGrant?) throws -> [String] {
        let rules = plan.provider.scopes
        // What was granted may be less, without what merely brings a refresh token.
        let before = previous.map { $0.login.scopes.isEmpty ? $0.scopes : $0.login.scopes }
        let given = words.flatMap { $0.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init) }
        switch plan.way {
        case .clientCredentials, .serviceAccount:
            if !given.isEmpty { return rules.resolved(given) }
            return before ?? rules.machine
        case .browser, .paste, .device:
            if !given.isEmpty { return rules.resolved(given + rules.always) }
            if let before, !before.isEmpty { return rules.resolved(before + rules.always) }
            if !rules.standard.isEmpty || rules.names.isEmpty {
                return rules.resolved(rules.standard + rules.always)
            }
            return rules.resolved(try dialogue.scopes(plan.provider) + rules.always)
        }
    }
}

extension ServiceAccount {
    /// The key file of a service account, as Google writes it.
    fileprivate init(key: ValueMap, subject: String?, audience: String?) throws {
        guard let issuer = key["client_email"]?.stringValue, let privateKey = key["private_key"]?.stringValue else {
            throw Exit.usage(
                "the service account's file has no client_email and private_key",
                hint: "make a key of the type JSON for the service account, and give that file")
        }
        self.init(
            issuer: issuer, subject: subject, audience: audience, keyID: key["private_key_id"]?.stringValue,
            privateKey: privateKey)
    }
}

extension ProviderAddressOptions {
    /// The provider that the options describe.
    fileprivate func provider(named name: String, through http: any HTTPClient) async throws -> OAuthProvider {
        for (option, url) in [
            ("--issuer", issuer), ("--authorize-url", authorizeURL), ("--token-url", tokenURL),
            ("--device-url", deviceURL), ("--revoke-url", revokeURL),
        ] {
            guard let url, !OAuthAddress.isSafe(url) else { continue }
            throw Exit.usage("\(option) must be an https address", hint: "write it as https://login.example.com/…")
        }
        var provider: OAuthProvider
        if let issuer {
            provider = try await Interruption.cancellable {
                try await ProviderMetadata.provider(issuer: issuer, name: name, through: http)
            }
        } else if let tokenURL {
            provider = OAuthProvider(
                name: name, title: name, tokens: TokenService(provider: name, url: tokenURL))
        } else {
            throw Exit.usage("where \"\(name)\" gives out tokens is not said", hint: "add --token-url, or --issuer")
        }
        if let tokenURL { provider.tokens.url = tokenURL }
        provider.authorizeURL = authorizeURL ?? provider.authorizeURL
        provider.deviceURL = deviceURL ?? provider.deviceURL
        if let clientAuthentication { provider.tokens.authentication = clientAuthentication }
        if let revokeURL { provider.tokens.revocation = Revocation(url: revokeURL) }
        let authentication = provider.tokens.authentication
        provider.tokens.revocation?.authentication = authentication == .basic ? .basic : .post
        return provider
    }
}

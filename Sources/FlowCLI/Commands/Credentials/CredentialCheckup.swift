import FlowConnect
import FlowCore
import FlowOAuth
import FlowSpec
import FlowVault

/// Asks services about credentials, several at a time.
struct CredentialCheckup {
    let session: Session
    let connectors: ConnectorSource
    var baseURL: BaseURL?
    /// Whether services are asked at all.
    var isOffline = false

    private static let width = 8
    private static let patience = Duration.seconds(20)

    private var index: CredentialTypeIndex { CredentialTypeIndex(connectors: connectors) }

    /// Those in the vault, and those in the environment that are called like a connector or say their type.
    func allNames() async throws -> [String] {
        let stored = try session.vaultAccess().vault()?.names() ?? []
        let taken = Set(stored.map(CredentialName.environmentVariable))
        let variables = session.environment.keys.filter { !taken.contains($0) }
        return stored + variables.compactMap(CredentialName.likely).sorted()
    }

    /// How each of them stands, in the order of the names.
    func examine(_ names: [String]) async throws -> [CredentialHealth] {
        let access = session.vaultAccess()
        let world = try session.world(access)
        let resolver = session.credentials(access, types: index)
        var found: [String: CredentialHealth] = [:]
        await withTaskGroup(of: CredentialHealth.self) { group in
            var waiting = names[...]
            func start() {
                guard let name = waiting.popFirst() else { return }
                group.addTask { await health(of: name, resolver, access, world) }
            }
            for _ in 0..<CredentialCheckup.width { start() }
            for await health in group {
                found[health.name] = health
                start()
            }
        }
        await world.close()
        return names.compactMap { found[$0] }
    }

    private func health(
        of name: String, _ resolver: CredentialResolver, _ access: VaultAccess, _ world: World
    ) async -> CredentialHealth {
        let stored = try? access.vault()?.show(name)
        let info = stored?.info
        var health = CredentialHealth(
            name: name, type: info?.type ?? "", service: info?.service, state: .unchecked("it can't be read"))
        do {
            guard
                let credential = try await resolver.credential(
                    named: name, defaultType: index.defaultType(forCredential: name))
            else {
                health.state = .broken(Failure(.auth, "is gone"))
                return health
            }
            let type = index.type(named: credential.type)
            health.type = credential.type
            health.service = health.service ?? type?.service
            health.expiresAt = end(of: stored?.fields ?? credential.fields)
            try await examine(credential, type, resolver, world, &health)
        } catch {
            var failure = Failure(error)
            // What is advised elsewhere has just been done.
            if failure.hint?.contains("flowctl credentials test") == true {
                failure.hint =
                    health.type == "oauth2"
                    ? "log in again: flowctl credentials login \(name)"
                    : "put a new secret in: flowctl credentials edit \(name)"
            }
            health.state =
                failure.kind == .auth || failure.kind == .permission || failure.kind == .invalid
                ? .broken(failure) : .unreachable(failure)
        }
        if !health.isBroken, let end = health.expiresAt, end <= world.clock.now() {
            health.state = .broken(
                Failure(
                    .auth, "has ended on \(end.rfc3339.prefix(10))",
                    hint: "put a new secret in: flowctl credentials edit \(name)", code: "credential_ended"))
        }
        return health
    }

    private func examine(
        _ credential: Credential, _ type: CredentialType?, _ resolver: CredentialResolver, _ world: World,
        _ health: inout CredentialHealth
    ) async throws {
        let provider = credential.fields["provider"]?.stringValue
        let node = type?.testNode ?? provider.flatMap { connectors.testNode(forProvider: $0) }
        let service = node.map { String($0.prefix { $0 != "." }) } ?? ""
        let native = try node.flatMap { try session.nativeNodes.node(named: $0) }
        let connector = try connectors.connector(service)
        let userInfo = node == nil ? UserInfo(credential) : nil
        guard native != nil || connector != nil || userInfo?.isAllowed == true else {
            let subject = provider.map { "grants of \($0)" } ?? "the type \(credential.type)"
            let way = userInfo != nil ? "; a login with the scope openid could be asked about" : ""
            health.state = .unchecked("nothing says how to ask about \(subject)\(way)")
            return
        }
        guard !isOffline else { return health.state = .unchecked("no service is asked with --offline") }
        var context = NodeContext(
            world: world, credential: credential, effect: .read, timeout: CredentialCheckup.patience,
            workingDirectory: session.workingDirectory, filesDirectory: session.workingDirectory,
            baseURL: baseURL?.url(for: service))
        context.usesCache = false
        context.renew = { try await resolver.renewed($0) }
        let identity: CredentialIdentity
        if let native {
            identity = try await world.bounded(CredentialCheckup.patience) { [context] in
                try await native.identity(in: context)
            }
        } else if let userInfo, let request = try session.nativeNodes.node(named: "http.request") {
            identity = try await userInfo.identity(through: request, in: context)
        } else if let connector, let answer = try await connector.identity(in: context) {
            identity = answer
        } else {
            return health.state = .unchecked("\(connector?.title ?? service) has no operation to ask with")
        }
        health.state = .works
        health.identity = identity
        health.expiresAt = identity.expiresAt ?? health.expiresAt
    }

    /// When it ends, as far as is noted with it: the access token of a grant that can be renewed has no end.
    private func end(of fields: ValueMap) -> Timestamp? {
        let isRenewable = (try? StoredGrant(fields: fields, source: ""))?.isRenewable ?? false
        let noted = fields[CredentialType.expiryField.name] ?? (isRenewable ? nil : fields["expires_at"])
        return noted?.stringValue.flatMap { Timestamp(dateOrTime: $0) }
    }
}

extension Node {
    /// What the server says of the context's credential, where this node is the one that asks: the key `who` of its
    /// output.
    fileprivate func identity(in context: NodeContext) async throws -> CredentialIdentity {
        CredentialIdentity(who: try await run(spec.bind(ValueMap()), in: context)["who"]?.stringValue)
    }
}

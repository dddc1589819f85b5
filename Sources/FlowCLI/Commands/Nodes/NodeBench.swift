import FlowConnect
import FlowCore
import FlowHTTP
import FlowSpec
import FlowVault

/// Runs one node outside any workflow, as `nodes run` and `credentials test` do.
struct NodeBench {
    private let session: Session
    private let connectors: ConnectorSource

    init(_ session: Session, _ connectors: ConnectorSource) {
        self.session = session
        self.connectors = connectors
    }

    /// - Parameters:
    ///   - name: of the credential; nil is the one named like the node's connector, where the node needs one.
    ///   - renews: false where nothing is to be sent, as in a dry run.
    /// - Throws: a `Failure` of kind `auth` where the credential is missing.
    func context(
        for spec: NodeSpec, credential name: String?, renews: Bool = true, trace: ExchangeTrace? = nil
    ) async throws -> NodeContext {
        let access = session.vaultAccess()
        var context = NodeContext(
            world: try session.world(access, trace: trace), effect: spec.effect,
            retry: spec.retryOwner == .node ? .http : .none,
            workingDirectory: session.workingDirectory, filesDirectory: session.workingDirectory,
            log: ConsoleLog(console: session.console))
        context.idempotencyKey = context.world.random.uuid()
        let masker = session.console.masker
        context.conceal = { masker.add(secretsIn: $0) }
        context.mask = { masker.mask($0) }
        let names = name.map { [$0] } ?? (spec.needsCredential ? spec.usualCredentials : [])
        guard let first = names.first else { return context }
        let types = CredentialTypeIndex(connectors: connectors)
        let resolver = session.credentials(access, types: types, renews: renews, trace: trace)
        let type = spec.credentialTypes.first.flatMap(types.type)
        for name in names {
            guard let found = try await resolver.credential(named: name, defaultType: type) else { continue }
            context.credential = found
            if renews { context.renew = { try await resolver.renewed($0) } }
            return context
        }
        throw Failure(
            .auth, "there is no credential \"\(first)\"",
            hint: Suggestion.didYouMean(first, among: await resolver.names())
                ?? spec.loginCommand(for: first).map { "run \"\($0)\"" }
                ?? "add it with \"flowctl credentials add \(first)\", or set \(CredentialName.environmentVariable(first))"
        )
    }

    /// Runs it to its end with the retries of its context; a stream is read whole. Connections are closed then.
    static func run(_ node: any Node, _ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await attempt(node, arguments, in: context))
        } catch {
            result = .failure(error)
        }
        await context.world.close()
        return try result.get()
    }

    private static func attempt(_ node: any Node, _ arguments: Arguments, in context: NodeContext) async throws -> Value
    {
        var context = context
        context.effect = node.effect(of: arguments)
        // Another node bounds and counts its tries itself.
        let isOurs = node.spec.retryOwner == .engine
        var number = 1
        while true {
            do {
                return try await context.world.bounded(isOurs ? context.timeout : nil) { [context] in
                    let output = try await node.run(arguments, in: context)
                    guard case .stream(let stream) = output else { return output }
                    return .list(try await stream.collect())
                }
            } catch {
                let failure = Failure(error)
                guard isOurs, number <= context.retry.max, context.retry.allows(failure, effect: context.effect) else {
                    throw failure
                }
                let pause = context.retry.pause(
                    after: number, asked: failure.retryAfter, random: context.world.random)
                context.log.log(.warning, "\(failure.message); next try in \(pause.humanText)")
                try await context.world.clock.sleep(pause)
                number += 1
            }
        }
    }
}

/// A node's remarks straight to the terminal.
private struct ConsoleLog: LogSink {
    var console: Console

    func log(_ level: LogLevel, _ message: String) {
        switch level {
        case .debug: console.detail(StyledText(message, .dim))
        case .info: console.note(StyledText(message))
        case .warning: console.note(StyledText(message, .yellow))
        case .error: console.note(StyledText(message, .red))
        }
    }

    func attempt(_ record: HTTPAttempt) {
        let outcome = record.status.map(String.init) ?? record.failure?.message ?? ""
        console.detail("\("\(record.method) \(record.url) → \(outcome) in \(record.elapsed.humanText)", .dim)")
        if record.renewsToken { console.note("\("the token was refused and is renewed", .yellow)") }
        if let pause = record.retryIn, let failure = record.failure {
            console.note("\("\(failure.message); next try in \(pause.humanText)", .yellow)")
        }
    }

    func waiting(_ wait: HTTPWait) {
        console.note("\("waiting \(wait.duration.humanText) for \(wait.reason)", .yellow)")
    }
}

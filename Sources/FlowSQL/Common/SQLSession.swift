import FlowCore
import FlowSpec

/// How a node reaches its server: with a connection of the run's pool, on a thread that may block.
struct SQLSession<Driver: SQLDriver>: Sendable {
    /// Taken from the pool although the server had closed it.
    private struct Stale: Error {}

    let account: SQLAccount
    private let effect: Effect
    private let statementTimeout: Duration?
    private let pools: ConnectionPools

    /// - Parameter effect: what the node is about to do; a credential that is for reading only takes nothing else.
    init(_ arguments: Arguments, _ effect: Effect, of node: NodeSpec, in context: NodeContext) throws(Failure) {
        account = try SQLAccount.read(context, as: Driver.self, for: node)
        guard effect == .read || !account.isReadOnly else {
            throw Failure(
                .permission, "\(node.name) changes data, and the credential \"\(account.name)\" is for reading only",
                hint: "use \(Driver.name).query, or a credential without read_only", nothingSent: true)
        }
        self.effect = effect
        statementTimeout = arguments.duration("statement_timeout")
        pools = context.world.connections
    }

    /// Lends a connection to `work`, which may block. What the server does for it ends when the task is cancelled.
    func use<Result: Sendable>(
        _ work: @escaping @Sendable (Driver.Connection) throws -> Result
    ) async throws -> Result {
        do {
            return try await useOneThatIsOpen(work)
        } catch  where Task.isCancelled && effect == .read {
            // However it ended.
            throw CancellationError()
        }
    }

    private func useOneThatIsOpen<Result: Sendable>(
        _ work: @escaping @Sendable (Driver.Connection) throws -> Result
    ) async throws -> Result {
        // All that lay in the pool may have been closed while nobody looked; one that is new has not.
        for _ in 0..<account.connections {
            do { return try await useOnce(work) } catch is Stale {}
        }
        return try await useOnce(work)
    }

    private func useOnce<Result: Sendable>(
        _ work: @escaping @Sendable (Driver.Connection) throws -> Result
    ) async throws -> Result {
        let key = ConnectionKey(service: Driver.name, credential: account.name)
        return try await pools.withConnection(key, limit: account.connections, open: open) { pooled in
            let connection = pooled.connection
            return try await withTaskCancellationHandler {
                try Task.checkCancellation()
                return try await OwnThread.run {
                    if connection.isBroken() { throw Stale() }
                    if let statementTimeout { try connection.limitStatements(to: statementTimeout) }
                    return try work(connection)
                }
            } onCancel: {
                connection.cancel()
            }
        }
    }

    private func open() async throws -> PooledSQLConnection<Driver.Connection> {
        let stop = try StopPipe()
        return try await withTaskCancellationHandler {
            try await OwnThread.run { PooledSQLConnection(try Driver.open(account, stop: stop)) }
        } onCancel: {
            stop.fire()
        }
    }
}

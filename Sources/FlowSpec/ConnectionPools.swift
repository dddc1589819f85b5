/// A connection to a server that the next step may use as well. At most one task uses it at a time.
package protocol PooledConnection: AnyObject, Sendable {
    /// Brings it back to what it was when it was opened, after every use.
    ///
    /// - Returns: whether it can be used again.
    func reset() async -> Bool

    /// Whether the server still answers; asked before a use that comes after a while.
    func isAlive() async -> Bool

    /// Says goodbye, where that is possible, and frees it.
    func close() async
}

/// Whose connections may stand in for each other.
package struct ConnectionKey: Sendable, Hashable {
    /// What they speak, such as `postgres`.
    package var service: String
    package var credential: String
    /// What else makes them differ, such as the database or that only reading is allowed.
    package var options: [String]

    package init(service: String, credential: String, options: [String] = []) {
        self.service = service
        self.credential = credential
        self.options = options
    }
}

/// The connections to servers that the steps of a run share: some for each credential, no more than a bound, kept open
/// until the run is over.
package final class ConnectionPools: Sendable {
    private let registry: Registry

    package init(clock: any WallClock) { registry = Registry(clock: clock) }

    /// Lends a connection to `work`. Waits, in the order of asking, while as many as `limit` are in use.
    ///
    /// - Parameters:
    ///   - limit: connections that may be open for this key.
    ///   - open: makes a new one.
    /// - Throws: what `open` and `work` throw; `CancellationError` where the task is cancelled while it waits.
    package func withConnection<Connection: PooledConnection, Result: Sendable>(
        _ key: ConnectionKey, limit: Int, open: @Sendable () async throws -> Connection,
        _ work: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        let pool = await registry.pool(key, limit: limit)
        let connection = try await pool.take(as: Connection.self, open: open)
        do {
            let result = try await work(connection)
            await pool.giveBack(connection)
            return result
        } catch {
            await pool.giveBack(connection)
            throw error
        }
    }

    /// Closes all that are not in use, the last one opened first. Those in use are closed when they are given back.
    package func close() async { await registry.close() }
}

extension ConnectionPools {
    private actor Registry {
        private let clock: any WallClock
        private var pools: [ConnectionKey: ConnectionPool] = [:]
        private var order: [ConnectionPool] = []

        init(clock: any WallClock) { self.clock = clock }

        func pool(_ key: ConnectionKey, limit: Int) -> ConnectionPool {
            if let pool = pools[key] { return pool }
            let pool = ConnectionPool(limit: limit, clock: clock)
            pools[key] = pool
            order.append(pool)
            return pool
        }

        func close() async {
            for pool in order.reversed() { await pool.close() }
        }
    }
}

import FlowCore
import FlowSpec

/// A connection as the steps of a run share it: what may block happens on a thread of its own.
final class PooledSQLConnection<Connection: SQLConnection>: PooledConnection {
    let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func reset() async -> Bool {
        let connection = connection
        return await (try? OwnThread.run { connection.reset() }) ?? false
    }

    func isAlive() async -> Bool {
        let connection = connection
        return await (try? OwnThread.run { connection.isAlive() }) ?? false
    }

    func close() async {
        let connection = connection
        try? await OwnThread.run { connection.close() }
    }
}

import FlowCore
import FlowSpec

extension Node {
    /// Lends the work a connection of the step's account, and says what its errors mean for the step.
    func withMongo<Result: Sendable>(
        _ arguments: Arguments, in context: NodeContext,
        _ work: @escaping @Sendable (MongoSession, _ database: String) throws -> Result
    ) async throws -> Result {
        let account = try MongoAccount(context, for: spec)
        let database = try arguments.string("database") ?? account.database(account.address())
        let effect = context.effect
        return try await context.world.connections.withConnection(
            ConnectionKey(service: "mongodb", credential: account.name), limit: account.connections,
            open: { try await MongoConnection.open(account) }
        ) { connection in
            do {
                return try await connection.use { try work($0, database) }
            } catch let error as MongoError {
                throw error.failure(effect, at: connection.place)
            } catch let refused as PlacedError {
                throw refused.error.failure(effect, at: refused.place)
            }
        }
    }

    /// The same for work in the step's collection.
    func withCollection<Result: Sendable>(
        _ arguments: Arguments, in context: NodeContext,
        _ work: @escaping @Sendable (MongoSession, MongoTarget) throws -> Result
    ) async throws -> Result {
        let collection = arguments.string("collection") ?? ""
        return try await withMongo(arguments, in: context) { session, database in
            try work(session, MongoTarget(database: database, collection: collection))
        }
    }
}

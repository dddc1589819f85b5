import FlowCore
import FlowTestKit

@testable import FlowSQL

/// The server that tests share; see scripts/services/mariadb.
enum MySQLServer {
    static let isThere = TestService.isThere("mariadb")
    static let shared = TestService("mariadb")

    /// An account of the shared server.
    static func account(_ user: String = "flow") async throws -> SQLAccount { .at(try await shared.start(), user) }

    /// Lends a connection to `body`, on a thread that may block.
    static func with<Result: Sendable>(
        _ account: SQLAccount? = nil, _ body: @escaping @Sendable (MySQLConnection) throws -> Result
    ) async throws -> Result {
        let account = if let account { account } else { try await self.account() }
        return try await OwnThread.run {
            let connection = try MySQL.open(account, stop: StopPipe())
            defer { connection.close() }
            return try body(connection)
        }
    }
}

extension SQLAccount {
    static func at(_ place: TestService.Place, _ user: String) -> SQLAccount {
        SQLAccount(
            host: "localhost", port: place.port, database: "flow", user: user, password: "fake-password",
            protection: .verify, authorityFile: place.folder + "/tls/ca.pem", certificateFile: nil, keyFile: nil,
            connectTimeout: .seconds(10), connections: 4, isReadOnly: false, name: "shop")
    }

    func with(_ change: (inout SQLAccount) -> Void) -> SQLAccount {
        var other = self
        change(&other)
        return other
    }
}

extension MySQLConnection {
    /// All rows of a statement.
    func rows(_ sql: String, _ values: [Value] = []) throws -> [ValueMap] {
        var rows: [ValueMap] = []
        _ = try run(SQLStatement(sql, values)) { rows.append($0) }
        return rows
    }

    /// What a statement changes.
    @discardableResult
    func change(_ sql: String, _ values: [Value] = []) throws -> Int { try run(SQLStatement(sql, values)) { _ in } }
}

/// The failure that `body` throws.
func failure<Result>(_ body: () async throws -> Result) async -> Failure? {
    do {
        _ = try await body()
        return nil
    } catch { return Failure(error) }
}

import FlowCore
package import FlowSpec

/// The nodes for databases that speak SQL over a network.
package struct SQLNodes: NodeSource {
    private typealias Makers = [String: @Sendable () -> any Node]

    private static let makers = [
        common(PostgreSQL.self), ["postgres.listen": { PostgreSQLListen() }], common(MySQL.self),
    ].reduce(into: Makers()) { all, some in all.merge(some) { $1 } }

    package init() {}

    package func node(named name: String) -> (any Node)? { Self.makers[name]?() }

    package var names: [String] { Self.makers.keys.sorted() }

    /// Those that are the same for every kind of server.
    private static func common<Driver: SQLDriver>(_ driver: Driver.Type) -> Makers {
        [
            "\(driver.name).check": { SQLCheck<Driver>() },
            "\(driver.name).describe_table": { SQLDescribeTable<Driver>() },
            "\(driver.name).execute": { SQLExecute<Driver>() },
            "\(driver.name).execute_many": { SQLExecuteMany<Driver>() },
            "\(driver.name).list_tables": { SQLListTables<Driver>() },
            "\(driver.name).query": { SQLQuery<Driver>() },
            "\(driver.name).transaction": { SQLTransaction<Driver>() },
            "\(driver.name).upsert": { SQLUpsert<Driver>() },
        ]
    }
}

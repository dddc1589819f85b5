import FlowCore
import FlowSpec

/// `postgres.list_tables`
struct SQLListTables<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "list_tables", of: Driver.self, summary: "List tables and views.", effect: .read,
        parameters: [
            Parameter(
                "schema", .string, help: "The schema; all but the server's own where it is left out.",
                example: "public")
        ],
        output: "A list of {schema, name, kind}.",
        example: .init(["schema": "public"], output: [["schema": "public", "name": "orders", "kind": "table"]]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .list(of: .record([("schema", .string), ("name", .string), ("kind", .string)]))
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .read, of: spec, in: context)
        let statement = SQLStatement(Driver.catalog.tables, [arguments["schema"] ?? .null])
        return try await session.use { try $0.list(statement) }
    }
}

/// `postgres.describe_table`
struct SQLDescribeTable<Driver: SQLDriver>: Node {
    let spec = NodeSpec(
        "describe_table", of: Driver.self, summary: "List the columns of a table.", effect: .read,
        parameters: [SQLParameters.table],
        output:
            "A list of {name, type, nullable, default, key}; key is the column's place in the primary key, or null.",
        example: .init(
            ["table": "orders"],
            output: [["name": "id", "type": "bigint", "nullable": false, "default": nil, "key": 1]]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .list(
            of: .record([
                ("name", .string), ("type", .string), ("nullable", .bool), ("default", .string.orNull),
                ("key", .int.orNull),
            ]))
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<Driver>(arguments, .read, of: spec, in: context)
        let table = arguments.string("table") ?? ""
        let statement = SQLStatement(Driver.catalog.columns, SQLName(table, Driver.dialect).values)
        let columns = try await session.use { try $0.list(statement) }
        guard columns != [] else {
            throw Failure(
                .notFound, "there is no table \"\(table)\"",
                hint: "see \(Driver.name).list_tables; a table outside the usual schemas is written SCHEMA.TABLE")
        }
        return columns
    }
}

extension SQLConnection {
    fileprivate func list(_ statement: SQLStatement) throws -> Value {
        var rows: [Value] = []
        try begin(readOnly: true)
        _ = try run(statement) { rows.append(.map($0)) }
        try rollback()
        return .list(rows)
    }
}

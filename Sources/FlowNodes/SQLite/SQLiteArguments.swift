import FlowCore
import FlowNodeKit
import FlowSpec
import FlowStore

/// What SQLite nodes take, and how they reach their database.
enum SQLiteArguments {
    static let database = Parameter(
        "database", .file, required: true, help: "The database file.", example: "shop.db")

    static let common = [
        database,
        Parameter("sql", .string, required: true, help: "The statement.", codeRemedy: "bind it in params:"),
    ]

    /// Opens the database that is to be changed, with its folder, where there is none yet. What `body` does is one
    /// transaction.
    static func changing(
        _ arguments: Arguments, in context: NodeContext, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try OutputFile(arguments.path("database", in: context) ?? "", in: context).createFolder()
        return try await withDatabase(arguments, .readWriteCreate, in: context) { database in
            do throws(Failure) {
                return try database.closedTransaction { try body(database) }
            } catch {
                var failure = error
                // What was done until then is rolled back.
                failure.nothingSent = failure.kind == .cancelled
                throw failure
            }
        }
    }

    /// Opens the database on a thread of its own, ends the statement where the task is cancelled, and closes it.
    static func withDatabase(
        _ arguments: Arguments, _ mode: Database.Mode, in context: NodeContext,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let path = arguments.path("database", in: context) ?? ""
        let database = try await offPool { try Database.open(path, mode: mode) }
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await offPool { try body(database) }
        } onCancel: {
            database.interrupt()
        }
    }
}

/// Values for the parameters of a statement.
enum SQLiteParameters {
    case positional([Value])
    case named(ValueMap)

    /// - Parameter name: of the argument, for the message.
    init(_ value: Value?, name: String, in context: NodeContext) throws {
        switch value?.revealed {
        case nil, .null, .absent: self = .positional([])
        case .list(let values):
            self = .positional(try values.map { try $0.bound(in: context) })
        case .map(var values):
            for name in values.names { values[name] = try values[name]?.bound(in: context) }
            self = .named(values)
        case let other?:
            throw Failure(
                .invalid, "\(name) must be a list or a map, not a \(other.type.plainName)",
                hint: "give a list for ?, a map for :name")
        }
    }

    func execute(_ sql: String, in database: Database) throws(Failure) -> Int {
        switch self {
        case .positional(let values): try database.execute(sql, values)
        case .named(let values): try database.execute(sql, values)
        }
    }

    /// - Returns: how many rows the statement changed.
    @discardableResult
    func forEachRow(_ sql: String, in database: Database, _ body: (ValueMap) throws -> Void) throws(Failure) -> Int {
        var isFirst = true
        let each: (Row) throws -> Bool = { row in
            if isFirst { try SQLColumns.requireDifferent(row.columnNames) }
            isFirst = false
            try body(row.asMap)
            return true
        }
        switch self {
        case .positional(let values): return try database.forEachRow(sql, values, each)
        case .named(let values): return try database.forEachRow(sql, values, each)
        }
    }
}

import CMariaDB
import FlowCore
import FlowNodeKit

/// A statement that a server has prepared.
final class MySQLStatement {
    let handle: UnsafeMutablePointer<MYSQL_STMT>
    private unowned let connection: MySQLConnection
    private let parameters: MySQLParameters
    /// Whether rows that it gives are those that it changes: only MariaDB has such, with RETURNING.
    private let givesChangedRows: Bool

    /// - Returns: nil where the server can't prepare statements of this kind.
    /// - Throws: a `Failure` where it is wrong; nothing has happened then.
    init?(_ text: String, on connection: MySQLConnection) throws(Failure) {
        guard let handle = mysql_stmt_init(connection.handle) else {
            throw Failure(.internal, "there is no memory for a statement")
        }
        self.handle = handle
        self.connection = connection
        var words = SQLWords(text, MySQL.dialect)
        givesChangedRows = ["insert", "replace", "delete"].contains(words.next())
        let isPrepared = mysql_stmt_prepare(handle, text, UInt(text.utf8.count)) == 0
        parameters = MySQLParameters(count: isPrepared ? Int(mysql_stmt_param_count(handle)) : 0)
        guard isPrepared else {
            let failure = MySQLFailure(of: handle)
            close()
            if failure.isUnpreparable { return nil }
            throw failure.beforeRunning(at: connection.place)
        }
    }

    func close() { mysql_stmt_close(handle) }

    var columnTypes: [MySQLColumnType] {
        guard let result = mysql_stmt_result_metadata(handle) else { return [] }
        defer { mysql_free_result(result) }
        return MySQLColumnType.all(of: result)
    }

    /// Those that it will give; none where the server tells them only when it has run, as of RETURNING or a procedure.
    private var columnNames: [String] {
        guard let result = mysql_stmt_result_metadata(handle) else { return [] }
        defer { mysql_free_result(result) }
        return MySQLColumns.names(of: result)
    }

    /// - Returns: how many rows it changed.
    func run(_ values: [Value], row: (ValueMap) throws -> Void) throws -> Int {
        try SQLOutcome.beforehand {
            guard values.count == parameters.count else {
                throw SQLText.miscounted(parameters.count, values.count)
            }
            try SQLColumns.requireDifferent(columnNames)
            for (index, value) in values.enumerated() { try parameters.set(value, at: index) }
        }
        return try execute(row: row)
    }

    private func execute(row: (ValueMap) throws -> Void) throws -> Int {
        try parameters.bind(to: handle) { () throws(Failure) in
            guard mysql_stmt_execute(handle) == 0 else { throw failure() }
        }
        var changes = 0
        var hasRows = false
        repeat {
            if let result = mysql_stmt_result_metadata(handle) {
                defer { mysql_free_result(result) }
                // What a procedure gives besides its first rows is passed over.
                if !hasRows {
                    try fetch(result) {
                        try row($0)
                        if givesChangedRows { changes += 1 }
                    }
                }
                hasRows = true
                mysql_stmt_free_result(handle)
            } else {
                let count = mysql_stmt_affected_rows(handle)
                if count != .max { changes += Int(clamping: count) }
            }
        } while try nextResult()
        return changes
    }

    private func nextResult() throws(Failure) -> Bool {
        guard mysql_stmt_more_results(handle) != 0 else { return false }
        guard mysql_stmt_next_result(handle) <= 0 else { throw failure() }
        return true
    }

    /// The rows are taken as they come: none but the current one is in memory.
    private func fetch(_ result: UnsafeMutablePointer<MYSQL_RES>, _ row: (ValueMap) throws -> Void) throws {
        var isOver = false
        // To end the statement otherwise all its rows would be read.
        defer { if !isOver { connection.cut() } }
        let columns = try MySQLColumns(result)
        guard columns.bind(to: handle) else { throw failure() }
        while true {
            switch mysql_stmt_fetch(handle) {
            case 0, MYSQL_DATA_TRUNCATED: try row(columns.row(of: handle))
            case let code:
                isOver = true
                guard code == MYSQL_NO_DATA else { throw failure() }
                return
            }
        }
    }

    private func failure() -> Failure {
        // What goes wrong while rows come the library knows of the connection alone.
        let failure = mysql_stmt_errno(handle) != 0 ? MySQLFailure(of: handle) : MySQLFailure(of: connection.handle)
        return failure.whileRunning(at: connection.place)
    }
}

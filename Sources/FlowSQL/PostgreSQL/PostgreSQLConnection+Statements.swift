import CPostgreSQL
import FlowCore
import FlowNodeKit

extension PostgreSQLConnection {
    func run(_ statement: SQLStatement, row: (ValueMap) throws -> Void) throws -> Int {
        try askForAllDigits()
        let parameters: PostgreSQLParameters
        let isProgram = statement.command.mayCommit
        if isProgram || statement.values.contains(where: PostgreSQLParameters.dependsOnType) {
            parameters = try SQLOutcome.beforehand {
                let prepared = try prepare(statement.text)
                try SQLColumns.requireDifferent(prepared.columns)
                return try PostgreSQLParameters(statement.values, of: prepared.parameters)
            }
            try send {
                parameters.withPointers {
                    PQsendQueryPrepared(handle, "", $0.count, $0.values, $0.lengths, $0.formats, 0)
                }
            }
        } else {
            parameters = try PostgreSQLParameters(statement.values, of: [])
            try send {
                parameters.withPointers {
                    PQsendQueryParams(
                        handle, statement.text, $0.count, $0.types, $0.values, $0.lengths, $0.formats, 0)
                }
            }
        }
        PQsetSingleRowMode(handle)
        var rows: PostgreSQLRows?
        var changes = 0
        try results(of: statement) { result in
            if PQnfields(result) > 0 {
                let reader = try rows ?? PostgreSQLRows(result)
                rows = reader
                for index in 0..<PQntuples(result) { try row(try reader.row(index, of: result)) }
            }
            changes += Self.changes(of: result)
        }
        return changes
    }

    /// Has the server read a statement without running it, under the empty name.
    ///
    /// - Returns: the types of its parameters, and the names of the columns that it will give.
    private func prepare(_ text: String) throws -> (parameters: [Oid], columns: [String]) {
        try send { PQsendPrepare(handle, "", text, 0, nil) }
        try results(of: SQLStatement(text)) { _ in }
        var found: (parameters: [Oid], columns: [String]) = ([], [])
        try send { PQsendDescribePrepared(handle, "") }
        try results { result in
            found.parameters = (0..<PQnparams(result)).map { PQparamtype(result, $0) }
            found.columns = PostgreSQLRows.columnNames(of: result)
        }
        return found
    }

    /// ``results(_:)`` of a statement that a user wrote.
    private func results(of statement: SQLStatement, _ take: (OpaquePointer) throws -> Void) throws {
        do {
            try results(take)
        } catch let failure as Failure {
            var failure = PostgreSQLFailure.namingParameter(of: statement.text, failure)
            // What it did until the server ended it may be committed.
            if statement.command.mayCommit { failure.nothingSent = false }
            throw failure
        }
    }

    /// How many rows a statement changed; those that it only found don't count.
    private static func changes(of result: OpaquePointer) -> Int {
        let status = String(cString: PQcmdStatus(result))
        let isChange = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"].contains { status.hasPrefix($0) }
        return isChange ? Int(String(cString: PQcmdTuples(result))) ?? 0 : 0
    }

    /// Statements that are sent before the answers to them are waited for.
    private static let batch = 500

    func runMany(_ sql: String, next: () throws -> [Value]?) throws -> Int {
        let types = try prepare(sql).parameters
        var changes = 0
        var done = 0
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        while true {
            var sent = 0
            while sent < Self.batch, let values = try orAbandon(next) {
                let parameters = try orAbandon { try PostgreSQLParameters(values, of: types) }
                try send {
                    parameters.withPointers {
                        PQsendQueryPrepared(handle, "", $0.count, $0.values, $0.lengths, $0.formats, 0)
                    }
                }
                sent += 1
            }
            if sent == 0 { break }
            try send { PQpipelineSync(handle) }
            changes += try batchResults(after: done)
            done += sent
        }
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
        return changes
    }

    /// Reads what has become of the statements up to the next mark.
    private func batchResults(after done: Int) throws -> Int {
        var changes = 0
        var number = done + 1
        while true {
            // nil is the end of one statement.
            guard let result = try nextResult() else {
                number += 1
                continue
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC: return changes
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: changes += Self.changes(of: result)
            default:
                isSpent = true
                var failure = PostgreSQLFailure.of(result, on: self)
                failure.message = "row \(number): \(failure.message)"
                throw failure
            }
        }
    }

    /// What the caller throws while statements are under way leaves the connection in the midst of them.
    func orAbandon<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            abandon()
            throw error
        }
    }
}

import CPostgreSQL
import FlowCore

/// What the server says is wrong, told as a failure (PostgreSQL 15, appendix A). What it says of values is left out.
enum PostgreSQLFailure {
    /// - Parameter result: one that says that a statement was refused.
    static func of(_ result: OpaquePointer, on connection: PostgreSQLConnection) -> Failure {
        if PQresultStatus(result) == PGRES_EMPTY_QUERY {
            return Failure(.invalid, "the statement is empty", hint: "write one")
        }
        guard let state = field(.sqlState, of: result) else { return connection.lost() }
        let words = field(.message, of: result) ?? "no reason given"
        if isFatal(result) || state.hasPrefix("08") && state != "08P01" {
            var failure = connection.lost()
            failure.message += ": " + words
            failure.code = state
            return failure
        }
        if state == "57014" { return ended(words, wasCancelled: connection.wasCancelled) }
        let kind = kind(of: state)
        // Texts of this class repeat the value that does not fit.
        var text = state.hasPrefix("22") ? withoutQuotes(words) : words
        if let line = lineOfCopy(field(.context, of: result)) { text = "row \(line): \(text)" }
        let table = field(.table, of: result)
        return Failure(
            kind, text, hint: hint(for: state, words, table: table, saidByServer: field(.hint, of: result)),
            code: state)
    }

    /// A connection that broke.
    static func lost(_ connection: PostgreSQLConnection, nothingSent: Bool) -> Failure {
        Failure(
            .network, "the connection to \(connection.account.place) broke",
            hint: "check that the server is running, and what its log says", nothingSent: nothingSent)
    }

    /// Whether it ends the connection.
    static func isFatal(_ result: OpaquePointer) -> Bool {
        ["FATAL", "PANIC"].contains(field(.severity, of: result))
    }

    /// A statement that the server was asked to end has had no effect.
    private static func ended(_ words: String, wasCancelled: Bool) -> Failure {
        if wasCancelled { return Failure(.cancelled, "cancelled", code: "57014", nothingSent: true) }
        let isTimeout = words.contains("timeout")
        return Failure(
            isTimeout ? .timeout : .transient, words,
            hint: isTimeout
                ? "give it more time with statement_timeout, or look with EXPLAIN for what takes so long"
                : "ask who ended it; run it again",
            code: "57014", nothingSent: true)
    }

    static func kind(of state: String) -> FailureKind {
        switch state {
        case "28P01", "28000": return .auth
        case "42501", "25006": return .permission
        case "3D000", "3F000", "42P01", "42703", "42883", "42704": return .notFound
        case "40001", "40P01", "55P03": return .transient
        default: break
        }
        switch state.prefix(2) {
        case "23", "55": return .conflict
        // Too many connections, no disk; starting up or shutting down; a file that could not be read.
        case "53", "57", "58", "40": return .transient
        default: return .invalid
        }
    }

    private static func hint(
        for state: String, _ words: String, table: String?, saidByServer hint: String?
    ) -> String? {
        switch state {
        case "28P01": return "check user name and password"
        case "28000": return "check the user, and pg_hba.conf on the server"
        case "3D000": return "check the database in the credential"
        case "42P01": return "check its spelling and schema; names with capitals need double quotes"
        case "42703": return hint ?? "check the columns with postgres.describe_table; names with capitals need quotes"
        case "42501": return "have it granted, or use another credential"
        case "25006": return "use postgres.execute for what changes data"
        case "42601" where words.contains("multiple commands"):
            return "run one at a time; postgres.transaction takes several"
        case "42P10": return "name in key the columns of a unique index, or make one for them"
        case "42P18", "42P08": return "say the type of the value, as in $1::int"
        case "42P02": return "give a value for each $1, $2 in params"
        case "23505": return "skip it with ON CONFLICT DO NOTHING, or use postgres.upsert"
        case "23503": return "insert what it refers to first\(table.map { "; see the keys of \($0)" } ?? "")"
        case "23502": return "give the column a value"
        case "40001", "40P01": return "run it again; retry: does so"
        case "55P03": return "try again when whoever holds the lock is done"
        case "53300": return "close other connections, or lower connections in the credential"
        case "57P03": return "wait until the server has started"
        default: return hint.map { $0.prefix(1).lowercased() + $0.dropFirst() }
        }
    }

    /// By the state, where names were quoted here, so that they have no need of it.
    static let hintsForQuotedNames = [
        "42P01": "write it exactly as it is in the database, with its schema where it is in another one: sales.orders",
        "42703": "write it exactly as it is in the database; the columns shows postgres.describe_table",
    ]

    /// What stands around values, in the languages that servers speak.
    private static let quotes: Set<Unicode.Scalar> = ["\"", "«", "»", "„", "“", "”"]

    /// Without what is between the first and the last quote, as a value may hold some, too.
    static func withoutQuotes(_ words: String) -> String {
        // By scalars: a quote and a combining mark are one character.
        let scalars = words.unicodeScalars
        guard let start = scalars.firstIndex(where: quotes.contains),
            let end = scalars.lastIndex(where: quotes.contains)
        else { return words }
        let rest = start < end ? words[scalars.index(after: end)...] : ""
        return "\(words[..<start])\"…\"\(rest)"
    }

    /// Of a `:name` that has no value the server says that a colon can't stand there.
    static func namingParameter(of sql: String, _ failure: Failure) -> Failure {
        guard failure.code == "42601", failure.message.contains("\":\""),
            let name = SQLText(sql, PostgreSQL.dialect, named: true).names?.first
        else { return failure }
        return SQLText.missing(name, hint: "give one in params, as { \(name): … }")
    }

    /// 3 of `COPY orders, line 3, column qty: "x"`.
    private static func lineOfCopy(_ context: String?) -> Int? {
        // What a trigger or the type of the column says of the value stands before it.
        guard let line = context?.split(separator: "\n").last(where: { $0.hasPrefix("COPY ") }),
            let mark = line.firstRange(of: ", line ")
        else { return nil }
        return Int(line[mark.upperBound...].prefix(while: \.isNumber))
    }

    private static func field(_ field: ErrorField, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, Int32(field.rawValue)).map { String(cString: $0) }
    }
}

/// What an error says of itself, by the letters of the protocol; libpq has macros for them that Swift does not see.
private enum ErrorField: UInt8 {
    case severity = 0x56  // V, never translated
    case sqlState = 0x43  // C
    case message = 0x4D  // M
    case hint = 0x48  // H
    case context = 0x57  // W
    case table = 0x74  // t
}

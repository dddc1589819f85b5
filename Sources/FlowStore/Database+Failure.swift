import CSQLite
import FlowCore
import Glibc

/// What a database is kept for.
package enum DatabasePurpose: Sendable, Hashable {
    /// Runs, their journal, and what is known of services.
    case state
    /// Answers of services, to be asked for again.
    case responses
    case other

    fileprivate var hintIfDamaged: String {
        switch self {
        case .state:
            "restore it from a backup, or move it away: a new one knows no earlier run and no limit; credentials are "
                + "kept elsewhere"
        case .responses: "delete it: answers are asked for anew"
        case .other: "restore it from a backup"
        }
    }

    fileprivate var hintIfNone: String {
        switch self {
        case .state:
            "name another file with --state-db, or move it away: a new one knows no earlier run and no limit; "
                + "credentials are kept elsewhere"
        case .responses: hintIfDamaged
        case .other: "check the path"
        }
    }

    fileprivate var hintIfThereAreNoLocks: String {
        switch self {
        case .state: "name a file on a disk of this machine with --state-db or FLOWCTL_STATE_DB"
        case .responses: "name a file on a disk of this machine with FLOWCTL_CACHE"
        case .other: "put it on a disk of this machine"
        }
    }

    fileprivate var hintIfReadOnly: String {
        switch self {
        case .state: "make the file and its folder writable, or name another file with --state-db"
        case .responses: "make the file and its folder writable"
        case .other: "make the file and its folder writable, or open another"
        }
    }
}

extension Database {
    /// What SQLite's result code means here. Its own text names tables and SQL words, never argument values.
    func failure(_ code: Int32) -> Failure {
        let text = String(cString: sqlite3_errmsg(handle))
        let name = Database.codeName(code)
        let place = "the database \"\(path)\""
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED:
            return Failure(
                .transient, "\(place) is locked by \(LockHolder.words(of: path))",
                hint: "try again when the other process is done", code: name)
        case SQLITE_FULL: return hasNoSpace(name)
        case SQLITE_READONLY: return cannotBeWritten(name)
        // Of ``closedTransaction(_:)``, which forbids nothing else.
        case SQLITE_AUTH:
            return Failure(
                .invalid, "the statement would begin or end a transaction, and all of this is one already",
                hint: "leave BEGIN, COMMIT, END and ROLLBACK out", code: name)
        case SQLITE_PERM:
            return Failure(
                .permission, "\(place) may not be used: \(text)", hint: "check the permissions of the file", code: name)
        case SQLITE_CANTOPEN:
            if mode != .readWriteCreate, PrivateFile.isMissing(path) {
                return Failure(.notFound, "there is no database \"\(path)\"", hint: "check the path", code: name)
            }
            // What SQLite needs beside it can't be made.
            if access(path, R_OK) == 0, !PrivateFile.canMakeFiles(beside: path) {
                return cannotBeWritten(name)
            }
            if isFolder { return Failure(.invalid, "\"\(path)\" is a folder", hint: "name a file", code: name) }
            if access(path, F_OK) == 0, access(path, R_OK) != 0 {
                return Failure(
                    .permission, "\(place) can't be read, as this user lacks the permission",
                    hint: "let the user read and write the file", code: name)
            }
            return Failure(
                .permission, "\(place) can't be opened",
                hint: "check that its folder exists and that you may read and write it", code: name)
        case SQLITE_CORRUPT:
            return Failure(.invalid, "\(place) is damaged", hint: purpose.hintIfDamaged, code: name)
        case SQLITE_NOTADB:
            return Failure(.invalid, "\"\(path)\" is not a database", hint: purpose.hintIfNone, code: name)
        case SQLITE_IOERR:
            if isFolder { return Failure(.invalid, "\"\(path)\" is a folder", hint: "name a file", code: name) }
            // The index of the log has no error of its own for a full disk.
            if [ENOSPC, EDQUOT].contains(sqlite3_system_errno(handle)) { return hasNoSpace(name) }
            return Failure(
                .invalid, "\(place) can't be read or written: \(text)", hint: "check the disk that holds it",
                code: name)
        case SQLITE_CONSTRAINT:
            let isDuplicate = [Constraint.unique, Constraint.primaryKey, Constraint.rowID].contains(code)
            return Failure(isDuplicate ? .conflict : .invalid, "\(place) refuses the change: \(text)", code: name)
        case SQLITE_INTERRUPT: return Failure(.cancelled, "the work on \(place) was cancelled", code: name)
        case SQLITE_NOMEM: return Failure(.invalid, "not enough memory for \(place)", code: name)
        case SQLITE_MISUSE: return Failure(.internal, "\(place) was used wrongly: \(text)", code: name)
        default: return Failure(.invalid, "\(place): \(text)", code: name)
        }
    }

    /// The same for a statement that was running.
    func failure(_ code: Int32, of statement: Statement) -> Failure {
        guard code & 0xFF == SQLITE_READONLY, mode == .readOnly, purpose == .other,
            sqlite3_stmt_readonly(statement.handle) == 0
        else { return failure(code) }
        return Failure(
            .invalid, "the statement would change the database \"\(path)\", which is open for reading only",
            hint: "use sqlite.execute for what changes data", code: Database.codeName(code))
    }

    private var isFolder: Bool {
        var found = stat()
        return stat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFDIR
    }

    static func withoutLocks(_ path: String, on fileSystem: String, _ purpose: DatabasePurpose) -> Failure {
        Failure(
            .invalid, "the database \"\(path)\" lies on a network file system (\(fileSystem)) that knows no locks",
            hint: purpose.hintIfThereAreNoLocks, code: "no_locks")
    }

    private func hasNoSpace(_ code: String) -> Failure {
        Failure(
            .invalid, "no space left to write the database \"\(path)\"",
            hint: "free space on the disk that holds it, then repeat", code: code)
    }

    private func cannotBeWritten(_ code: String) -> Failure {
        // Reading wants to write where a log was never closed.
        if mode == .readOnly, hasLog, !PrivateFile.canMakeFiles(beside: path) {
            return Failure(
                .permission,
                "the database \"\(path)\" has a log beside it that can't be taken up where its folder can't be written",
                hint: "make the folder writable, or copy both to one that is", code: code)
        }
        return Failure(
            .permission, "the database \"\(path)\" can't be written", hint: purpose.hintIfReadOnly, code: code)
    }

    /// The name of SQLite's header for a result code; the primary one where the extended one is not of interest.
    static func codeName(_ code: Int32) -> String {
        switch code {
        case Constraint.unique: "SQLITE_CONSTRAINT_UNIQUE"
        case Constraint.primaryKey: "SQLITE_CONSTRAINT_PRIMARYKEY"
        case Constraint.rowID: "SQLITE_CONSTRAINT_ROWID"
        case Constraint.notNull: "SQLITE_CONSTRAINT_NOTNULL"
        case Constraint.foreignKey: "SQLITE_CONSTRAINT_FOREIGNKEY"
        case Constraint.check: "SQLITE_CONSTRAINT_CHECK"
        default: primaryNames[code & 0xFF] ?? "SQLITE_\(code)"
        }
    }

    private static let primaryNames: [Int32: String] = [
        SQLITE_ERROR: "SQLITE_ERROR", SQLITE_INTERNAL: "SQLITE_INTERNAL", SQLITE_PERM: "SQLITE_PERM",
        SQLITE_ABORT: "SQLITE_ABORT", SQLITE_BUSY: "SQLITE_BUSY", SQLITE_LOCKED: "SQLITE_LOCKED",
        SQLITE_NOMEM: "SQLITE_NOMEM", SQLITE_READONLY: "SQLITE_READONLY", SQLITE_INTERRUPT: "SQLITE_INTERRUPT",
        SQLITE_IOERR: "SQLITE_IOERR", SQLITE_CORRUPT: "SQLITE_CORRUPT", SQLITE_FULL: "SQLITE_FULL",
        SQLITE_CANTOPEN: "SQLITE_CANTOPEN", SQLITE_PROTOCOL: "SQLITE_PROTOCOL", SQLITE_SCHEMA: "SQLITE_SCHEMA",
        SQLITE_TOOBIG: "SQLITE_TOOBIG", SQLITE_CONSTRAINT: "SQLITE_CONSTRAINT", SQLITE_MISMATCH: "SQLITE_MISMATCH",
        SQLITE_MISUSE: "SQLITE_MISUSE", SQLITE_NOLFS: "SQLITE_NOLFS", SQLITE_AUTH: "SQLITE_AUTH",
        SQLITE_RANGE: "SQLITE_RANGE", SQLITE_NOTADB: "SQLITE_NOTADB",
    ]
}

/// The extended codes of constraints, which are macros that Swift does not import.
private enum Constraint {
    static let check = SQLITE_CONSTRAINT | 1 << 8
    static let foreignKey = SQLITE_CONSTRAINT | 3 << 8
    static let notNull = SQLITE_CONSTRAINT | 5 << 8
    static let primaryKey = SQLITE_CONSTRAINT | 6 << 8
    static let unique = SQLITE_CONSTRAINT | 8 << 8
    static let rowID = SQLITE_CONSTRAINT | 10 << 8
}

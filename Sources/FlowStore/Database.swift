import CSQLite
package import FlowCore
import Glibc
import Synchronization

/// A connection to an SQLite database.
///
/// Usable from any thread: each call takes a lock that ``transaction(synchronous:_:)`` and ``forEachRow(_:_:_:)`` hold
/// while their bodies run, so that other threads wait. Bodies may call the same database again.
///
///     let database = try Database.open(path, mode: .readWriteCreate, privateFile: true)
///     try database.execute("INSERT INTO runs (id, name) VALUES (?, ?)", ["r1", "nightly"])
///     for row in try database.query("SELECT name FROM runs WHERE id = :id", ValueMap([("id", "r1")])) { … }
package final class Database: @unchecked Sendable {
    package enum Mode: Sendable, Hashable {
        case readWriteCreate, readWrite, readOnly
        /// In memory, for this connection alone; the path only names it in messages.
        case memory
    }

    /// How a commit reaches the disk (SQLite's `synchronous`).
    package enum Synchronous: Sendable, Hashable {
        /// A power cut may lose the last commits, but never damages the database.
        case normal
        /// A commit that returned is on disk.
        case full
    }

    package let path: String
    let purpose: DatabasePurpose
    let mode: Mode
    let handle: OpaquePointer
    let lock = RecursiveLock()
    let isInterrupted = Atomic<Bool>(false)
    let patience: Patience
    /// Of the write-ahead log, to have it brought to disk; nil until that is wanted.
    let logDescriptor = Mutex<Int32?>(nil)
    // Everything below is touched with the lock held, which is what makes the class Sendable.
    var cache = StatementCache(capacity: 64)
    var transactionDepth = 0
    var synchronous: Synchronous = .normal
    /// Whether locks of other connections are waited for.
    var isPatient = true
    /// Of the write-ahead log after the last commit, where ``checkpointByHand()`` was asked for.
    var logPages = 0

    private init(path: String, purpose: DatabasePurpose, mode: Mode, handle: OpaquePointer, patience: Patience) {
        self.patience = patience
        self.path = path
        self.purpose = purpose
        self.mode = mode
        self.handle = handle
    }

    deinit {
        cache.removeAll()
        sqlite3_close_v2(handle)
        if let descriptor = logDescriptor.withLock({ $0 }) { close(descriptor) }
    }

    /// Opens a database.
    ///
    /// - Parameters:
    ///   - purpose: decides what failures advise, and whether space can be given back.
    ///   - busyTimeout: how long a lock of another connection is waited for.
    ///   - announce: told what is waited for, where that takes longer than a second.
    ///   - privateFile: the file is flowctl's own: it is made with mode 0600, its missing folders with 0700; where it
    ///     or its folder is open to others it is refused.
    ///   - wal: whether the file is put into write-ahead mode; nil means: where it is flowctl's own.
    ///   - secureDelete: deleted content is overwritten with zeros.
    /// - Throws: `not_found` where there is no file and none may be made, `permission`, or `invalid` where the file is
    ///   no database.
    package static func open(
        _ path: String, for purpose: DatabasePurpose = .other, mode: Mode = .readWriteCreate,
        synchronous: Synchronous = .normal, busyTimeout: Duration = .seconds(10),
        announce: (@Sendable (String) -> Void)? = nil, privateFile: Bool = false, wal: Bool? = nil,
        secureDelete: Bool = false
    ) throws(Failure) -> Database {
        if privateFile, mode != .memory { try PrivateFile.prepare(path, create: mode == .readWriteCreate) }
        let isOwn = mode != .memory && (privateFile || purpose != .other)
        let network = isOwn ? NetworkFileSystem.name(under: path) : nil
        // SQLite takes what says that there are none for one that is taken, and waits for it.
        if let network, !NetworkFileSystem.hasLocks(beside: path) { throw withoutLocks(path, on: network, purpose) }
        let patience = Patience(busyTimeout, for: path, announce: announce)
        var database = try connect(to: path, purpose, mode, patience)
        if mode == .readOnly, database.lacksOnlyItsIndex() {
            database = try connect(to: path, purpose, mode, patience, isImmutable: true)
        }
        database.waitPatiently()
        try database.configure(
            synchronous: synchronous, wal: (wal ?? privateFile) && mode != .readOnly && mode != .memory,
            isShared: network != nil, secureDelete: secureDelete, patience: busyTimeout)
        return database
    }

    /// - Parameter isImmutable: whether nobody changes the file, so that neither locks nor a log are looked at.
    private static func connect(
        to path: String, _ purpose: DatabasePurpose, _ mode: Mode, _ patience: Patience, isImmutable: Bool = false
    ) throws(Failure) -> Database {
        let flags: Int32 =
            switch mode {
            case .readWriteCreate: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            case .memory: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY
            }
        // SQLite would wait at a pipe for who writes to it.
        if mode != .memory, ReplacedFile.objection(to: path) == .isSpecial {
            throw Failure(.invalid, "\"\(path)\" is no regular file", hint: "name a database file")
        }
        // "file:…", ":memory:" and "" have a meaning of their own for SQLite; a path never should.
        let plain = mode == .memory ? ":memory:" : path.hasPrefix("/") ? path : "./" + path
        let name = isImmutable ? "file:\(PercentEncoding.encode(plain, keeping: "/"))?immutable=1" : plain
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(
            name, &opened,
            flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (isImmutable ? SQLITE_OPEN_URI : 0), nil)
        guard let handle = opened else {
            throw Failure(.internal, "no memory to open the database \"\(path)\"", code: "SQLITE_NOMEM")
        }
        let database = Database(path: path, purpose: purpose, mode: mode, handle: handle, patience: patience)
        guard code == SQLITE_OK else { throw database.failure(code) }
        return database
    }

    /// Whether it is in write-ahead mode, all of it is in its one file, and SQLite only can't make the index of a log
    /// beside it, as on a disk that is mounted to be read.
    private func lacksOnlyItsIndex() -> Bool {
        guard !PrivateFile.canMakeFiles(beside: path), !hasLog else { return false }
        let code = sqlite3_exec(handle, "PRAGMA schema_version", nil, nil, nil)
        // The one on a read-only disk, the other in a folder without the permission.
        return [SQLITE_CANTOPEN, SQLITE_READONLY].contains(code & 0xFF) && access(path, R_OK) == 0
    }

    /// Whether commits lie in a log beside the file.
    var hasLog: Bool {
        var log = stat()
        return stat(path + "-wal", &log) == 0 && log.st_size > 0
    }

    private func waitPatiently() {
        // The handler lives no longer than the connection, which this object closes.
        sqlite3_busy_handler(
            handle,
            { context, count in
                guard let context else { return 0 }
                let database = Unmanaged<Database>.fromOpaque(context).takeUnretainedValue()
                guard database.isPatient, !database.isInterrupted.load(ordering: .sequentiallyConsistent) else {
                    return 0
                }
                return database.patience.goesOn(Int(count)) ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func configure(
        synchronous: Synchronous, wal: Bool, isShared: Bool, secureDelete: Bool, patience: Duration
    ) throws(Failure) {
        try executeScript("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;")
        if secureDelete { try execute("PRAGMA secure_delete = ON") }
        // For space to be given back bit by bit. Where there is something in the file, this would be a write.
        if purpose == .state, mode == .readWriteCreate, try query("PRAGMA page_count").first?[0] == 0 {
            try execute("PRAGMA auto_vacuum = INCREMENTAL")
        }
        if wal, isShared { try stayOnOneFile() }
        if wal, !isShared { try enterWriteAheadMode(patience: patience) }
        try setSynchronous(synchronous)
    }

    /// SQLite answers "busy" at once, without its time-out, when two connections switch a new file at the same time.
    private func enterWriteAheadMode(patience: Duration) throws(Failure) {
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(Failure) {
                guard try query("PRAGMA journal_mode").first?[0].stringValue != "wal" else { return }
                try execute("PRAGMA journal_mode = WAL")
                return
            } catch {
                guard error.kind == .transient, ContinuousClock.now < deadline else { throw error }
                usleep(2000)
            }
        }
    }

    /// Where other machines may have the file open, all of it stays in that file, whose locks they see.
    func stayOnOneFile() throws(Failure) {
        try execute("PRAGMA journal_mode = DELETE")
    }

    func setSynchronous(_ level: Synchronous) throws(Failure) {
        // SQLite obeys this pragma while it compiles it, so a statement from the cache would change nothing.
        try executeScript("PRAGMA synchronous = \(level == .full ? "FULL" : "NORMAL")")
        synchronous = level
    }

    /// Rows changed by the last INSERT, UPDATE or DELETE of this connection.
    package var changes: Int { lock.locked { Int(sqlite3_changes64(handle)) } }

    /// Whether its file has another name by now, or none, so that what is written reaches nobody.
    package var hasMoved: Bool {
        var answer: Int32 = 0
        let code = lock.locked { sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &answer) }
        return code == SQLITE_OK && answer != 0
    }

    /// The row id of the last INSERT of this connection.
    package var lastInsertRowID: Int64 { lock.locked { sqlite3_last_insert_rowid(handle) } }

    /// Ends what is running on this connection, and all that is asked of it later, with a failure of kind `cancelled`;
    /// needs no lock. A transaction is rolled back.
    package func interrupt() {
        // SQLite forgets an interruption that comes between two statements.
        isInterrupted.store(true, ordering: .sequentiallyConsistent)
        sqlite3_interrupt(handle)
    }
}

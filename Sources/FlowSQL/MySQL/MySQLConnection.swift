import CMariaDB
import Dispatch
import FlowCore
import Glibc
import Synchronization

/// A connection to a server of MySQL or MariaDB.
final class MySQLConnection: SQLConnection, @unchecked Sendable {
    /// What ``cancel()`` may come between.
    private struct State {
        var isCancelled = false
        var isWorking = false
        var isCut = false
        /// nil once it is closed.
        var socket: Int32?
    }

    /// How often a statement is told to end before its connection is cut: one that had not begun did not hear it.
    private static let callsToEnd = 30
    private static let pauseBetweenCalls = DispatchTimeInterval.milliseconds(100)

    let handle: MySQLLogin.Handle
    let account: SQLAccount
    /// What the server calls the connection.
    private let number: UInt
    private let state: Mutex<State>
    /// nil where none for writing is under way. Touched by the thread that uses the connection alone.
    var transaction: MySQLTransaction?
    /// Signalled when work ends after ``cancel()``.
    private let end = DispatchSemaphore(value: 0)

    /// - Parameter handle: logged in; it is closed with the connection.
    init(_ account: SQLAccount, _ handle: MySQLLogin.Handle) throws(Failure) {
        self.account = account
        self.handle = handle
        number = mysql_thread_id(handle)
        state = Mutex(State(socket: mysql_get_socket(handle)))
        do throws(Failure) {
            try setUp()
        } catch {
            close()
            throw error
        }
    }

    var place: String { account.place }
    var isMariaDB: Bool { mariadb_connection(handle) != 0 }

    /// What a session has that is new, or was reset: text in UTF-8, and times in UTC.
    private func setUp() throws(Failure) {
        try command("SET NAMES utf8mb4, time_zone = '+00:00'")
        if account.isReadOnly { try command("SET SESSION TRANSACTION READ ONLY") }
    }

    // MARK: Work

    /// Does work that the server has a part in.
    ///
    /// - Throws: what `body` throws; a `Failure` of kind `cancelled` in its place where the connection was cancelled and
    ///   the server said so.
    func working<Result>(_ body: () throws -> Result) throws -> Result {
        try state.withLock { state throws(Failure) in
            guard !state.isCancelled else { throw Failure(.cancelled, "cancelled", nothingSent: true) }
            state.isWorking = true
        }
        do {
            let result = try body()
            _ = ended()
            return result
        } catch {
            guard ended() else { throw error }
            // Of what was cut off nobody knows whether it happened.
            if let failure = error as? Failure, failure.kind == .network, !failure.nothingSent { throw failure }
            throw Failure(.cancelled, "cancelled")
        }
    }

    /// - Returns: whether the connection was cancelled meanwhile.
    private func ended() -> Bool {
        state.withLock { state in
            state.isWorking = false
            if state.isCancelled { end.signal() }
            return state.isCancelled
        }
    }

    /// Runs a statement that has neither values nor rows.
    func command(_ text: String) throws(Failure) {
        guard mysql_real_query(handle, text, UInt(text.utf8.count)) == 0 else {
            throw MySQLFailure(of: handle).whileRunning(at: place)
        }
    }

    func limitStatements(to duration: Duration?) throws {
        let milliseconds = duration.map { max($0.inMilliseconds, 1) } ?? 0
        // MySQL bounds only what reads.
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let digits = String(1000 + rest).dropFirst()
        try working {
            try command(
                isMariaDB
                    ? "SET SESSION max_statement_time = \(seconds).\(digits)"
                    : "SET SESSION max_execution_time = \(milliseconds)")
        }
    }

    // MARK: Its end

    func cancel() {
        let isFirst = state.withLock { state in
            defer { state.isCancelled = true }
            return !state.isCancelled && state.isWorking
        }
        guard isFirst else { return }
        do { try OwnThread.start { self.endWork() } } catch { cut() }
    }

    /// Has the server end what it does, by a connection beside this one, and where that doesn't help, cuts this one.
    private func endWork() {
        if let stop = try? StopPipe(), let other = try? MySQLLogin(account).open(stop: stop) {
            defer { mysql_close(other) }
            let text = "KILL QUERY \(number)"
            for _ in 0..<Self.callsToEnd {
                guard state.withLock({ $0.isWorking }) else { return }
                guard mysql_real_query(other, text, UInt(text.utf8.count)) == 0 else { break }
                if end.wait(timeout: .now() + Self.pauseBetweenCalls) == .success { return }
            }
        }
        cut()
    }

    /// Ends the talk with the server at once; what waits for it fails.
    func cut() {
        state.withLock { state in
            state.isCut = true
            if let socket = state.socket { _ = shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    var isSpent: Bool { state.withLock(\.isCut) }

    func reset() -> Bool {
        // For the results of a procedure whose connection was cut, the library would wait without end.
        guard !state.withLock({ $0.isCancelled || $0.isCut }), !isBroken(), mysql_reset_connection(handle) == 0 else {
            return false
        }
        transaction = nil
        return (try? setUp()) != nil
    }

    func isBroken() -> Bool {
        // A server says nothing on its own but that it goes away.
        var descriptor = pollfd(fd: mysql_get_socket(handle), events: Int16(POLLIN), revents: 0)
        // The library itself has closed one that it found broken.
        return descriptor.fd < 0 || poll(&descriptor, 1, 0) != 0
    }

    func isAlive() -> Bool { mysql_ping(handle) == 0 }

    func close() {
        guard state.withLock({ $0.socket.take() }) != nil else { return }
        mysql_close(handle)
    }

    func describe() throws -> ValueMap {
        var who = ValueMap()
        _ = try run(SQLStatement("SELECT VERSION() AS version, DATABASE() AS `database`, CURRENT_USER() AS user")) {
            who = $0
        }
        var tls = Value.null
        _ = try run(SQLStatement("SHOW SESSION STATUS LIKE 'Ssl_version'")) { row in
            if let version = row["Value"]?.stringValue, !version.isEmpty { tls = .string(version) }
        }
        return ValueMap([
            ("server", .string(isMariaDB ? "MariaDB" : "MySQL")), ("version", who["version"] ?? nil),
            ("host", .string(place)),
            ("database", who["database"] ?? nil), ("user", who["user"] ?? nil), ("tls", tls),
        ])
    }
}

import CPostgreSQL
import FlowCore
import Glibc
import Synchronization

/// A connection of libpq, in its non-blocking mode, so that a wait for the server can be ended from another thread.
final class PostgreSQLConnection: SQLConnection, @unchecked Sendable {
    // Touched by the thread that uses the connection, of which there is one at a time.
    let handle: OpaquePointer
    let account: SQLAccount
    /// Whether it can't be used again, as nobody knows what it will answer next.
    var isSpent = false
    private var digits = Digits.unknown
    /// Whether a transaction for writing was begun, and we haven't ended it.
    private var isInTransaction = false
    /// Whether the server has said that it closes the connection.
    private var hasFarewell = false
    private var isClosed = false
    private let stop: StopPipe
    private let isCancelled = Atomic<Bool>(false)
    /// Whether the server has been asked to end what it does, and until when its answer is waited for.
    private var patience: ContinuousClock.Instant?

    /// How the server writes floating-point numbers.
    private enum Digits {
        case unknown
        /// With all digits that they have, by itself.
        case whole
        /// So because it was asked to, until the session is reset.
        case wholeOnDemand
    }

    /// How long the server may take to end what it was asked to end.
    private static let grace: Duration = .seconds(5)

    /// Connects and logs in.
    init(_ account: SQLAccount, stop: StopPipe) throws {
        self.account = account
        self.stop = try StopPipe()
        handle = try PostgreSQLLogin(account, stop: stop).connect()
        PQsetnonblocking(handle, 1)
        // Without this libpq writes notices to standard error. Among them is what comes while no statement is under way.
        PQsetNoticeReceiver(
            handle,
            { connection, notice in
                guard let connection, let notice, PostgreSQLFailure.isFatal(notice) else { return }
                Unmanaged<PostgreSQLConnection>.fromOpaque(connection).takeUnretainedValue().hasFarewell = true
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { close() }

    func close() {
        if !isClosed { PQfinish(handle) }
        isClosed = true
    }

    func cancel() {
        isCancelled.store(true, ordering: .sequentiallyConsistent)
        stop.fire()
    }

    func isBroken() -> Bool {
        // Between statements a server has nothing to say but why it closes the connection.
        while PQstatus(handle) == CONNECTION_OK, !hasFarewell {
            var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            guard poll(&socket, 1, 0) > 0 else { return false }
            guard PQconsumeInput(handle) == 1 else { return true }
            _ = PQisBusy(handle)
        }
        return true
    }

    func isAlive() -> Bool { (try? command("SELECT 1")) != nil }

    func reset() -> Bool {
        guard !isSpent, !isCancelled.load(ordering: .sequentiallyConsistent), PQstatus(handle) == CONNECTION_OK else {
            return false
        }
        do {
            if PQtransactionStatus(handle) != PQTRANS_IDLE { try command("ROLLBACK") }
            try command("DISCARD ALL")
            if digits == .wholeOnDemand { digits = .unknown }
            return true
        } catch {
            return false
        }
    }

    func begin(readOnly: Bool) throws {
        try askForAllDigits()
        try command(readOnly ? "BEGIN READ ONLY" : "BEGIN")
        isInTransaction = !readOnly
    }

    func commit() throws {
        isInTransaction = false
        // The server answers with a rollback where a statement has failed, and a caller has gone on regardless.
        guard try command("COMMIT") == "COMMIT" else {
            throw Failure(.conflict, "the transaction had failed before its end, and was rolled back")
        }
    }

    func rollback() throws {
        guard !isSpent, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        try command("ROLLBACK")
    }

    var hasEndedTransaction: Bool { isInTransaction && !isSpent && PQtransactionStatus(handle) == PQTRANS_IDLE }

    func undo() -> SQLRemains? {
        let remains: SQLRemains? = hasEndedTransaction ? .committed : nil
        isInTransaction = false
        try? rollback()
        return remains
    }

    func limitStatements(to duration: Duration?) throws {
        let milliseconds = duration.map { max($0.inMilliseconds, 1) } ?? 0
        try command("SET statement_timeout = \(milliseconds)")
    }

    /// Has floating-point numbers written with all their digits, where `extra_float_digits` says otherwise, as it did
    /// by itself before PostgreSQL 12. Not by an option of the login: poolers such as PgBouncer refuse those they don't
    /// know.
    func askForAllDigits() throws {
        guard digits == .unknown, PQtransactionStatus(handle) == PQTRANS_IDLE else { return }
        let question = """
            SELECT pg_catalog.set_config('extra_float_digits', '3', false)
            WHERE pg_catalog.current_setting('extra_float_digits')::int < 1
            """
        do {
            digits = try command(question) == "SELECT 0" ? .whole : .wholeOnDemand
        } catch var failure as Failure {
            // What only speaks like PostgreSQL may not know of them.
            guard isSpent || wasCancelled else { return }
            // Not of what is wanted.
            failure.nothingSent = true
            throw failure
        }
    }

    func describe() throws -> ValueMap {
        var found = ValueMap()
        let sql = "SELECT current_database()::text AS database, current_user::text AS user"
        _ = try run(SQLStatement(sql)) { found = $0 }
        // Packagers put a remark of their own behind it.
        let version = PQparameterStatus(handle, "server_version").map { String(cString: $0).prefix { $0 != " " } }
        let protection = PQsslInUse(handle) == 0 ? nil : PQsslAttribute(handle, "protocol").map { String(cString: $0) }
        return ValueMap([
            ("server", .string("PostgreSQL")), ("version", .string(String(version ?? ""))),
            ("host", .string(account.place)),
            ("database", found["database"] ?? .null), ("user", found["user"] ?? .null),
            ("tls", protection.map(Value.string) ?? .null),
        ])
    }
}

// MARK: Waiting

extension PostgreSQLConnection {
    /// Runs a statement of ours.
    ///
    /// - Returns: what the server calls what it did, such as `COMMIT`.
    @discardableResult
    func command(_ text: String) throws -> String {
        var status = ""
        try send { PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 0) }
        try results { status = String(cString: PQcmdStatus($0)) }
        return status
    }

    /// Hands something to libpq and sends it.
    ///
    /// - Parameter give: 1 where libpq took it.
    /// - Throws: a `Failure` that knows that nothing was sent, where the connection was broken before.
    func send(_ give: () -> Int32) throws {
        guard !isCancelled.load(ordering: .sequentiallyConsistent) else {
            throw Failure(.cancelled, "cancelled", nothingSent: true)
        }
        guard !isSpent, !isBroken(), give() == 1 else {
            isSpent = true
            throw PostgreSQLFailure.lost(self, nothingSent: true)
        }
        try flush()
    }

    /// Sends what libpq holds back.
    func flush() throws {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                // The server may be unable to take more before something of its own has been read.
                if try wait(for: POLLIN | POLLOUT) & POLLIN != 0, PQconsumeInput(handle) == 0 { throw lost() }
            default: throw lost()
            }
        }
    }

    /// The next result; nil where there is none left of the statement.
    func nextResult() throws -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(for: POLLIN)
            if PQconsumeInput(handle) == 0 { throw lost() }
        }
        return PQgetResult(handle)
    }

    /// Gives each result of a statement to `take`, and throws after the last one why the server refused the statement.
    func results(_ take: (OpaquePointer) throws -> Void) throws {
        var refusal: Failure?
        while let result = try nextResult() {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
                guard refusal == nil else { break }
                do {
                    try take(result)
                } catch {
                    // There may be no end of what comes.
                    abandon()
                    throw error
                }
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                abandon()
                throw Failure(
                    .invalid, "a statement can't COPY from STDIN or to STDOUT",
                    hint: "use postgres.execute_many with table, or postgres.query with to", nothingSent: true)
            default: refusal = refusal ?? PostgreSQLFailure.of(result, on: self)
            }
        }
        if let refusal { throw refusal }
    }

    /// Gives up what is under way: the server is told, and the connection isn't used again.
    func abandon() {
        isSpent = true
        requestCancel()
    }

    func lost() -> Failure {
        isSpent = true
        return PostgreSQLFailure.lost(self, nothingSent: false)
    }

    var wasCancelled: Bool { patience != nil }

    /// Waits until the socket is ready, or until `end`.
    ///
    /// - Returns: what it is ready for; 0 where the time is over.
    /// - Throws: where the server has not ended in time what it was asked to end.
    @discardableResult
    func wait(for events: Int32, until end: ContinuousClock.Instant? = nil) throws -> Int32 {
        while true {
            let limit = patience ?? end
            let left = limit.map { Int32(clamping: ($0 - .now).inMilliseconds + 1) } ?? -1
            if left <= 0, limit != nil {
                guard patience != nil else { return 0 }
                isSpent = true
                throw Failure(.network, "\(account.place) did not end the statement in time when it was asked to")
            }
            var waits = [pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)]
            if patience == nil { waits.append(pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)) }
            guard poll(&waits, nfds_t(waits.count), left) >= 0 || errno == EINTR else { throw lost() }
            if waits.count > 1, waits[1].revents != 0 {
                patience = .now + Self.grace
                requestCancel()
                continue
            }
            let ready = Int32(waits[0].revents)
            // What is wrong with a socket is told by reading from it.
            if ready != 0 { return ready & events | (ready & (POLLHUP | POLLERR) != 0 ? POLLIN : 0) }
        }
    }

    /// Asks the server, by a connection of its own, to end the statement; nobody waits for that.
    private func requestCancel() {
        guard let request = PQgetCancel(handle) else { return }
        let address = UInt(bitPattern: request)
        do throws(Failure) {
            try OwnThread.start {
                var message = [CChar](repeating: 0, count: 256)
                let request = OpaquePointer(bitPattern: address)
                _ = PQcancel(request, &message, Int32(message.count))
                PQfreeCancel(request)
            }
        } catch {
            PQfreeCancel(request)
        }
    }
}

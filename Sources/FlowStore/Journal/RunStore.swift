package import FlowCore
import Glibc

/// What the journal asks of a disk.
package struct JournalDisk: Sendable {
    /// Has it take what the database's log holds at that moment.
    var sync: @Sendable (Database) throws(Failure) -> Void
    /// How long an attempt may take whose row reaches it with the name of the step that follows (``NextIntent``).
    var brief: Duration

    package init(
        brief: Duration = .milliseconds(20),
        sync: @escaping @Sendable (Database) throws(Failure) -> Void = { database throws(Failure) in
            try database.syncLog()
        }
    ) {
        (self.brief, self.sync) = (brief, sync)
    }
}

/// The state database for writing: begins runs and takes them up again.
package final class RunStore: Sendable {
    let writer: JournalWriter
    private let identity: ProcessIdentity

    private init(_ writer: JournalWriter, _ identity: ProcessIdentity) {
        self.writer = writer
        self.identity = identity
    }

    /// Opens the database and brings it to this format; makes it where it is missing.
    ///
    /// - Parameters:
    ///   - busyTimeout: how long another process may keep the database locked. A run has more to lose than time.
    ///   - announce: is told what is waited for, where that takes longer than a second.
    ///   - disk: what the database's log lies on.
    /// - Throws: a `Failure` that names the file: it can't be written, is no database, is of a newer flowctl.
    package static func open(
        _ path: String, identity: ProcessIdentity = .current, busyTimeout: Duration = .seconds(120),
        announce: (@Sendable (String) -> Void)? = nil,
        disk: JournalDisk = JournalDisk()
    ) throws(Failure) -> RunStore {
        let database = try StateDatabase.open(path, busyTimeout: busyTimeout, announce: announce)
        return RunStore(JournalWriter(database, disk), identity)
    }

    /// Writes a new run with its snapshot and takes its lease.
    ///
    /// - Parameters:
    ///   - random: gives as many bytes of chance as asked for.
    ///   - snapshot: made for the run's id, to which sealed values in it are bound.
    package func begin(
        at time: Timestamp, random: @escaping @Sendable (Int) -> [UInt8],
        snapshot: @escaping @Sendable (RunID) throws(Failure) -> RunSnapshot
    ) async throws -> (StoredRun, RunJournal) {
        // As it will be when the run is taken up again.
        let time = time.wholeMicroseconds
        let (id, number, snapshot) = try await writer.read { [identity] database throws(Failure) in
            try database.transaction {
                let id = try RunStore.freeID(at: time, random: random, in: database)
                let snapshot = try snapshot(id)
                try database.execute(
                    """
                    INSERT INTO runs (id, workflow, file, trigger_kind, status, started_at, pid, pid_started, boot,
                        heartbeat)
                    VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, ?)
                    """,
                    [
                        .string(id.text), .string(snapshot.workflow), .string(snapshot.file), .string(snapshot.trigger),
                        .micros(time), .int(Int64(identity.pid)), .int(identity.startTime), .string(identity.boot),
                        .micros(.wallClock),
                    ])
                let number = database.lastInsertRowID
                try RunStore.write(snapshot, of: number, in: database)
                return (id, number, snapshot)
            }
        }
        let run = StoredRun(id: id, snapshot: snapshot, attempt: 1, handlersAttempt: 1, startedAt: time)
        return (run, RunJournal(run: id, number: number, attempt: run.attempt, writer: writer))
    }

    /// Calls a credential by its new name where the history says when it was last used.
    package func renameCredential(_ name: String, to newName: String) async throws {
        let (old, new) = (RunHistory.credentialTask + name, RunHistory.credentialTask + newName)
        try await writer.read { database throws(Failure) in
            try database.transaction {
                // What had the name before was another credential.
                try database.execute("DELETE FROM upkeep WHERE task = ?", [.string(new)])
                try database.execute("UPDATE upkeep SET task = ? WHERE task = ?", [.string(new), .string(old)])
            }
        }
    }

    /// Takes up a run that ended without success, or whose process died.
    ///
    /// - Parameters:
    ///   - name: the run's id, or the beginning or end of it that no other run shares, or `latest`.
    ///   - seen: what the decision to take it up rests on.
    ///   - abandoned: a lease whose holder has been found to be gone, though it can't be seen.
    ///   - reset: what of it is to run again; then also one that succeeded is taken up.
    ///   - snapshot: takes the place of the one it has.
    ///   - look: looks at what the run has come to, before it is changed.
    /// - Returns: the run, with the handlers of the attempt before it; those are anew only where something is reset.
    /// - Throws: `not_found`; `invalid` where it succeeded; `conflict` where its process still runs, or where another
    ///   one has taken it up in the meantime.
    package func resume<Past: Sendable>(
        _ name: String, seen: RunSummary? = nil, abandoned: Lease? = nil, reset: RunReset? = nil,
        snapshot: RunSnapshot? = nil,
        look: @escaping @Sendable (RunSummary, RunHistory) throws(Failure) -> Past
    ) async throws -> (StoredRun, RunJournal, Past) {
        let (run, number, past) = try await writer.read { [identity] database throws(Failure) in
            try database.transaction {
                let summary = try RunHistory(database).run(named: name, without: abandoned)
                try summary.requireResumable(seen: seen, isReset: reset != nil)
                // Before the lease is overwritten.
                let boot = try database.query("SELECT boot FROM runs WHERE number = ?", [.int(summary.number)])
                try JournalStatements(database: database, run: summary.number)
                    .settleNext(mayHaveBegun: boot[0][0].stringValue.map(ProcessIdentity.isOver) ?? false)
                let past = try look(summary, RunHistory(database))
                // They looked at what runs again.
                let handlers = reset == nil ? "handlers_attempt" : "attempt + 1"
                // How it ended before holds no longer.
                try database.execute(
                    """
                    UPDATE runs SET status = 'running', handlers_attempt = \(handlers), attempt = attempt + 1,
                        outputs = NULL, outputs_ref = NULL, error = NULL, failed_step = NULL,
                        ended_at = NULL, pid = ?, pid_started = ?, boot = ?, heartbeat = ?
                    WHERE number = ?
                    """,
                    [
                        .int(Int64(identity.pid)), .int(identity.startTime), .string(identity.boot),
                        .micros(.wallClock), .int(summary.number),
                    ])
                if let reset { try JournalStatements(database: database, run: summary.number).apply(reset) }
                if let snapshot { try RunStore.replace(snapshot, of: summary.number, in: database) }
                return (try RunHistory(database).stored(summary), summary.number, past)
            }
        }
        return (run, RunJournal(run: run.id, number: number, attempt: run.attempt, writer: writer), past)
    }

    /// As ``resume(_:seen:abandoned:reset:snapshot:look:)``, without a look.
    package func resume(
        _ name: String, seen: RunSummary? = nil, abandoned: Lease? = nil, reset: RunReset? = nil,
        snapshot: RunSnapshot? = nil
    ) async throws -> (StoredRun, RunJournal) {
        let (run, journal, _) = try await resume(
            name, seen: seen, abandoned: abandoned, reset: reset, snapshot: snapshot
        ) { _, _ in () }
        return (run, journal)
    }

    /// Looks at what runs have left, before one of them is taken up.
    package func look<T: Sendable>(
        _ body: @escaping @Sendable (RunHistory) throws(Failure) -> T
    ) async throws -> T {
        try await writer.read { database throws(Failure) in try body(RunHistory(database)) }
    }

    /// Lets no wait for another process go on for longer than this from now: the run is being stopped.
    package func limitWaiting(to rest: Duration) { writer.database.patience.shorten(to: rest) }

    private static func freeID(
        at time: Timestamp, random: (Int) -> [UInt8], in database: Database
    ) throws(Failure) -> RunID {
        for _ in 0..<16 {
            let id = RunID(at: time, random: random(2))
            if try database.query("SELECT 1 FROM runs WHERE id = ?", [.string(id.text)]).isEmpty { return id }
        }
        // So many runs begin at this moment; the next one is as good.
        return try freeID(
            at: Timestamp(milliseconds: time.milliseconds + 40), random: random, in: database)
    }

    private static func replace(_ snapshot: RunSnapshot, of run: Int64, in database: Database) throws(Failure) {
        try database.execute("DELETE FROM snapshots WHERE run = ?", [.int(run)])
        try database.execute("DELETE FROM called_files WHERE run = ?", [.int(run)])
        try database.execute("DELETE FROM labels WHERE run = ?", [.int(run)])
        try write(snapshot, of: run, in: database)
        try database.execute("UPDATE runs SET file = ? WHERE number = ?", [.string(snapshot.file), .int(run)])
    }

    static func write(_ snapshot: RunSnapshot, of run: Int64, in database: Database) throws(Failure) {
        let connectors = ValueMap(snapshot.connectors.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        let statements = JournalStatements(database: database, run: run)
        try database.execute(
            """
            INSERT INTO snapshots (run, source, inputs, vars, event, connectors, working_directory, base_url, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .int(run), .bytes(snapshot.source), try statements.place(snapshot.inputs),
                try statements.place(snapshot.vars), try statements.place(snapshot.event),
                .string(JSON.text(.map(connectors))), .string(snapshot.workingDirectory), .text(snapshot.baseURL),
                .string(snapshot.version),
            ])
        for (name, value) in snapshot.labels {
            try database.execute(
                "INSERT INTO labels (run, name, value) VALUES (?, ?, ?)", [.int(run), .string(name), .string(value)])
        }
        for (name, source) in snapshot.calledFiles {
            try database.execute(
                "INSERT INTO called_files (run, name, source) VALUES (?, ?, ?)",
                [.int(run), .string(name), .bytes(source)])
        }
    }
}

extension Timestamp {
    /// The time for leases, which compare processes and are no part of a run.
    static var wallClock: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }
}

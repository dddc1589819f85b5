import FlowCore

/// Writes the records of one run into the tables.
struct JournalStatements {
    let database: Database
    /// The run's number.
    let run: Int64

    // Rows that may be there are updated and not replaced: for a replacement in a table with foreign keys SQLite writes
    // down how to take it back, in 64 KiB that it asks for each time.

    /// The name of a checkpoint that belongs to the engine; a node's own names can't begin with a colon.
    static let resolvedName = ":resolved"

    func write(_ record: JournalRecord) throws(Failure) {
        switch record {
        case .stepStarted(let path, let node, let time):
            try database.execute(
                """
                INSERT INTO steps (run, path, node, status, started_at) VALUES (?, ?, ?, 'running', ?)
                ON CONFLICT (run, path) DO UPDATE SET status = 'running', ended_at = NULL, error = NULL, note = NULL,
                    handled = 0, node = excluded.node, started_at = coalesce(started_at, excluded.started_at)
                """, [.int(run), .string(path), .text(node), .micros(time)])
        case .resolved(let path, let item, let value):
            try writeCheckpoint(JournalStatements.resolvedName, of: path, item: item, value)
        case .attemptStarted(let attempt, let intent):
            try database.execute(
                """
                INSERT INTO attempts (step, item, number, effect, key, key_valid_until, status, started_at, next)
                VALUES ((SELECT number FROM steps WHERE run = ? AND path = ?), ?, ?, ?, ?, ?, 'running', ?, ?)
                ON CONFLICT DO UPDATE SET effect = excluded.effect, key = excluded.key,
                    key_valid_until = excluded.key_valid_until, status = excluded.status, nothing_sent = 0,
                    error = NULL, started_at = excluded.started_at, ended_at = NULL, next = excluded.next
                """,
                [
                    .int(run), .string(attempt.path), .item(attempt.item), .int(Int64(attempt.number)),
                    .string(intent.effect.rawValue), .text(intent.key), .micros(intent.keyValidUntil),
                    .micros(intent.startedAt), .text(intent.next),
                ])
        case .attemptEnded(let attempt, let end):
            try database.execute(
                """
                UPDATE attempts SET status = ?, nothing_sent = ?, error = ?, ended_at = ?
                WHERE step = (SELECT number FROM steps WHERE run = ? AND path = ?) AND item = ? AND number = ?
                """,
                [
                    .string(end.status.rawValue), .bool(end.failure?.nothingSent ?? false), .failure(end.failure),
                    .micros(end.endedAt), .int(run), .string(attempt.path), .item(attempt.item),
                    .int(Int64(attempt.number)),
                ])
        case .stepEnded(let path, let end): try write(end, ofStep: path)
        case .itemEnded(let path, let index, let key, let end):
            try database.execute(
                """
                INSERT INTO items (step, position, key, status, attempts, output, error, ended_at)
                VALUES ((SELECT number FROM steps WHERE run = ? AND path = ?), ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET key = excluded.key, status = excluded.status, attempts = excluded.attempts,
                    output = excluded.output, output_ref = NULL, error = excluded.error, ended_at = excluded.ended_at
                """,
                [
                    .int(run), .string(path), .int(Int64(index)), .string(key), .string(end.status.rawValue),
                    .int(Int64(end.attempts)), try place(end.output), .failure(end.failure), .micros(end.endedAt),
                ])
        case .checkpoint(let path, let item, let name, let value):
            try writeCheckpoint(name, of: path, item: item, value)
        case .callStarted(let call): try write(call)
        case .callEnded(let path, let end): try write(end, ofCall: path)
        case .skippedInside(let path, let note): try skipAll(inside: path, because: note)
        case .handlersBegun(let call, let attempt):
            if let call {
                try database.execute(
                    "UPDATE calls SET handlers_attempt = ? WHERE run = ? AND path = ?",
                    [.int(Int64(attempt)), .int(run), .string(call)])
            } else {
                try database.execute(
                    "UPDATE runs SET handlers_attempt = ? WHERE number = ?", [.int(Int64(attempt)), .int(run)])
            }
        case .log(let line):
            try database.execute(
                "INSERT INTO logs (run, path, item, at, level, message) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .int(run), .string(line.path), line.item.map { .int(Int64($0)) } ?? .null, .micros(line.at),
                    .string(line.level), .string(line.message),
                ])
        case .credentialUsed(let name, let time):
            try database.execute(
                "INSERT OR REPLACE INTO upkeep (task, done_at) VALUES (?, ?)",
                [.string(RunHistory.credentialTask + name), .micros(time)])
        case .runEnded(let end): try write(end)
        }
    }

    private func write(_ end: StepEnd, ofStep path: String) throws(Failure) {
        try database.execute(
            """
            INSERT INTO steps (run, path, status, attempts, output, error, handled, note, ended_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, path) DO UPDATE SET status = excluded.status, attempts = excluded.attempts,
                output = excluded.output, output_ref = NULL, error = excluded.error,
                handled = excluded.handled, note = excluded.note, ended_at = excluded.ended_at
            """,
            [
                .int(run), .string(path), .string(end.status.rawValue), .int(Int64(end.attempts)),
                try place(end.output), .failure(end.failure), .bool(end.isHandled), .text(end.note),
                .micros(end.endedAt),
            ])
    }

    private func write(_ end: RunEnd) throws(Failure) {
        try database.execute(
            """
            UPDATE runs SET status = ?, outputs = ?, outputs_ref = NULL, error = ?, failed_step = ?, ended_at = ?,
                pid = NULL, pid_started = NULL, boot = NULL, heartbeat = NULL
            WHERE number = ?
            """,
            [
                .string(end.status.rawValue), try place(end.outputs), .failure(end.failure), .text(end.failedStep),
                .micros(end.endedAt), .int(run),
            ])
        try database.execute("DELETE FROM claims WHERE run = ?", [.int(run)])
    }

    private func writeCheckpoint(
        _ name: String, of path: String, item: Int?, _ value: StoredValue
    ) throws(Failure) {
        try database.execute(
            """
            INSERT INTO checkpoints (step, item, name, value)
            VALUES ((SELECT number FROM steps WHERE run = ? AND path = ?), ?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value, value_ref = NULL
            """, [.int(run), .string(path), .item(item), .string(name), try place(value)])
    }

    /// The text of a value for its row; a large one is put into a file, and the run becomes one that names it.
    func place(_ value: StoredValue?) throws(Failure) -> Value {
        guard let value else { return .null }
        let files = RunFiles(beside: database.path)
        for path in value.filePaths { if let name = files.name(at: path) { try claim(name) } }
        let kept = try value.drafted(in: files)
        if let draft = kept.draft { try keep(draft, in: files) }
        return .string(String(decoding: kept.bytes, as: UTF8.self))
    }

    /// Gives a file its name, which the run holds from then on.
    func keep(_ draft: FileDraft, in files: RunFiles) throws(Failure) {
        try files.place(draft)
        try claim(draft.name)
    }

    private func claim(_ name: String) throws(Failure) {
        try database.execute("INSERT OR IGNORE INTO files (run, name) VALUES (?, ?)", [.int(run), .string(name)])
    }
}

extension Value {
    static func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }
    static func micros(_ time: Timestamp?) -> Value {
        time.map { .int($0.seconds * 1_000_000 + Int64($0.nanoseconds / 1000)) } ?? .null
    }
    static func failure(_ failure: Failure?) -> Value { failure.map { .string(JSON.text($0.asStoredValue)) } ?? .null }
    /// A step that is no item has the item -1, because a key must not be null.
    static func item(_ item: Int?) -> Value { .int(Int64(item ?? -1)) }

    var storedTime: Timestamp? {
        guard let micros = intValue else { return nil }
        let (seconds, rest) = micros.quotientAndRemainder(dividingBy: 1_000_000)
        return Timestamp(seconds: seconds, nanoseconds: Int32(max(0, rest)) * 1000)
    }
    var storedFailure: Failure? {
        guard let text = stringValue, let value = try? JSON.parse(text) else { return nil }
        return Failure(value: value)
    }
    var storedStatus: RunStatus { stringValue.flatMap(RunStatus.init(rawValue:)) ?? .interrupted }
    var storedItem: Int? { intValue.flatMap { $0 < 0 ? nil : Int($0) } }
    /// The value of a column, or where that is null the one an older flowctl put into the row joined to it.
    ///
    /// - Parameter subject: what the value is, for messages.
    func storedValue(
        or joined: Value = .null, in database: Database, _ subject: @autoclosure () -> String
    ) -> StoredValue? {
        (stringValue ?? joined.stringValue).map {
            StoredValue(row: $0, files: RunFiles(beside: database.path), subject: subject())
        }
    }
}

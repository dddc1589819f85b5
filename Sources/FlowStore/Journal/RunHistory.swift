package import FlowCore

/// The state database for reading: what `runs list|show|logs` know. Writes nothing.
package struct RunHistory: Sendable {
    let database: Database

    init(_ database: Database) { self.database = database }

    /// - Throws: `not_found` where there is no state database yet; `invalid` where a newer flowctl wrote it.
    package static func open(_ path: String) throws(Failure) -> RunHistory {
        let database = try Database.open(path, for: .state, mode: .readOnly)
        guard try database.needsMigration(to: JournalSchema.migrations.count) else { return RunHistory(database) }
        // Of an older format: brought to this one, once.
        _ = try StateDatabase.open(path)
        return RunHistory(try Database.open(path, for: .state, mode: .readOnly))
    }

    /// What the use of a credential is called in the table of what was done last, before its name.
    static let credentialTask = "credential "

    /// When runs last took each credential, by name.
    package func credentialUses() throws(Failure) -> [String: Timestamp] {
        let rows = try database.query(
            "SELECT substr(task, ?), done_at FROM upkeep WHERE task LIKE 'credential %'",
            [.int(Int64(RunHistory.credentialTask.utf8.count + 1))])
        var uses: [String: Timestamp] = [:]
        for row in rows { if let name = row[0].stringValue { uses[name] = row[1].storedTime } }
        return uses
    }

    /// The run with what it was started with.
    package func stored(_ summary: RunSummary) throws(Failure) -> StoredRun {
        guard
            let row = try database.query(
                """
                SELECT s.source, s.inputs, s.vars, s.event, s.connectors, s.working_directory, s.base_url, s.version,
                    r.attempt, r.handlers_attempt
                FROM runs r JOIN snapshots s ON s.run = r.number WHERE r.number = ?
                """, [.int(summary.number)]
            ).first
        else {
            throw Failure(
                .invalid, "run \(summary.id) has lost what it was started with: the state database is damaged",
                hint: "start a new one; \"flowctl runs delete \(summary.id)\" takes this one out of the history")
        }
        var connectors: [String: String] = [:]
        if case .map(let map) = try JSON.parse(row[4].stringValue ?? "{}") {
            for (key, value) in map { connectors[key.text] = value.stringValue }
        }
        let run = StoredRun(
            id: summary.id,
            snapshot: RunSnapshot(
                workflow: summary.workflow, labels: summary.labels, file: summary.file, source: row[0].storedBytes,
                calledFiles: try calledFiles(of: summary), trigger: summary.trigger,
                inputs: row[1].storedValue(in: database, "the inputs") ?? .null,
                vars: row[2].storedValue(in: database, "the variables") ?? .null,
                event: row[3].storedValue(in: database, "the event") ?? .null, connectors: connectors,
                workingDirectory: row[5].stringValue ?? "/", baseURL: row[6].stringValue,
                version: row[7].stringValue ?? ""),
            attempt: Int(row[8].intValue ?? 1), handlersAttempt: Int(row[9].intValue ?? 1),
            startedAt: summary.startedAt)
        return try summary.call.map { path throws(Failure) in try called(path, of: summary, in: run) } ?? run
    }

    /// The steps that started or were skipped, in the order in which they did. What nobody runs any more is
    /// `interrupted`.
    ///
    /// - Parameter hasOutputs: whether their outputs are read, too, which may be large together.
    package func steps(of run: RunSummary, hasOutputs: Bool = true) throws(Failure) -> [StoredStep] {
        try reader(run).steps(hasOutputs: hasOutputs).map { $0.standing(in: run) }
    }

    /// One of them with its output; nil where there is none of this path.
    package func step(_ path: String, of run: RunSummary) throws(Failure) -> StoredStep? {
        try reader(run).step(path)?.standing(in: run)
    }

    package func attempts(of path: String, item: Int? = nil, in run: RunSummary) throws(Failure) -> [StoredAttempt] {
        try reader(run).attempts(of: path, item: item)
    }

    /// The last attempts at a step, or at each of its items, that were writes and that count: not those from before it
    /// was asked for again.
    ///
    /// - Returns: how many succeeded, and all others.
    package func lastWrites(
        of path: String, in run: RunSummary
    ) throws(Failure) -> (succeeded: Int, others: [StoredAttempt]) { try reader(run).lastWrites(of: path) }

    /// The case that a switch, or an item of one, took, as the file names it; nil where none is written down.
    package func takenCase(of path: String, item: Int? = nil, in run: RunSummary) throws(Failure) -> String? {
        guard let stored = try reader(run).checkpoint(RunReset.takenCase, of: path, item: item) else { return nil }
        return try stored.value(sealing: nil, context: run.id.text).stringValue
    }

    /// The last attempts at a step, or at each of its items, that were writes, count, and whose end, or the step's
    /// or item's, is not a success.
    package func unfinishedWrites(of path: String, in run: RunSummary) throws(Failure) -> [StoredAttempt] {
        try reader(run).unfinishedWrites(of: path)
    }

    /// Whether a step, or an item of it, has parts of a write behind it with which it would go on.
    package func hasPartsOfWrites(_ path: String, in run: RunSummary) throws(Failure) -> Bool {
        try reader(run).hasPartsOfWrites(path)
    }

    /// The last attempt of each item that has no result of its own.
    package func openAttempts(of path: String, in run: RunSummary) throws(Failure) -> [Int: StoredAttempt] {
        try reader(run).openAttempts(of: path)
    }

    var files: RunFiles { RunFiles(beside: database.path) }

    /// The finished items of a loop, from an index on.
    ///
    /// - Parameter onlyUnsuccessful: leaves out those that succeeded.
    package func items(
        of path: String, in run: RunSummary, from first: Int = 0, limit: Int = 1000, onlyUnsuccessful: Bool = false
    ) throws(Failure) -> [StoredItem] {
        try reader(run).items(of: path, from: first, limit: limit, onlyUnsuccessful: onlyUnsuccessful)
    }

    /// The item of a loop that is called so: by its key, or where it has none of its own by its index.
    ///
    /// - Returns: nil where no such item has ended.
    package func item(_ key: String, of path: String, in run: RunSummary) throws(Failure) -> StoredItem? {
        try reader(run).item(key, of: path)
    }

    /// The pages of a step's output in order, where it was kept so; each as the engine wrote it down.
    package func pages(of path: String, in run: RunSummary) throws(Failure) -> [StoredValue] {
        try reader(run).pages(of: path)
    }

    /// One of them by its number, from 1; nil where there are fewer.
    func page(_ number: Int, of path: String, in run: RunSummary) throws(Failure) -> StoredValue? {
        try reader(run).checkpoint(JournalRecord.pageName(number), of: path, item: nil)
    }

    /// How many ``pages(of:in:)`` there are.
    package func pageCount(of path: String, in run: RunSummary) throws(Failure) -> Int {
        try reader(run).pageCount(of: path)
    }

    /// How many items of a loop ended how.
    package func itemCounts(of path: String, in run: RunSummary) throws(Failure) -> [RunStatus: Int] {
        let rows = try database.query(
            """
            SELECT status, count(*) FROM items
            WHERE step = (SELECT number FROM steps WHERE run = ? AND path = ?) GROUP BY status
            """, [.int(run.number), .string(run.base + path)])
        return Dictionary(rows.map { ($0[0].storedStatus, Int($0[1].intValue ?? 0)) }) { $1 }
    }

    package func outputs(of run: RunSummary) throws(Failure) -> StoredValue? {
        if let path = run.call { return try reader(run).outputs(ofCall: path) }
        return try database.query(
            """
            SELECT r.outputs, o.value FROM runs r LEFT JOIN outputs o ON o.number = r.outputs_ref
            WHERE r.number = ?
            """, [.int(run.number)]
        ).first.flatMap { $0[0].storedValue(or: $0[1], in: database, "the outputs") }
    }

    /// - Parameters:
    ///   - path: only lines of this step and of those inside it.
    ///   - item: of the step only this item and what is inside it.
    ///   - skipped: only lines after this many; `--follow` asks again with what it has seen.
    package func logs(
        of run: RunSummary, path: String? = nil, item: Int? = nil, after skipped: Int = 0, limit: Int = 10_000
    ) throws(Failure) -> [LogLine] {
        let step = path.map { run.base + $0 } ?? run.call
        let place = step.map { step in item.map { "\(step)[\($0)]" } ?? step }
        return try lines(
            of: run,
            """
            run = ?1 AND (?2 IS NULL OR path = ?2 AND (?5 IS NULL OR item = ?5)
                OR substr(path, 1, length(?6) + 1) IN (?6 || '/', ?6 || '['))
            ORDER BY number LIMIT ?3 OFFSET ?4
            """,
            [
                .int(run.number), .text(step), .int(Int64(limit)), .int(Int64(skipped)),
                item.map { .int(Int64($0)) } ?? .null, .text(place),
            ])
    }

    /// The latest HTTP tries of a step, in order.
    package func requests(of path: String, in run: RunSummary, limit: Int = 1000) throws(Failure) -> [LogLine] {
        try lines(
            of: run, "run = ? AND path = ? AND level = 'http' ORDER BY number DESC LIMIT ?",
            [.int(run.number), .string(run.base + path), .int(Int64(limit))]
        ).reversed()
    }

    private func lines(
        of run: RunSummary, _ condition: String, _ parameters: [Value]
    ) throws(Failure) -> [LogLine] {
        try database.query("SELECT path, item, at, level, message FROM logs WHERE \(condition)", parameters).map {
            row in
            LogLine(
                path: String((row[0].stringValue ?? "").dropFirst(run.base.count)), item: row[1].storedItem,
                at: row[2].storedTime ?? Timestamp(seconds: 0), level: row[3].stringValue ?? "",
                message: row[4].stringValue ?? "")
        }
    }

    func reader(_ run: RunSummary) -> JournalReader {
        JournalReader(database: database, run: run.number, base: run.base)
    }
}

extension StoredStep {
    fileprivate func standing(in run: RunSummary) -> StoredStep {
        guard status == .running, run.status != .running else { return self }
        var step = self
        step.status = .interrupted
        return step
    }
}

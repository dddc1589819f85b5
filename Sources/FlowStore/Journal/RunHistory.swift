package import FlowCore

/// What `runs list` shows of a run.
package struct RunSummary: Sendable, Hashable {
    package var id: RunID
    /// The path of the step that called the workflow, where this is a part of the run; nil for the run itself.
    package var call: String?
    package var workflow: String
    package var labels: [String: String] = [:]
    package var file: String
    package var trigger: String
    /// `interrupted` where the process that ran it is gone.
    package var status: RunStatus
    package var attempt: Int
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var failure: Failure?
    package var failedStep: String?
    /// Who runs it; nil where nobody does.
    package var lease: Lease?
    /// Whether it ran elsewhere.
    package var isImported: Bool
    var number: Int64

    /// What people call it: `0v3k8xq2m7`, and of a called workflow `0v3k8xq2m7/deploy`.
    package var name: String { id.text + (call.map { "/\($0)" } ?? "") }

    /// Whether nobody can see who runs it, so that only its silence tells whether it goes on.
    package var isInDoubt: Bool { status.isLeased && lease?.holder.isRunning == nil }

    /// The run as it stands where the holder of `lease` has been found to be gone.
    func without(_ abandoned: Lease?) -> RunSummary {
        guard let lease, lease == abandoned else { return self }
        var run = self
        run.status = .interrupted
        run.lease = nil
        return run
    }

    /// Whether nothing has happened to the run since the other was read.
    func stands(as other: RunSummary) -> Bool { attempt == other.attempt && status == other.status }

    /// - Throws: a `Failure` of kind `invalid` where the run was imported, so that its secrets aren't here.
    package func requireItRanHere() throws(Failure) {
        guard isImported else { return }
        throw Failure(
            .invalid, "run \(id) was imported and can't be resumed: its secrets stayed where it ran",
            hint: "start a new one with \"flowctl run\"")
    }

    /// - Throws: a `Failure` of kind `conflict` that says who runs it.
    package func requireNobodyRunsIt() throws(Failure) {
        guard status.isLeased, let lease else { return }
        throw Failure(
            .conflict, "run \(id) is \(status.rawValue), in \(lease.words)", hint: lease.hint, code: "run_is_live")
    }

    /// - Parameters:
    ///   - seen: what the decision to take it up rests on.
    ///   - isReset: whether something of it is to run again.
    /// - Throws: a `Failure` that says why the run can't be taken up: `invalid` where it succeeded, is a part of a run
    ///   or ran elsewhere, `conflict` where its process still runs or it has gone on since it was seen.
    package func requireResumable(seen: RunSummary?, isReset: Bool) throws(Failure) {
        try requireWhole()
        try requireItRanHere()
        if let seen, !status.isLeased, !stands(as: seen) {
            throw Failure(
                .conflict, "run \(id) has gone on meanwhile, and is \(status.rawValue)",
                hint: "look at it with \"flowctl runs show \(id)\"", code: "run_moved_on")
        }
        guard status != .succeeded || isReset else {
            throw Failure(
                .invalid, "run \(id) has succeeded; nothing is left to do",
                hint: "start a new one with \"flowctl run \(file)\"")
        }
        try requireNobodyRunsIt()
    }

    /// - Throws: a `Failure` of kind `invalid` where it is only a part of a run.
    package func requireWhole() throws(Failure) {
        guard call != nil else { return }
        throw Failure(.invalid, "\(name) is a part of run \(id)", hint: "name the run: \(id)")
    }
}

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

    /// The latest runs first. Imported ones stand where they began, whenever they came.
    ///
    /// - Parameter labels: of these, those that have all.
    package func runs(
        workflow: String? = nil, status: RunStatus? = nil, labels: [String: String] = [:], limit: Int = 50
    ) throws(Failure) -> [RunSummary] {
        let filter = RunFilter(workflow: workflow, status: status, labels: labels)
        let here = try runsBegunHere(filter, limit: limit)
        let imported = try importedRuns(filter, since: here.count < limit ? nil : here.last, limit: limit)
        return Array(here.merged(with: imported) { $0.startedAt >= $1.startedAt }.prefix(limit))
    }

    private func runsBegunHere(_ filter: RunFilter, limit: Int) throws(Failure) -> [RunSummary] {
        var found: [RunSummary] = []
        var last = Int64.max
        while found.count < limit {
            let page = try summaries(
                "number < ? AND imported_at IS NULL\(filter.condition()) ORDER BY number DESC LIMIT ?",
                [.int(last)] + filter.parameters + [.int(Int64(limit))])
            found += page.filter(filter.allows)
            guard page.count == limit, let end = page.last else { break }
            last = end.number
        }
        return Array(found.prefix(limit))
    }

    /// - Parameter oldest: those that began before are left out; nil for all.
    private func importedRuns(
        _ filter: RunFilter, since oldest: RunSummary?, limit: Int
    ) throws(Failure) -> [RunSummary] {
        let order = "ORDER BY started_at DESC, number DESC LIMIT ?"
        guard let oldest else {
            return try summaries(
                "imported_at IS NOT NULL\(filter.condition()) \(order)", filter.parameters + [.int(Int64(limit))]
            ).filter(filter.allows)
        }
        // Ids begin with the time, so that only runs as young are looked at: others may be a hundred thousand.
        return try summaries(
            "id >= ? AND started_at >= ? AND imported_at IS NOT NULL\(filter.condition(takesIndex: false)) \(order)",
            [.string(RunID(at: oldest.startedAt, random: []).text), .micros(oldest.startedAt)] + filter.parameters
                + [.int(Int64(limit))]
        ).filter(filter.allows)
    }

    /// When a workflow last succeeded here; nil where it has not.
    package func lastSuccess(of workflow: String) throws(Failure) -> Timestamp? {
        try runsBegunHere(RunFilter(workflow: workflow, status: .succeeded), limit: 1).first?.endedAt
    }

    /// The run of this id, or the only one whose id begins so, or where none does, ends so; `latest` is the last one
    /// begun here. After a slash, the path of a step of it that called a workflow.
    ///
    /// - Throws: `not_found`; `invalid` where several runs fit.
    ///
    /// - Parameter abandoned: a lease whose holder has been found to be gone, though it can't be seen.
    package func run(named name: String, without abandoned: Lease?) throws(Failure) -> RunSummary {
        try run(named: name).without(abandoned)
    }

    /// As ``run(named:without:)``.
    package func run(named name: String) throws(Failure) -> RunSummary {
        guard let slash = name.firstIndex(of: "/") else { return try wholeRun(named: name) }
        return try call(String(name[name.index(after: slash)...]), of: try wholeRun(named: String(name[..<slash])))
    }

    private func wholeRun(named name: String) throws(Failure) -> RunSummary {
        if name == "latest" {
            if let run = try runsBegunHere(RunFilter(), limit: 1).first { return run }
            guard try summaries("1 LIMIT 1", []).isEmpty else {
                throw Failure(
                    .notFound, "no run has begun here yet, and imported ones are called by their ids",
                    hint: "run \"flowctl runs list\" for those there are")
            }
            throw Failure(.notFound, "there is no run yet", hint: "start one with \"flowctl run FILE\"")
        }
        let text = name.lowercased()
        if let run = try summaries("id = ?", [.string(text)]).first { return run }
        guard !text.isEmpty else { throw Failure.noRun(named: name) }
        // The index knows beginnings; for an end every id is looked at.
        var matches = try summaries("id >= ?1 AND id < ?1 || '~' ORDER BY id DESC LIMIT 4", [.string(text)])
        if matches.isEmpty {
            matches = try summaries("substr(id, -length(?1)) = ?1 ORDER BY id DESC LIMIT 4", [.string(text)])
        }
        if matches.count == 1 { return matches[0] }
        guard !matches.isEmpty else { throw Failure.noRun(named: name) }
        let ids = matches.prefix(3).map(\.id.text).joined(separator: ", ")
        throw Failure(.invalid, "several runs fit \"\(name)\": \(ids)", hint: "give more of the id")
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

    /// The runs of these numbers, oldest first.
    func runs(numbered numbers: [Int64]) throws(Failure) -> [RunSummary] {
        try summaries(
            "number IN (SELECT value FROM json_each(?)) ORDER BY number",
            [.string(JSON.text(.list(numbers.map(Value.int))))])
    }

    func reader(_ run: RunSummary) -> JournalReader {
        JournalReader(database: database, run: run.number, base: run.base)
    }

    private func summaries(_ condition: String, _ parameters: [Value]) throws(Failure) -> [RunSummary] {
        let rows = try database.query(
            """
            SELECT number, id, workflow, file, trigger_kind, status, attempt, started_at, ended_at, error, failed_step,
                pid, pid_started, boot, heartbeat, imported_at
            FROM runs WHERE \(condition)
            """, parameters)
        let labels = try labels(ofRuns: rows.map { $0[0] })
        return rows.map { row in
            let lease = Lease(row)
            var status = row[5].storedStatus
            if status.isLeased, lease?.isLive != true { status = .interrupted }
            return RunSummary(
                id: RunID(text: row[1].stringValue ?? ""), workflow: row[2].stringValue ?? "",
                labels: row[0].intValue.flatMap { labels[$0] } ?? [:],
                file: row[3].stringValue ?? "", trigger: row[4].stringValue ?? "", status: status,
                attempt: Int(row[6].intValue ?? 1), startedAt: row[7].storedTime ?? Timestamp(seconds: 0),
                endedAt: row[8].storedTime, failure: row[9].storedFailure, failedStep: row[10].stringValue,
                lease: status.isLeased ? lease : nil, isImported: !row[15].isNull, number: row[0].intValue ?? 0)
        }
    }
}

extension RunHistory {
    /// - Parameter numbers: as they stand in the table.
    private func labels(ofRuns numbers: [Value]) throws(Failure) -> [Int64: [String: String]] {
        guard !numbers.isEmpty else { return [:] }
        let rows = try database.query(
            "SELECT run, name, value FROM labels WHERE run IN (SELECT value FROM json_each(?))",
            [.string(JSON.text(.list(numbers)))])
        var labels: [Int64: [String: String]] = [:]
        for row in rows {
            guard let run = row[0].intValue, let name = row[1].stringValue else { continue }
            labels[run, default: [:]][name] = row[2].stringValue
        }
        return labels
    }
}

/// Which runs are asked for.
private struct RunFilter {
    let workflow: String?
    let status: RunStatus?
    private let labels: [(name: String, value: String)]
    /// As they stand in the table: a run whose process died is still written down as running or queued, and an imported
    /// one may be as it is.
    private let stored: [RunStatus]

    init(workflow: String? = nil, status: RunStatus? = nil, labels: [String: String] = [:]) {
        self.workflow = workflow
        self.status = status
        self.labels = labels.map { ($0.key, $0.value) }
        stored = status == .interrupted ? [.queued, .running, .interrupted] : status.map { [$0] } ?? []
    }

    /// Only what is asked for, so that SQLite takes the index that fits.
    ///
    /// - Parameter takesIndex: false where the rest of the condition has a better one.
    func condition(takesIndex: Bool = true) -> String {
        let plus = takesIndex ? "" : "+"
        var condition = workflow == nil ? "" : " AND \(plus)workflow = ?"
        if !stored.isEmpty {
            condition += " AND \(plus)status IN (\(stored.map { _ in "?" }.joined(separator: ", ")))"
        }
        for _ in labels {
            condition += " AND \(plus)number IN (SELECT run FROM labels WHERE name = ? AND value = ?)"
        }
        return condition
    }

    var parameters: [Value] {
        (workflow.map { [.string($0)] } ?? []) + stored.map { .string($0.rawValue) }
            + labels.flatMap { [.string($0.name), .string($0.value)] }
    }

    func allows(_ run: RunSummary) -> Bool { status == nil || run.status == status }
}

extension Array {
    /// Both in one order, as each is in; of two that are alike the own ones come first.
    fileprivate func merged(with others: [Element], _ isFirst: (Element, Element) -> Bool) -> [Element] {
        var merged: [Element] = []
        var rest = others[...]
        for element in self {
            while let other = rest.first, !isFirst(element, other) { merged.append(rest.removeFirst()) }
            merged.append(element)
        }
        return merged + rest
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

extension Failure {
    fileprivate static func noRun(named name: String) -> Failure {
        Failure(.notFound, "there is no run \"\(name)\"", hint: "run \"flowctl runs list\" for those there are")
    }
}

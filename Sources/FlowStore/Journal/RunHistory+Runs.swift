package import FlowCore

// Which runs there are.
extension RunHistory {
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

    /// The runs of these numbers, oldest first.
    func runs(numbered numbers: [Int64]) throws(Failure) -> [RunSummary] {
        try summaries(
            "number IN (SELECT value FROM json_each(?)) ORDER BY number",
            [.string(JSON.text(.list(numbers.map(Value.int))))])
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

extension Failure {
    fileprivate static func noRun(named name: String) -> Failure {
        Failure(.notFound, "there is no run \"\(name)\"", hint: "run \"flowctl runs list\" for those there are")
    }
}

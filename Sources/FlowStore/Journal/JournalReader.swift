import FlowCore

/// Reads back what was written of one run.
struct JournalReader {
    let database: Database
    /// The run's number.
    let run: Int64
    /// Before every path: of a called workflow, `deploy/`; empty of a run.
    var base = ""

    func step(_ path: String) throws(Failure) -> StoredStep? {
        try steps("s.path = ?2", base + path, hasOutputs: true).first
    }

    /// - Parameter hasOutputs: whether their outputs are read, too, and what is resolved of them.
    func steps(hasOutputs: Bool) throws(Failure) -> [StoredStep] {
        try steps("substr(s.path, 1, length(?2)) = ?2", base, hasOutputs: hasOutputs)
    }

    private func steps(_ condition: String, _ text: String, hasOutputs: Bool) throws(Failure) -> [StoredStep] {
        let values = hasOutputs ? "s.output, o.value, c.value, co.value" : "NULL, NULL, NULL, NULL"
        let large = """
            LEFT JOIN outputs o ON o.number = s.output_ref
            LEFT JOIN checkpoints c ON c.step = s.number AND c.item = -1 AND c.name = ':resolved'
            LEFT JOIN outputs co ON co.number = c.value_ref
            """
        return try database.query(
            """
            SELECT s.path, s.node, s.status, s.started_at, s.ended_at, s.attempts, s.error, s.handled, s.note, \(values)
            FROM steps s \(hasOutputs ? large : "") WHERE s.run = ?1 AND \(condition) ORDER BY s.number
            """, [.int(run), .string(text)]
        ).map { row in
            let path = String((row[0].stringValue ?? "").dropFirst(base.count))
            return StoredStep(
                path: path, node: row[1].stringValue, status: row[2].storedStatus,
                startedAt: row[3].storedTime, endedAt: row[4].storedTime, attempts: Int(row[5].intValue ?? 0),
                output: row[9].storedValue(or: row[10], in: database, "the output of step \"\(path)\""),
                failure: row[6].storedFailure, isHandled: row[7].intValue == 1, note: row[8].stringValue,
                resolved: row[11].storedValue(or: row[12], in: database, "what step \"\(path)\" was given"))
        }
    }

    /// - Parameters:
    ///   - onlyUnsuccessful: leaves out those that succeeded.
    ///   - hasOutputs: whether their outputs are read, too.
    func items(
        of path: String, from first: Int, limit: Int, onlyUnsuccessful: Bool = false, hasOutputs: Bool = true
    ) throws(Failure) -> [StoredItem] {
        let output = hasOutputs ? "i.output, o.value" : "NULL, NULL"
        let large = hasOutputs ? "LEFT JOIN outputs o ON o.number = i.output_ref" : ""
        return try database.query(
            """
            SELECT i.position, i.key, i.status, i.attempts, \(output), i.error, i.ended_at
            FROM items i \(large)
            WHERE i.step = (SELECT number FROM steps WHERE run = ? AND path = ?) AND i.position >= ?
                AND (?4 = 0 OR i.status <> 'succeeded')
            ORDER BY i.position LIMIT ?5
            """,
            [.int(run), .string(base + path), .int(Int64(first)), .bool(onlyUnsuccessful), .int(Int64(limit))]
        ).map { row in
            let index = Int(row[0].intValue ?? 0)
            return StoredItem(
                index: index, key: row[1].stringValue ?? "", status: row[2].storedStatus,
                attempts: Int(row[3].intValue ?? 0),
                output: row[4].storedValue(or: row[5], in: database, "the output of step \"\(path)[\(index)]\""),
                failure: row[6].storedFailure, endedAt: row[7].storedTime)
        }
    }

    /// The finished item of this name.
    func item(_ key: String, of path: String) throws(Failure) -> StoredItem? {
        let place = try database.query(
            """
            SELECT position FROM items
            WHERE step = (SELECT number FROM steps WHERE run = ? AND path = ?) AND key = ?
            """, [.int(run), .string(base + path), .string(key)]
        ).first?[0].storedItem
        return try place.flatMap { index throws(Failure) in try items(of: path, from: index, limit: 1).first }
    }

    func attempts(of path: String, item: Int?) throws(Failure) -> [StoredAttempt] {
        try attempts("AND a.item = ?", of: path, [.item(item)])
    }

    /// Of items without a row of their own: those were being worked on, or waited to be tried again.
    func openAttempts(of path: String) throws(Failure) -> [Int: StoredAttempt] {
        let attempts = try attempts(
            "AND a.item >= 0 AND NOT EXISTS (SELECT 1 FROM items i WHERE i.step = a.step AND i.position = a.item)",
            of: path, [])
        return Dictionary(attempts.compactMap { attempt in attempt.item.map { ($0, attempt) } }) { $1 }
    }

    /// Of an attempt `a`: it has not been done with, by having the work done again.
    private static let counts = """
        NOT EXISTS (
            SELECT 1 FROM checkpoints c WHERE c.step = a.step AND c.item = a.item
                AND c.name = '\(RunReset.checkpoint)' AND CAST(c.value AS INTEGER) >= a.number)
        """
    /// Of an attempt `a`: it is the last of its step or item, a write, and counts.
    private static let isLastWrite = """
        a.effect = 'write' AND NOT EXISTS (
            SELECT 1 FROM attempts b WHERE b.step = a.step AND b.item = a.item AND b.number > a.number)
        AND \(counts)
        """

    func lastWrites(of path: String) throws(Failure) -> (succeeded: Int, others: [StoredAttempt]) {
        let isLast = JournalReader.isLastWrite
        let succeeded = try database.query(
            """
            SELECT count(*) FROM attempts a
            WHERE a.step = (SELECT number FROM steps WHERE run = ? AND path = ?) AND \(isLast) AND a.status = 'succeeded'
            """, [.int(run), .string(base + path)]
        ).first?[0].intValue
        return (Int(succeeded ?? 0), try attempts("AND \(isLast) AND a.status <> 'succeeded'", of: path, []))
    }

    /// The last writes of a step and its items that have not ended well.
    func unfinishedWrites(of path: String) throws(Failure) -> [StoredAttempt] {
        try attempts(
            """
            AND \(JournalReader.isLastWrite)
            AND (a.status <> 'succeeded' OR a.item < 0 OR EXISTS (
                SELECT 1 FROM items i WHERE i.step = a.step AND i.position = a.item AND i.status <> 'succeeded'))
            """, of: path, [])
    }

    func keyedAttempts(after last: KeyedAttempt?, limit: Int) throws(Failure) -> [KeyedAttempt] {
        var found: [KeyedAttempt] = []
        if let last {
            found = try keyedAttempts(
                "s.path = ?2 AND (a.item, a.number) > (?3, ?4)",
                [.string(last.path), .item(last.attempt.item), .int(Int64(last.attempt.number))], limit: limit)
        }
        guard found.count < limit else { return found }
        return try found + keyedAttempts("s.path > ?2", [.string(last?.path ?? "")], limit: limit - found.count)
    }

    /// In the order of both indices, so that no page looks at what comes after it.
    private func keyedAttempts(
        _ condition: String, _ place: [Value], limit: Int
    ) throws(Failure) -> [KeyedAttempt] {
        try database.query(
            """
            SELECT \(JournalReader.attemptColumns), s.path, s.node
            FROM steps s CROSS JOIN attempts a ON a.step = s.number
            WHERE s.run = ?1 AND \(condition) AND a.key IS NOT NULL AND \(JournalReader.counts)
            ORDER BY s.path, a.item, a.number LIMIT ?
            """, [.int(run)] + place + [.int(Int64(limit))]
        ).map { row in
            KeyedAttempt(path: row[11].stringValue ?? "", node: row[12].stringValue ?? "", attempt: StoredAttempt(row))
        }
    }

    func hasPartsOfWrites(_ path: String) throws(Failure) -> Bool {
        try !database.query(
            """
            SELECT 1 FROM checkpoints c
            WHERE c.step = (SELECT number FROM steps WHERE run = ? AND path = ?)
                AND c.name NOT LIKE ':%' AND c.value <> 'null'
                AND EXISTS (
                    SELECT 1 FROM attempts a WHERE a.step = c.step AND a.item = c.item AND a.effect = 'write')
            LIMIT 1
            """, [.int(run), .string(base + path)]
        ).isEmpty
    }

    private func attempts(
        _ condition: String, of path: String, _ parameters: [Value]
    ) throws(Failure) -> [StoredAttempt] {
        try database.query(
            """
            SELECT \(JournalReader.attemptColumns) FROM attempts a
            WHERE a.step = (SELECT number FROM steps WHERE run = ? AND path = ?) \(condition)
            ORDER BY a.item, a.number
            """, [.int(run), .string(base + path)] + parameters
        ).map(StoredAttempt.init)
    }

    private static let attemptColumns = """
        a.item, a.number, a.effect, a.key, a.key_valid_until, a.started_at, a.status, a.nothing_sent, a.error, a.ended_at,
        (SELECT CAST(c.value AS INTEGER) FROM checkpoints c
            WHERE c.step = a.step AND c.item = a.item AND c.name = '\(JournalRecord.quietName)') = a.number
        """

    func pages(of path: String) throws(Failure) -> [StoredValue] {
        try database.query(
            """
            SELECT value FROM checkpoints WHERE \(JournalReader.isPage)
            ORDER BY CAST(substr(name, 7) AS INTEGER)
            """, [.int(run), .string(base + path)]
        ).compactMap { $0[0].storedValue(in: database, "a page of step \"\(path)\"") }
    }

    func pageCount(of path: String) throws(Failure) -> Int {
        let count = try database.query(
            "SELECT count(*) FROM checkpoints WHERE \(JournalReader.isPage)", [.int(run), .string(base + path)]
        ).first?[0].intValue
        return Int(count ?? 0)
    }

    private static let isPage = """
        step = (SELECT number FROM steps WHERE run = ? AND path = ?) AND item = -1 AND name GLOB ':page.*'
        """

    func checkpoint(_ name: String, of path: String, item: Int?) throws(Failure) -> StoredValue? {
        try database.query(
            """
            SELECT c.value, o.value FROM checkpoints c LEFT JOIN outputs o ON o.number = c.value_ref
            WHERE c.step = (SELECT number FROM steps WHERE run = ? AND path = ?) AND c.item = ? AND c.name = ?
            """, [.int(run), .string(base + path), .item(item), .string(name)]
        ).first.flatMap { $0[0].storedValue(or: $0[1], in: database, "a part of step \"\(path)\"") }
    }
}

extension StoredAttempt {
    /// - Parameter row: begins with the columns of an attempt.
    fileprivate init(_ row: Row) {
        var failure = row[8].storedFailure
        failure?.nothingSent = row[7].intValue == 1
        self.init(
            item: row[0].storedItem, number: Int(row[1].intValue ?? 0),
            intent: AttemptIntent(
                effect: row[2].stringValue.flatMap(Effect.init(rawValue:)) ?? .write, key: row[3].stringValue,
                keyValidUntil: row[4].storedTime, startedAt: row[5].storedTime ?? Timestamp(seconds: 0)),
            end: row[9].storedTime.map { AttemptEnd(status: row[6].storedStatus, failure: failure, endedAt: $0) },
            isQuiet: row[10].intValue == 1)
    }
}

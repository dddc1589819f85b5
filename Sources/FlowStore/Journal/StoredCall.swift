package import FlowCore

/// A workflow that a step calls: a part of the step's run, with inputs, variables and handlers of its own.
package struct StoredCall: Sendable {
    /// Of the step or item that calls it: `deploy`, `deploy[3]`. Its own steps stand below: `deploy/upload`.
    package var path: String
    package var workflow: String
    package var file: String
    package var status: RunStatus
    /// 1, and one more each time it is taken up again.
    package var attempt: Int
    /// As of ``StoredRun``.
    package var handlersAttempt: Int
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var inputs: StoredValue
    package var vars: StoredValue
    package var failure: Failure?
    /// The path of the step that failed first, below ``path``.
    package var failedStep: String?

    package init(
        path: String, workflow: String, file: String, startedAt: Timestamp, inputs: StoredValue, vars: StoredValue
    ) {
        self.path = path
        self.workflow = workflow
        self.file = file
        status = .running
        attempt = 1
        handlersAttempt = 1
        self.startedAt = startedAt
        self.inputs = inputs
        self.vars = vars
    }

    /// The same, taken up once more.
    ///
    /// - Parameter isReset: whether something of the run was asked for again; handlers that ended with the call look at
    ///   that anew.
    package func again(isReset: Bool) -> StoredCall {
        var copy = self
        copy.attempt += 1
        if isReset, status != .running { copy.handlersAttempt = copy.attempt }
        copy.status = .running
        copy.endedAt = nil
        copy.failure = nil
        copy.failedStep = nil
        return copy
    }
}

extension JournalStatements {
    func write(_ call: StoredCall) throws(Failure) {
        try database.execute(
            """
            INSERT INTO calls (run, path, workflow, file, status, attempt, handlers_attempt, started_at, inputs,
                vars)
            VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, ?)
            ON CONFLICT (run, path) DO UPDATE SET status = 'running', workflow = excluded.workflow,
                file = excluded.file, attempt = excluded.attempt, handlers_attempt = excluded.handlers_attempt,
                inputs = excluded.inputs, vars = excluded.vars, ended_at = NULL, outputs = NULL, error = NULL,
                failed_step = NULL
            """,
            [
                .int(run), .string(call.path), .string(call.workflow), .string(call.file), .int(Int64(call.attempt)),
                .int(Int64(call.handlersAttempt)), .micros(call.startedAt), try place(call.inputs),
                try place(call.vars),
            ])
    }

    func write(_ end: RunEnd, ofCall path: String) throws(Failure) {
        try database.execute(
            """
            UPDATE calls SET status = ?, outputs = ?, error = ?, failed_step = ?, ended_at = ?
            WHERE run = ? AND path = ?
            """,
            [
                .string(end.status.rawValue), try place(end.outputs), .failure(end.failure), .text(end.failedStep),
                .micros(end.endedAt), .int(run), .string(path),
            ])
    }
}

extension JournalReader {
    func call(_ path: String) throws(Failure) -> StoredCall? { try calls("path = ?2", path, limit: 1).first }

    /// The calls whose workflow has not succeeded.
    func unfinishedCalls() throws(Failure) -> [StoredCall] {
        try calls("status <> ?2", RunStatus.succeeded.rawValue, limit: Int.max)
    }

    /// The calls below ``base``, in the order in which they began.
    func calls(limit: Int) throws(Failure) -> [StoredCall] {
        try calls("substr(path, 1, length(?2)) = ?2", base, limit: limit)
    }

    private func calls(_ condition: String, _ text: String, limit: Int) throws(Failure) -> [StoredCall] {
        try database.query(
            """
            SELECT path, workflow, file, status, attempt, handlers_attempt, started_at, ended_at, inputs, vars, error,
                failed_step
            FROM calls WHERE run = ?1 AND \(condition) ORDER BY started_at, path LIMIT ?3
            """, [.int(run), .string(text), .int(Int64(limit))]
        ).map { row in
            let path = row[0].stringValue ?? ""
            var call = StoredCall(
                path: path, workflow: row[1].stringValue ?? "", file: row[2].stringValue ?? "",
                startedAt: row[6].storedTime ?? Timestamp(seconds: 0),
                inputs: row[8].storedValue(in: database, "the inputs of step \"\(path)\"") ?? .null,
                vars: row[9].storedValue(in: database, "the variables of step \"\(path)\"") ?? .null)
            call.status = row[3].storedStatus
            call.attempt = Int(row[4].intValue ?? 1)
            call.handlersAttempt = Int(row[5].intValue ?? 1)
            call.endedAt = row[7].storedTime
            call.failure = row[10].storedFailure
            call.failedStep = row[11].stringValue
            return call
        }
    }

    func outputs(ofCall path: String) throws(Failure) -> StoredValue? {
        try database.query("SELECT outputs FROM calls WHERE run = ? AND path = ?", [.int(run), .string(path)])
            .first?[0].storedValue(in: database, "the outputs of step \"\(path)\"")
    }
}

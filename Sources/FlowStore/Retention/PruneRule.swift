package import FlowCore

/// Which runs of the history may go. One that is live never may.
package struct PruneRule: Sendable, Hashable {
    /// Only runs that ended before.
    package var endedBefore: Timestamp?
    /// Of each workflow the latest this many that began here stay, and imported ones that are no older.
    package var keep: Int
    package var workflow: String?
    /// Only runs that stand so. All but those that are done could be resumed, unless they were imported.
    package var statuses: Set<RunStatus>

    package init(
        endedBefore: Timestamp? = nil, keep: Int = 0, workflow: String? = nil, statuses: Set<RunStatus> = PruneRule.done
    ) {
        self.endedBefore = endedBefore
        self.keep = keep
        self.workflow = workflow
        self.statuses = statuses
    }

    /// How runs stand that nobody would resume.
    package static let done: Set<RunStatus> = [.succeeded, .skipped]

    /// All ways in which a run can stand that is not under way.
    package static let everyEnd: Set<RunStatus> = [
        .succeeded, .skipped, .failed, .cancelled, .timedOut, .uncertain, .interrupted,
    ]

    /// The numbers of runs that fit, oldest first; those of live processes may be among them.
    ///
    /// The names of workflows and the first run that stays of each are found by jumps through an index, so that the time
    /// this takes is that of the runs that are looked at.
    func candidates(limit: Int?) -> (sql: String, parameters: [Value]) {
        // Of a dead process's run the heartbeat is the last that was heard.
        let sql = """
            WITH RECURSIVE names(name) AS (
                SELECT min(workflow) FROM runs
                UNION ALL SELECT (SELECT min(workflow) FROM runs WHERE workflow > name) FROM names WHERE name IS NOT NULL
            ), firsts AS MATERIALIZED (
                SELECT name, (
                    SELECT number FROM runs WHERE workflow = name AND imported_at IS NULL
                    ORDER BY number DESC LIMIT 1 OFFSET ?2 - 1
                ) AS first FROM names WHERE name IS NOT NULL
            )
            SELECT number FROM runs
            WHERE (?1 IS NULL OR workflow = ?1) AND (?3 IS NULL OR coalesce(ended_at, heartbeat, started_at) < ?3)
                AND (status IN (SELECT value FROM json_each(?4)) OR ?5 AND imported_at IS NOT NULL)
                AND (?2 = 0 OR CASE WHEN imported_at IS NULL
                    THEN number < (SELECT first FROM firsts WHERE name = workflow)
                    ELSE started_at < (
                        SELECT kept.started_at FROM firsts JOIN runs kept ON kept.number = first
                        WHERE name = runs.workflow)
                    END)
            ORDER BY number LIMIT ?6
            """
        return (
            sql,
            [
                .text(workflow), .int(Int64(keep)), .micros(endedBefore), .string(storedStatuses),
                .bool(takesImported), .int(Int64(limit ?? -1)),
            ]
        )
    }

    /// As they stand in the table, where a run whose process died is still running or queued.
    private var storedStatuses: String {
        let stored = statuses.contains(.interrupted) ? statuses.union([.queued, .running]) : statuses
        return JSON.text(.list(stored.map { .string($0.rawValue) }))
    }

    /// An imported run can't be resumed, however it stands.
    private var takesImported: Bool { statuses.contains(.succeeded) }

    func allows(_ run: RunSummary) -> Bool {
        !run.status.isLeased && (statuses.contains(run.status) || run.isImported && takesImported)
    }
}

import FlowCore

/// What of a run doesn't count any more when it goes on from an earlier place. Attempts stay where they are, as history.
package struct RunReset: Sendable, Hashable {
    /// What a called workflow goes on with; what is missing is made anew.
    package struct Call: Sendable, Hashable {
        package var inputs: StoredValue
        package var vars: StoredValue

        package init(inputs: StoredValue, vars: StoredValue) {
            self.inputs = inputs
            self.vars = vars
        }
    }

    /// Paths of steps that say something else now: what they go on with is made anew.
    package var changed: Set<String>
    /// Paths of steps that go on with the pages and parts of their work that they have, though they have changed.
    package var kept: Set<String>
    /// Paths of steps that start again as if they had never run. What stands inside them is named, too.
    package var anew: Set<String>
    /// Paths of steps whose result is made again, of the items and inner steps they have.
    package var reopened: Set<String>
    /// Indices of items that start again, by the paths of their loops.
    package var items: [String: Set<Int>]
    /// By the paths of the calls.
    package var calls: [String: Call]
    /// What stands beside the steps until they have run again.
    package var note: String

    package init(
        changed: Set<String> = [], kept: Set<String> = [], anew: Set<String> = [], reopened: Set<String> = [],
        items: [String: Set<Int>] = [:], calls: [String: Call] = [:], note: String
    ) {
        self.changed = changed
        self.kept = kept
        self.anew = anew
        self.reopened = reopened
        self.items = items
        self.calls = calls
        self.note = note
    }

    /// The name of a checkpoint with the number of the last attempt that doesn't count any more.
    package static let checkpoint = ":rerun"
    /// The name of a checkpoint with variables of a step that would come out differently when they are made again.
    package static let environment = ":environment"
    /// The name of a checkpoint with the case that a switch took, as the file names it.
    package static let takenCase = ":case"
    /// The name of a checkpoint that says whether the condition of a step is still to be told although it has begun.
    package static let openCondition = ":condition"
}

extension JournalStatements {
    /// Forgets what stands inside a step or item that goes on in another way.
    func skipAll(inside path: String, because note: String) throws(Failure) {
        // As for the calls below, the second sign is the one that follows the first.
        let range: [Value] = [.int(run), .string("\(path)/"), .string("\(path)0")]
        let paths = try database.query("SELECT path FROM steps WHERE run = ? AND path >= ? AND path < ?", range)
            .compactMap { $0[0].stringValue }
        try apply(RunReset(anew: Set(paths), note: note))
        try database.execute(
            "UPDATE steps SET status = 'skipped' WHERE run = ? AND path >= ? AND path < ?", range)
    }

    /// Has what the reset names not count any more.
    func apply(_ reset: RunReset) throws(Failure) {
        for path in reset.changed.subtracting(reset.anew).sorted() {
            try unresolve(path)
            if !reset.kept.contains(path) { try dropProgress(of: path) }
        }
        for (path, call) in reset.calls.sorted(by: { $0.key < $1.key }) {
            try database.execute(
                "UPDATE calls SET inputs = ?, vars = ? WHERE run = ? AND path = ?",
                [try place(call.inputs), try place(call.vars), .int(run), .string(path)])
        }
        for path in reset.anew.sorted() {
            try database.execute(
                """
                UPDATE steps SET status = 'interrupted', started_at = NULL, ended_at = NULL, output = NULL,
                    output_ref = NULL, error = NULL, handled = 0, note = ?
                WHERE run = ? AND path = ?
                """, [.string(reset.note), .int(run), .string(path)])
            try forget(item: nil, of: path)
        }
        for path in reset.anew.withoutThoseInside.sorted() { try deleteCalls(from: path) }
        for path in reset.reopened.subtracting(reset.anew).sorted() {
            try database.execute(
                """
                UPDATE steps SET status = 'interrupted', ended_at = NULL, error = NULL, handled = 0, note = ?
                WHERE run = ? AND path = ?
                """, [.string(reset.note), .int(run), .string(path)])
        }
        for (path, indices) in reset.items.sorted(by: { $0.key < $1.key }) {
            for index in indices.sorted() {
                try forget(item: index, of: path)
                try database.execute(
                    "DELETE FROM calls WHERE run = ? AND path = ?", [.int(run), .string("\(path)[\(index)]")])
            }
        }
    }

    /// Has what a step goes on with made anew.
    private func unresolve(_ path: String) throws(Failure) {
        // A loop that has items goes on with them.
        try database.execute(
            """
            DELETE FROM checkpoints WHERE step = (SELECT number FROM steps WHERE run = ? AND path = ?)
                AND name IN (':resolved', '\(RunReset.environment)')
                AND (item >= 0 OR NOT EXISTS (SELECT 1 FROM items WHERE items.step = checkpoints.step))
            """, [.int(run), .string(path)])
        // A key says that work is the same only where nothing has changed: with another server, or other content, it
        // would be done twice.
        try database.execute(
            """
            UPDATE attempts SET key_valid_until = 0
            WHERE step = (SELECT number FROM steps WHERE run = ? AND path = ?) AND key IS NOT NULL
            """, [.int(run), .string(path)])
    }

    /// Takes away pages and parts of its work that a step has, and has its condition told again.
    private func dropProgress(of path: String) throws(Failure) {
        try database.execute(
            """
            INSERT OR REPLACE INTO checkpoints (step, item, name, value)
            SELECT number, -1, '\(RunReset.openCondition)', 'true' FROM steps
            WHERE run = ? AND path = ? AND started_at IS NOT NULL AND status <> 'skipped'
            """, [.int(run), .string(path)])
        // What is left are names of the engine, such as how often `on_error` has run.
        try database.execute(
            """
            DELETE FROM checkpoints WHERE step = (SELECT number FROM steps WHERE run = ? AND path = ?)
                AND (name NOT LIKE ':%' OR name GLOB ':page.*' OR name = '\(JournalRecord.quietName)')
            """, [.int(run), .string(path)])
    }

    /// Deletes the call of a step and those of what stands inside it.
    private func deleteCalls(from path: String) throws(Failure) {
        try database.execute("DELETE FROM calls WHERE run = ? AND path = ?", [.int(run), .string(path)])
        // The index finds a range; for a comparison of beginnings, and for two ranges in one statement, SQLite looks at
        // all calls of the run. The second sign is the one that follows the first.
        for (sign, next) in [("[", "\\"), ("/", "0")] {
            try database.execute(
                "DELETE FROM calls WHERE run = ? AND path >= ? AND path < ?",
                [.int(run), .string(path + sign), .string(path + next)])
        }
    }

    /// Takes away results, and marks the attempts as done with. One whose outcome is unknown and that has a key counts
    /// on, so that it is sent again with the same key.
    ///
    /// - Parameter item: nil for the step and all its items.
    private func forget(item: Int?, of path: String) throws(Failure) {
        guard
            let step = try database.query(
                "SELECT number FROM steps WHERE run = ? AND path = ?", [.int(run), .string(path)]
            ).first?[0]
        else { return }
        let which = [step, item.map { .int(Int64($0)) } ?? .null]
        try database.execute(
            "DELETE FROM checkpoints WHERE step = ?1 AND (?2 IS NULL OR item = ?2) AND name <> '\(RunReset.checkpoint)'",
            which)
        try database.execute(
            """
            INSERT OR REPLACE INTO checkpoints (step, item, name, value)
            SELECT step, item, '\(RunReset.checkpoint)', CAST(last AS TEXT) FROM (
                SELECT step, item, max(number) AS last, status, key FROM attempts
                WHERE step = ?1 AND (?2 IS NULL OR item = ?2) GROUP BY item)
            WHERE key IS NULL OR status = 'succeeded'
            """, which)
        try database.execute("DELETE FROM items WHERE step = ?1 AND (?2 IS NULL OR position = ?2)", which)
    }
}

extension Set<String> {
    /// Paths of steps without those that stand inside another one of them.
    fileprivate var withoutThoseInside: [String] {
        filter { path in
            !path.indices.contains { "/[".contains(path[$0]) && self.contains(String(path[..<$0])) }
        }
    }
}

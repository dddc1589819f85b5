package import FlowCore

/// Deletes runs from the history with all that belongs to them: rows, large values and files.
///
/// In batches, each a transaction of its own, so that other processes find their turn in between.
package struct RunRemoval: Sendable {
    /// What was deleted.
    package struct Report: Sendable, Hashable {
        package var runs = 0
        package var files = 0
        /// Of those files.
        package var bytes: Int64 = 0
        /// Whether nothing is left to delete.
        package var isComplete = true

        package init(runs: Int = 0, files: Int = 0, bytes: Int64 = 0) {
            self.runs = runs
            self.files = files
            self.bytes = bytes
        }
    }

    private let database: Database
    private let files: RunFiles

    private static let batch = 200
    /// Looked at where there is a deadline.
    private static let mostAtOnce = 2000

    init(_ database: Database) {
        self.database = database
        files = RunFiles(beside: database.path)
    }

    /// - Throws: a `Failure` where the database can't be opened or written.
    package static func open(_ path: String) throws(Failure) -> RunRemoval {
        RunRemoval(try StateDatabase.open(path))
    }

    /// The runs that ``prune(_:until:)`` would delete, oldest first.
    package func matches(of rule: PruneRule) throws(Failure) -> [RunSummary] {
        let history = RunHistory(database)
        var found: [RunSummary] = []
        for numbers in try candidates(of: rule).chunks(of: RunRemoval.batch) {
            found += try history.runs(numbered: numbers).filter(rule.allows)
        }
        return found
    }

    /// Deletes the runs that fit, oldest first, and files that no run names any more.
    ///
    /// - Parameter deadline: when to stop; what is left goes the next time.
    package func prune(_ rule: PruneRule, until deadline: ContinuousClock.Instant? = nil) throws(Failure) -> Report {
        var report = Report()
        let limit = deadline == nil ? nil : RunRemoval.mostAtOnce
        let found = try candidates(of: rule, limit: limit)
        report.isComplete = limit.map { found.count < $0 } ?? true
        for numbers in found.chunks(of: RunRemoval.batch) {
            if let deadline, ContinuousClock.now >= deadline {
                report.isComplete = false
                return report
            }
            try delete(numbers, where: rule.allows, &report)
        }
        return report
    }

    /// Deletes one run, however it stands.
    ///
    /// - Throws: `not_found`; `invalid` where it is a part of one; `conflict` with the code `run_is_live` where its process runs.
    package func delete(_ run: RunSummary) throws(Failure) -> Report {
        try run.requireWhole()
        var report = Report()
        try delete([run.number], where: { !$0.status.isLeased }, &report)
        if report.runs == 0 { try RunHistory(database).run(named: run.id.text).requireNobodyRunsIt() }
        return report
    }

    /// Deletes a run that this process has begun and gives up.
    func discard(_ number: Int64) throws(Failure) {
        var report = Report()
        try delete([number], where: { _ in true }, &report)
    }

    private func candidates(of rule: PruneRule, limit: Int? = nil) throws(Failure) -> [Int64] {
        let (sql, parameters) = rule.candidates(limit: limit)
        return try database.query(sql, parameters).compactMap { $0[0].intValue }
    }

    private func delete(
        _ numbers: [Int64], where mayGo: (RunSummary) -> Bool, _ report: inout Report
    ) throws(Failure) {
        // Asked again with the lock held: another process may have resumed one. A power cut must not bring back a row
        // whose file is gone.
        let (runs, names) = try database.transaction(synchronous: .full) {
            let runs = try RunHistory(database).runs(numbered: numbers).filter(mayGo)
            let list = Value.string(JSON.text(.list(runs.map { .int($0.number) })))
            let names = try database.query(
                "SELECT DISTINCT name FROM files WHERE run IN (SELECT value FROM json_each(?))", [list])
            try database.execute("DELETE FROM runs WHERE number IN (SELECT value FROM json_each(?))", [list])
            return (runs, names.compactMap { $0[0].stringValue })
        }
        report.runs += runs.count
        try collect(names, &report)
        for run in runs { files.deleteFolder(of: run.id) }
    }

    /// Deletes those files that no run names, with the write lock held, so that no run can begin to meanwhile.
    private func collect(_ names: [String], _ report: inout Report) throws(Failure) {
        guard !names.isEmpty else { return }
        let deleted = try database.transaction {
            var deleted: [Int64] = []
            for name in names {
                guard try database.query("SELECT 1 FROM files WHERE name = ? LIMIT 1", [.string(name)]).isEmpty else {
                    continue
                }
                if let size = files.delete(name) { deleted.append(size) }
            }
            return deleted
        }
        report.files += deleted.count
        report.bytes += deleted.reduce(0, +)
    }

    /// Deletes what crashes have left in the folder of files: content no run names, drafts of dead processes, folders
    /// of runs that are gone.
    package func sweep(until deadline: ContinuousClock.Instant? = nil) throws(Failure) -> Report {
        var report = Report()
        for names in files.entries.chunks(of: RunRemoval.batch) {
            if let deadline, ContinuousClock.now >= deadline {
                report.isComplete = false
                return report
            }
            try collect(names.filter(RunFiles.isName), &report)
            for name in names where name.hasPrefix(RunFiles.draftPrefix) {
                if files.deleteDeadDraft(name) { report.files += 1 }
            }
            for name in names where RunID.isID(name) {
                if try database.query("SELECT 1 FROM runs WHERE id = ?", [.string(name)]).isEmpty {
                    files.deleteFolder(of: RunID(text: name))
                }
            }
        }
        return report
    }

    /// Gives the space of deleted rows back to the file system.
    ///
    /// - Parameter deadline: when to stop; what is left is used again, or given back the next time.
    package func reclaim(until deadline: ContinuousClock.Instant? = nil) throws(Failure) {
        if try number("PRAGMA auto_vacuum") == 0, deadline == nil {
            // Made by an older flowctl: written anew once, it can shrink bit by bit from then on.
            try database.execute("PRAGMA auto_vacuum = INCREMENTAL")
            try database.execute("VACUUM")
        }
        while try number("PRAGMA freelist_count") > 0, deadline.map({ ContinuousClock.now < $0 }) ?? true {
            let before = try number("PRAGMA freelist_count")
            try database.execute("PRAGMA incremental_vacuum(1000)")
            guard try number("PRAGMA freelist_count") < before else { break }
        }
        // Readers may still need the log; then it shrinks another time.
        if deadline == nil { try database.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    private func number(_ pragma: String) throws(Failure) -> Int64 {
        try database.query(pragma).first?[0].intValue ?? 0
    }
}

extension Array {
    fileprivate func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

package import FlowCore

/// One step of a database's format. Its number becomes the file's `user_version` when it is done.
package struct Migration: Sendable {
    /// From 1, without gaps.
    package let number: Int
    package let apply: @Sendable (Database) throws -> Void

    package init(_ number: Int, _ apply: @escaping @Sendable (Database) throws -> Void) {
        self.number = number
        self.apply = apply
    }

    package init(_ number: Int, sql: String) {
        self.init(number) { try $0.executeScript(sql) }
    }
}

extension Database {
    /// The file's format: 0 for a new one, else the number of the last migration.
    package var formatVersion: Int {
        get throws(Failure) { Int(try query("PRAGMA user_version").first?[0].intValue ?? 0) }
    }

    /// Another number after each commit of another connection; the same after those of this one.
    package var dataVersion: Int64 {
        get throws(Failure) { try query("PRAGMA data_version").first?[0].intValue ?? 0 }
    }

    /// Brings the file to the last of `migrations`, which come in order from number 1. One transaction does all of
    /// it, so that the format is never between two numbers; nothing is written where the file is up to date.
    ///
    /// - Parameter beforeChanging: called with the format found, before the first change to a file that has one; a
    ///   place to keep a backup. It runs outside of the transaction.
    /// - Throws: `invalid` with the code `newer_format` where a newer flowctl made the file.
    package func migrate(
        _ migrations: [Migration], beforeChanging: ((_ format: Int) throws -> Void)? = nil
    ) throws(Failure) {
        guard migrations.map(\.number) == Array(1..<migrations.count + 1) else {
            throw Failure(.internal, "the migrations of \"\(path)\" are not numbered from 1")
        }
        let found = try formatVersion
        guard try needsMigration(to: migrations.count, from: found) else { return }
        if found > 0, let beforeChanging {
            do { try beforeChanging(found) } catch { throw Failure(error) }
        }
        try transaction {
            // Another process may have done it while this one waited for the lock.
            let current = try formatVersion
            guard try needsMigration(to: migrations.count, from: current) else { return }
            for migration in migrations[current...] { try migration.apply(self) }
            try execute("PRAGMA user_version = \(migrations.count)")
        }
    }

    /// Whether the file is of an older format.
    ///
    /// - Throws: `invalid` with the code `newer_format` where a newer flowctl made it.
    func needsMigration(to latest: Int) throws(Failure) -> Bool {
        try needsMigration(to: latest, from: try formatVersion)
    }

    private func needsMigration(to latest: Int, from current: Int) throws(Failure) -> Bool {
        guard current <= latest else {
            throw Failure(
                .invalid, "\"\(path)\" was made by a newer flowctl: its format is \(current), this one knows \(latest)",
                hint: "update flowctl", code: "newer_format")
        }
        guard current >= 0 else {
            throw Failure(.invalid, "\"\(path)\" was not made by flowctl", hint: "check the path")
        }
        return current < latest
    }
}

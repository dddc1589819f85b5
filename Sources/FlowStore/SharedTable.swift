import Dispatch
package import FlowCore
import Synchronization

/// Small records in the state database that all processes of the user share: a map with an expiry, by kind and key.
///
/// The database is opened when the first record is asked for. Waiting for other processes happens on a thread of its
/// own and never on the tasks' pool.
package final class SharedTable: Sendable {
    package struct Entry: Sendable, Hashable {
        package var kind: String
        package var key: String
        package var value: ValueMap
        package var expiresAt: Timestamp
    }

    private let path: String
    private let queue = DispatchQueue(label: "flowctl.shared")
    private let opening = Mutex<Result<Database, Failure>?>(nil)

    /// How long a lock of another process is waited for: requests wait for the answer.
    private static let busyTimeout = Duration.seconds(2)

    /// - Parameter path: the state database; it is made where it is missing.
    package init(path: String) { self.path = path }

    /// Gives `change` what is kept under the key, nil where nothing is, and keeps what it leaves. No other process
    /// changes it meanwhile.
    ///
    /// - Throws: a `Failure` where the database can't be opened, locked or written.
    package func update<T: Sendable>(
        kind: String, key: String,
        _ change: @escaping @Sendable (inout (value: ValueMap, expiresAt: Timestamp)?) -> T
    ) async throws -> T {
        try await onQueue { database throws(Failure) in
            try database.transaction {
                let row = try SharedTable.row(database, kind, key)
                let found = row.flatMap(SharedTable.content)
                var content = found
                let result = change(&content)
                if let content {
                    if let found, found == content { return result }
                    try database.execute(
                        "INSERT OR REPLACE INTO shared (kind, key, value, expires_at) VALUES (?, ?, ?, ?)",
                        [
                            .string(kind), .string(key), .string(JSON.text(.map(content.value))),
                            .micros(content.expiresAt),
                        ])
                } else if row != nil {
                    try database.execute(
                        "DELETE FROM shared WHERE kind = ? AND key = ?", [.string(kind), .string(key)])
                }
                return result
            }
        }
    }

    /// What is kept under the key, nil where nothing is. No other process has to wait for it.
    ///
    /// - Throws: as ``update(kind:key:_:)``.
    package func content(kind: String, key: String) async throws -> (value: ValueMap, expiresAt: Timestamp)? {
        try await onQueue { database throws(Failure) in
            try SharedTable.row(database, kind, key).flatMap(SharedTable.content)
        }
    }

    private static func row(_ database: Database, _ kind: String, _ key: String) throws(Failure) -> Row? {
        try database.query(
            "SELECT value, expires_at FROM shared WHERE kind = ? AND key = ?", [.string(kind), .string(key)]
        ).first
    }

    /// Everything that has not expired, by kind and key; empty where there is no database yet.
    package static func entries(in path: String) throws(Failure) -> [Entry] {
        guard !PrivateFile.isMissing(path) else { return [] }
        let database = try Database.open(path, for: .state, mode: .readOnly)
        // A database of an older format has no such table.
        guard try database.formatVersion >= 2 else { return [] }
        return try database.query(
            "SELECT kind, key, value, expires_at FROM shared WHERE expires_at > ? ORDER BY kind, key",
            [.micros(.wallClock)]
        ).compactMap { row in
            guard let content = content(Row(columnNames: [], values: Array(row.values.dropFirst(2)))) else {
                return nil
            }
            return Entry(
                kind: row[0].stringValue ?? "", key: row[1].stringValue ?? "", value: content.value,
                expiresAt: content.expiresAt)
        }
    }

    /// Deletes records.
    package func remove(_ entries: [Entry]) async throws {
        try await onQueue { database throws(Failure) in
            try database.transaction {
                for entry in entries {
                    try database.execute(
                        "DELETE FROM shared WHERE kind = ? AND key = ?", [.string(entry.kind), .string(entry.key)])
                }
            }
        }
    }

    /// nil where it has expired or can't be read.
    private static func content(_ row: Row) -> (value: ValueMap, expiresAt: Timestamp)? {
        guard let text = row[0].stringValue, let value = (try? JSON.parse(text))?.mapValue,
            let expiresAt = row[1].storedTime, expiresAt > .wallClock
        else { return nil }
        return (value, expiresAt)
    }

    private func onQueue<T: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Failure) -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                do throws(Failure) {
                    continuation.resume(returning: try body(try self.database()))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private func database() throws(Failure) -> Database {
        try opening.withLock { opening in
            if let opening { return opening }
            let result = Result { () throws(Failure) in
                let database = try StateDatabase.open(path, busyTimeout: SharedTable.busyTimeout)
                try database.execute("DELETE FROM shared WHERE expires_at <= ?", [.micros(.wallClock)])
                return database
            }
            opening = result
            return result
        }.get()
    }
}

import Dispatch
package import FlowCore
import Glibc
import Synchronization

/// Bytes under keys in a database of their own, those used last as far as there is room. What they are is the caller's;
/// what must stay secret is sealed before it comes here.
package final class ResponseTable: Sendable {
    private struct State {
        var database: Database
        /// Bytes, as far as this process knows.
        var size: Int
    }

    private let path: String
    private let capacity: Int
    private let queue = DispatchQueue(label: "flowctl.responses")
    private let opening = Mutex<Result<State, Failure>?>(nil)

    private static let migrations = [
        Migration(
            1,
            sql: """
                CREATE TABLE responses (key BLOB PRIMARY KEY, content BLOB NOT NULL, used_at INTEGER NOT NULL);
                CREATE INDEX responses_by_use ON responses (used_at);
                """)
    ]

    /// - Parameters:
    ///   - path: the database; it is made where it is missing.
    ///   - capacity: bytes of all contents.
    package init(path: String, capacity: Int = 64 << 20) {
        self.path = path
        self.capacity = capacity
    }

    /// nil where there is none.
    ///
    /// - Throws: a `Failure` where the database can't be used.
    package func content(of key: [UInt8]) async throws -> [UInt8]? {
        try await onQueue { state throws(Failure) in
            let row = try state.database.query(
                "SELECT content, used_at FROM responses WHERE key = ?", [.bytes(key)]
            ).first
            guard let row, case .bytes(let content) = row[0] else { return nil }
            // To the hour is exact enough to find what is used least.
            let now = Timestamp.wallClock
            if row[1].storedTime.map({ now.since($0) > .seconds(3600) }) ?? true {
                try state.database.execute(
                    "UPDATE responses SET used_at = ? WHERE key = ?", [.micros(now), .bytes(key)])
            }
            return content
        }
    }

    package func keep(_ content: [UInt8], of key: [UInt8]) async throws {
        guard content.count <= capacity else { return }
        try await onQueue { [capacity] state throws(Failure) in
            try state.database.execute(
                "INSERT OR REPLACE INTO responses (key, content, used_at) VALUES (?, ?, ?)",
                [.bytes(key), .bytes(content), .micros(.wallClock)])
            state.size += content.count
            if state.size > capacity { state.size = try ResponseTable.shrink(state.database, to: capacity / 10 * 9) }
        }
    }

    /// How many contents there are, and their bytes; nil where there is no such database.
    package static func usage(of path: String) throws(Failure) -> (count: Int, size: Int)? {
        guard PrivateFile.exists(path) else { return nil }
        let database = try Database.open(path, for: .responses, mode: .readOnly)
        guard try database.formatVersion >= 1 else { return nil }
        let row = try database.query("SELECT count(*), coalesce(sum(length(content)), 0) FROM responses").first
        return (Int(row?[0].intValue ?? 0), Int(row?[1].intValue ?? 0))
    }

    /// Forgets everything, also for processes that run, and gives the space back.
    ///
    /// - Returns: how many contents there were.
    package static func clear(_ path: String) throws(Failure) -> Int {
        guard PrivateFile.exists(path) else { return 0 }
        let database = try open(path).database
        do throws(Failure) {
            let count = try database.execute("DELETE FROM responses")
            try database.execute("VACUUM")
            return count
        } catch  where error.isDamage {
            moveAway(path)
            return 0
        }
    }

    /// - Returns: the bytes that are left.
    private static func shrink(_ database: Database, to capacity: Int) throws(Failure) -> Int {
        try database.transaction {
            var size = try size(database)
            let oldest = try database.query("SELECT key, length(content) FROM responses ORDER BY used_at")
            for row in oldest {
                guard size > capacity else { break }
                try database.execute("DELETE FROM responses WHERE key = ?", [row[0]])
                size -= Int(row[1].intValue ?? 0)
            }
            return size
        }
    }

    private static func size(_ database: Database) throws(Failure) -> Int {
        Int(try database.query("SELECT coalesce(sum(length(content)), 0) FROM responses").first?[0].intValue ?? 0)
    }

    private func onQueue<T: Sendable>(
        _ body: @escaping @Sendable (inout State) throws(Failure) -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { () throws(Failure) in try self.withState(body) })
            }
        }
    }

    private func withState<T: Sendable>(_ body: (inout State) throws(Failure) -> T) throws(Failure) -> T {
        try opening.withLock { opening throws(Failure) in
            let result = opening ?? Result { () throws(Failure) in try ResponseTable.open(path) }
            opening = result
            var state = try result.get()
            do throws(Failure) {
                let answer = try body(&state)
                opening = .success(state)
                return answer
            } catch {
                if error.isDamage {
                    ResponseTable.moveAway(path)
                    opening = nil
                }
                throw error
            }
        }
    }

    /// One that is damaged is begun anew, as all that was in it can be asked for again.
    private static func open(_ path: String) throws(Failure) -> State {
        do throws(Failure) {
            return try openAsItIs(path)
        } catch  where error.isDamage {
            moveAway(path)
            return try openAsItIs(path)
        }
    }

    private static func openAsItIs(_ path: String) throws(Failure) -> State {
        let database = try Database.open(path, for: .responses, busyTimeout: .seconds(1), privateFile: true)
        try database.migrate(migrations)
        return State(database: database, size: try size(database))
    }

    /// Nothing is deleted: somebody may have named another file for it.
    private static func moveAway(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { rename(path + suffix, path + ".damaged" + suffix) }
    }
}

extension Failure {
    fileprivate var isDamage: Bool { code == "SQLITE_CORRUPT" || code == "SQLITE_NOTADB" }
}

import CSQLite
import FlowCore

/// A prepared statement. Used only with its database's lock held.
final class Statement {
    let sql: String
    let handle: OpaquePointer

    init(sql: String, handle: OpaquePointer) {
        self.sql = sql
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    /// Makes it ready for the next use and forgets its arguments.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    var columnNames: [String] {
        (0..<sqlite3_column_count(handle)).map { String(cString: sqlite3_column_name(handle, $0)) }
    }

    /// The current row.
    ///
    /// - Parameter isExact: whether text must be UTF-8; else what of it is none is replaced.
    /// - Throws: a `Failure` that names the column whose text is none.
    func values(isExact: Bool) throws(Failure) -> [Value] {
        let count = sqlite3_column_count(handle)
        var values: [Value] = []
        values.reserveCapacity(Int(count))
        for index in 0..<count { values.append(try value(at: index, isExact: isExact)) }
        return values
    }

    private func value(at index: Int32, isExact: Bool) throws(Failure) -> Value {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: return .int(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .double(sqlite3_column_double(handle, index))
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(handle, index) else { return .string("") }
            let count = Int(sqlite3_column_bytes(handle, index))
            let bytes = UnsafeBufferPointer(start: start, count: count)
            guard isExact else { return .string(String(decoding: bytes, as: UTF8.self)) }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                let name = String(cString: sqlite3_column_name(handle, index))
                throw Failure(
                    .invalid, "the column \"\(name)\" holds text that is not UTF-8",
                    hint: "ask for its bytes: CAST(\(name) AS BLOB) AS \(name)")
            }
            return .string(text)
        case SQLITE_BLOB:
            guard let start = sqlite3_column_blob(handle, index) else { return .bytes([]) }
            let count = Int(sqlite3_column_bytes(handle, index))
            return .bytes([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }
}

/// Statements that are prepared and not in use, the ones used longest ago given up first.
struct StatementCache {
    private let capacity: Int
    private var idle: [Key: (statement: Statement, age: Int)] = [:]
    private var clock = 0

    /// To hash all of a long text takes longer than many a statement; its length and its end tell most apart.
    private struct Key: Hashable {
        let sql: String

        func hash(into hasher: inout Hasher) {
            hasher.combine(sql.utf8.count)
            for byte in sql.utf8.suffix(8) { hasher.combine(byte) }
        }
    }

    init(capacity: Int) { self.capacity = capacity }

    /// The caller has it for itself until it is put back, so that a statement may run inside itself.
    mutating func take(_ sql: String) -> Statement? { idle.removeValue(forKey: Key(sql: sql))?.statement }

    mutating func putBack(_ statement: Statement) {
        clock += 1
        idle[Key(sql: statement.sql)] = (statement, clock)
        guard idle.count > capacity, let oldest = idle.min(by: { $0.value.age < $1.value.age }) else { return }
        idle[oldest.key] = nil
    }

    mutating func removeAll() { idle.removeAll() }
}

import FlowStore
import Glibc

/// The text of a column: copied out of the database, or where SQLite has it.
protocol ColumnText: Equatable {
    var string: String { get }

    func withBytes<T>(_ body: (UnsafeBufferPointer<UInt8>) -> T) -> T
}

extension String: ColumnText {
    var string: String { self }

    func withBytes<T>(_ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
        var copy = self
        return copy.withUTF8(body)
    }
}

/// Text in the current row of a statement, good until the next one comes.
struct RawText: ColumnText {
    private let bytes: UnsafeBufferPointer<UInt8>

    /// nil where the column holds no text.
    init?(_ row: RawRow, _ column: Int32) {
        guard let bytes = row.text(column) else { return nil }
        self.bytes = bytes
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    func withBytes<T>(_ body: (UnsafeBufferPointer<UInt8>) -> T) -> T { body(bytes) }

    static func == (left: RawText, right: RawText) -> Bool {
        guard left.bytes.count == right.bytes.count else { return false }
        guard let first = left.bytes.baseAddress, let second = right.bytes.baseAddress else { return true }
        return memcmp(first, second, left.bytes.count) == 0
    }
}

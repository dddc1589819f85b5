import CMariaDB
import FlowCore
import FlowNodeKit

/// The columns of a result, with room for one of its rows.
final class MySQLColumns {
    /// What a column's value may have in bytes before it is fetched on its own.
    private static let room = 512

    private let types: [MySQLColumnType]
    private let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<my_bool>
    private let memory: UnsafeMutableRawPointer
    /// A row with the index of the column as each value.
    private let pattern: ValueMap

    /// - Throws: a `Failure` where two columns have one name.
    init(_ result: UnsafeMutablePointer<MYSQL_RES>) throws(Failure) {
        types = MySQLColumnType.all(of: result)
        let count = types.count
        let names = Self.names(of: result)
        try SQLColumns.requireDifferent(names)
        pattern = ValueMap(names.enumerated().map { ($1, .int(Int64($0))) })
        binds = .allocate(capacity: count)
        binds.initialize(repeating: MYSQL_BIND(), count: count)
        lengths = .allocate(capacity: count)
        lengths.initialize(repeating: 0, count: count)
        nulls = .allocate(capacity: count)
        nulls.initialize(repeating: 0, count: count)
        memory = .allocate(byteCount: count * Self.room, alignment: 16)
        for (index, type) in types.enumerated() {
            binds[index].buffer_type = type.taken
            binds[index].is_unsigned = type == .unsigned ? 1 : 0
            binds[index].buffer = memory + index * Self.room
            binds[index].buffer_length = UInt(Self.room)
            binds[index].length = lengths + index
            binds[index].is_null = nulls + index
        }
    }

    static func names(of result: UnsafeMutablePointer<MYSQL_RES>) -> [String] {
        let fields = mysql_fetch_fields(result)
        return (0..<Int(mysql_num_fields(result))).map { fields?[$0].name.map { String(cString: $0) } ?? "" }
    }

    deinit {
        binds.deallocate()
        lengths.deallocate()
        nulls.deallocate()
        memory.deallocate()
    }

    func bind(to statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool { mysql_stmt_bind_result(statement, binds) == 0 }

    /// The row that was fetched last.
    func row(of statement: UnsafeMutablePointer<MYSQL_STMT>) -> ValueMap {
        pattern.mapValues { position in value(Int(position.intValue ?? 0), of: statement) }
    }

    private func value(_ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>) -> Value {
        guard nulls[index] == 0 else { return .null }
        let place = memory + index * Self.room
        switch types[index] {
        case .integer: return .int(place.load(as: Int64.self))
        case .unsigned: return MySQLColumns.integer(place.load(as: UInt64.self))
        case .double: return .double(place.load(as: Double.self))
        // Its shortest digits: as a double it would have others behind them.
        case .float: return .double(Double("\(place.load(as: Float.self))") ?? .nan)
        case .text: return .string(text(index, of: statement))
        case .timestamp:
            let text = text(index, of: statement)
            return MySQLTimes.timestamp(text).map(Value.timestamp) ?? .string(MySQLTimes.local(text))
        case .dateTime: return .string(MySQLTimes.local(text(index, of: statement)))
        case .bits: return MySQLColumns.integer(bytes(index, of: statement).reduce(0) { $0 << 8 | UInt64($1) })
        case .bytes: return .bytes(bytes(index, of: statement))
        case .json:
            let bytes = bytes(index, of: statement)
            return (try? JSON.parse(bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func integer(_ value: UInt64) -> Value { Int64(exactly: value).map(Value.int) ?? .uint(value) }

    private func text(_ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>) -> String {
        let length = Int(lengths[index])
        guard length > Self.room else {
            return String(
                decoding: UnsafeRawBufferPointer(start: memory + index * Self.room, count: length), as: UTF8.self)
        }
        return String(unsafeUninitializedCapacity: length) { buffer in
            fetch(index, of: statement, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    private func bytes(_ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>) -> [UInt8] {
        let length = Int(lengths[index])
        guard length > Self.room else {
            return Array(UnsafeRawBufferPointer(start: memory + index * Self.room, count: length))
        }
        return Array(unsafeUninitializedCapacity: length) { buffer, count in
            count = fetch(index, of: statement, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Takes a value that had no room.
    private func fetch(
        _ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let length = lengths[index]
        var whole = MYSQL_BIND()
        var fetched: UInt = 0
        var isNull: my_bool = 0
        var isCut: my_bool = 0
        return withUnsafeMutablePointer(to: &fetched) { fetched in
            withUnsafeMutablePointer(to: &isNull) { isNull in
                withUnsafeMutablePointer(to: &isCut) { isCut in
                    whole.buffer_type = types[index].taken
                    whole.buffer = buffer.baseAddress
                    whole.buffer_length = length
                    whole.length = fetched
                    whole.is_null = isNull
                    whole.error = isCut
                    let code = mysql_stmt_fetch_column(statement, &whole, UInt32(index), 0)
                    return code == 0 ? Int(min(fetched.pointee, length)) : 0
                }
            }
        }
    }
}

extension MySQLColumnType {
    /// What the library is to turn a value into.
    fileprivate var taken: enum_field_types {
        switch self {
        case .integer, .unsigned: MYSQL_TYPE_LONGLONG
        case .double: MYSQL_TYPE_DOUBLE
        case .float: MYSQL_TYPE_FLOAT
        case .text, .timestamp, .dateTime, .json: MYSQL_TYPE_STRING
        case .bits, .bytes: MYSQL_TYPE_BLOB
        }
    }
}

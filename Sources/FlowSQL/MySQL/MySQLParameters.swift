import CMariaDB
import FlowCore

/// The values of a statement's placeholders, as its server takes them.
///
/// They stand in memory of their own, which keeps its place while the statement runs.
final class MySQLParameters {
    let count: Int
    private let binds: UnsafeMutablePointer<MYSQL_BIND>
    /// The value of a placeholder that is a number.
    private let scalars: UnsafeMutablePointer<UInt64>
    /// Those that are text or bytes, one after the other.
    private var content: [UInt8] = []
    /// Where each of them begins.
    private var places: [Int]

    init(count: Int) {
        self.count = count
        binds = .allocate(capacity: count)
        binds.initialize(repeating: MYSQL_BIND(), count: count)
        scalars = .allocate(capacity: count)
        scalars.initialize(repeating: 0, count: count)
        places = Array(repeating: 0, count: count)
    }

    deinit {
        binds.deallocate()
        scalars.deallocate()
    }

    func set(_ value: Value, at index: Int) throws(Failure) {
        switch value {
        case .null, .absent: binds[index] = Self.bind(MYSQL_TYPE_NULL)
        case .bool(let value): set(bits: value ? 1 : 0, MYSQL_TYPE_LONGLONG, at: index)
        case .int(let value): set(bits: UInt64(bitPattern: value), MYSQL_TYPE_LONGLONG, at: index)
        case .uint(let value):
            set(bits: value, MYSQL_TYPE_LONGLONG, at: index)
            binds[index].is_unsigned = 1
        case .double(let value):
            guard value.isFinite else {
                throw Failure(
                    .invalid, "value \(index + 1) of the statement is no finite number, which MySQL can't keep",
                    hint: "bind null for it", nothingSent: true)
            }
            set(bits: value.bitPattern, MYSQL_TYPE_DOUBLE, at: index)
        case .number(let value): set(value.text.utf8, MYSQL_TYPE_NEWDECIMAL, at: index)
        case .string(let value): set(value.utf8, MYSQL_TYPE_VAR_STRING, at: index)
        case .bytes(let value): set(value, MYSQL_TYPE_BLOB, at: index)
        case .timestamp(let value): set(MySQLTimes.text(value).utf8, MYSQL_TYPE_VAR_STRING, at: index)
        case .duration(let value): set(MySQLTimes.text(value).utf8, MYSQL_TYPE_VAR_STRING, at: index)
        case .list, .map, .file: set(JSON.bytes(value.deeplyRevealed), MYSQL_TYPE_VAR_STRING, at: index)
        case .type(let value): set(value.rawValue.utf8, MYSQL_TYPE_VAR_STRING, at: index)
        case .optional(let inner): try set(inner ?? .null, at: index)
        case .secret(let inner): try set(inner, at: index)
        case .stream:
            throw Failure(
                .invalid, "value \(index + 1) of the statement is a stream, which can't be stored",
                hint: "collect it into a list first", nothingSent: true)
        }
    }

    /// Gives the values to `statement` while `body` runs it. Afterwards there are none.
    func bind(to statement: UnsafeMutablePointer<MYSQL_STMT>, _ body: () throws(Failure) -> Void) throws(Failure) {
        var result = Result<Void, Failure>.success(())
        content.withUnsafeMutableBufferPointer { content in
            for index in 0..<count {
                binds[index].buffer =
                    switch binds[index].buffer_type {
                    case MYSQL_TYPE_LONGLONG, MYSQL_TYPE_DOUBLE: UnsafeMutableRawPointer(scalars + index)
                    case MYSQL_TYPE_NULL: nil
                    // Where all of them are empty there is no memory to point to.
                    default:
                        UnsafeMutableRawPointer(content.baseAddress.map { $0 + places[index] })
                            ?? UnsafeMutableRawPointer(scalars)
                    }
            }
            if count > 0 { mysql_stmt_bind_param(statement, binds) }
            do throws(Failure) { try body() } catch { result = .failure(error) }
        }
        content.removeAll(keepingCapacity: content.count < 1 << 20)
        try result.get()
    }

    private func set(bits: UInt64, _ type: enum_field_types, at index: Int) {
        binds[index] = Self.bind(type)
        scalars[index] = bits
    }

    private func set(_ bytes: some Collection<UInt8>, _ type: enum_field_types, at index: Int) {
        binds[index] = Self.bind(type)
        binds[index].buffer_length = UInt(bytes.count)
        places[index] = content.count
        content.append(contentsOf: bytes)
    }

    private static func bind(_ type: enum_field_types) -> MYSQL_BIND {
        var bind = MYSQL_BIND()
        bind.buffer_type = type
        return bind
    }
}

import CMariaDB
import FlowCore

/// How the values of a column are taken from the server, and what they become.
enum MySQLColumnType {
    case integer, unsigned, double, float
    /// A decimal number, text, or what else is kept as it is written.
    case text
    /// A point in time; the session is in UTC.
    case timestamp
    /// Date and time of no place in particular.
    case dateTime
    case bits, bytes, json

    static func all(of result: UnsafeMutablePointer<MYSQL_RES>) -> [MySQLColumnType] {
        guard let fields = mysql_fetch_fields(result) else { return [] }
        return (0..<Int(mysql_num_fields(result))).map { MySQLColumnType(fields[$0]) }
    }

    init(_ field: MYSQL_FIELD) {
        /// Of the "character set" of what isn't text.
        let binary: UInt32 = 63
        switch field.type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG, MYSQL_TYPE_YEAR:
            self = field.flags & UInt32(UNSIGNED_FLAG) != 0 ? .unsigned : .integer
        case MYSQL_TYPE_FLOAT: self = .float
        case MYSQL_TYPE_DOUBLE: self = .double
        case MYSQL_TYPE_TIMESTAMP: self = .timestamp
        case MYSQL_TYPE_DATETIME: self = .dateTime
        case MYSQL_TYPE_BIT: self = .bits
        case MYSQL_TYPE_JSON: self = .json
        case MYSQL_TYPE_GEOMETRY: self = .bytes
        case MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_BLOB, MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB, MYSQL_TYPE_STRING,
            MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_VARCHAR:
            var field = field
            self =
                if flow_mariadb_field_is(&field, MARIADB_FIELD_ATTR_FORMAT_NAME, "json") { .json } else {
                    field.charsetnr == binary ? .bytes : .text
                }
        default: self = .text
        }
    }

    /// A value that goes into such a column, where a query would have written it as text: a time with its offset, bytes
    /// as base64, and to CSV also bits, of whose digits the server would take the codes.
    ///
    /// - Parameter isAsQueried: whether a text for JSON is a string, and not JSON itself.
    /// - Throws: a `Failure` where a text for bytes is no base64, or one for bits no number.
    func stored(_ value: Value, in column: String, isAsQueried: Bool) throws(Failure) -> Value {
        // Bound as a value it would be a number.
        if case (.json, .bool) = (self, value.revealed) { return .string(JSON.text(value.revealed)) }
        guard let text = value.stringValue else { return value }
        switch self {
        case .json: return isAsQueried ? .string(JSON.text(.string(text))) : value
        case .timestamp, .dateTime: return Timestamp(rfc3339: text).map(Value.timestamp) ?? value
        case .bytes:
            guard let bytes = Base64.decode(text) else {
                throw Failure(
                    .invalid, "the column \"\(column)\" holds bytes, and the text for it is no base64",
                    hint: "give base64, or bytes: ${{ bytes(text) }}")
            }
            return .bytes(bytes)
        case .bits:
            guard let number = UInt64(text) else {
                throw Failure(
                    .invalid, "the column \"\(column)\" holds bits, and the text for it is no number",
                    hint: "give a number in which each is a bit, as a query writes it")
            }
            return .uint(number)
        default: return value
        }
    }
}

import CPostgreSQL
import FlowCore

/// Rows in the text form of `COPY`.
enum PostgreSQLCopy {
    /// - Parameter isAsQueried: whether a text for JSON is a string.
    static func append(
        _ values: [Value], of types: [Oid], isAsQueried: Bool, to piece: inout [UInt8]
    ) throws(Failure) {
        for (index, value) in values.enumerated() {
            if index > 0 { piece.append(UInt8(ascii: "\t")) }
            let form: PostgreSQLParameters.Form
            do throws(Failure) {
                let type = PostgreSQLType(types[index])
                form = try PostgreSQLParameters.form(
                    of: try stored(value, for: type, isAsQueried: isAsQueried), for: type)
            } catch {
                throw Failure(error.kind, "value \(index + 1) \(error.message)", hint: error.hint)
            }
            switch form {
            case .null: piece += "\\N".utf8
            case .text(let text): append(escaping: text, to: &piece)
            case .binary(let bytes):
                piece += "\\\\x".utf8
                piece += Hexadecimal.encode(bytes).utf8
            }
        }
        piece.append(UInt8(ascii: "\n"))
    }

    /// Bytes come as base64 from files, and JSON as what it says, as a query writes them there, also those in a list.
    private static func stored(
        _ value: Value, for type: PostgreSQLType?, isAsQueried: Bool
    ) throws(Failure) -> Value {
        switch (type, value.revealed) {
        case (.json?, .string(let text)) where isAsQueried: return .string(JSON.text(.string(text)))
        case (.bytes?, .string(let text)):
            guard let bytes = Base64.decode(text) else {
                throw Failure(
                    .invalid, "is no base64, and its column holds bytes", hint: "encode it, as with base64.encode")
            }
            return .bytes(bytes)
        case (.array(let element?)?, .list(let items)):
            return .list(
                try items.map { item throws(Failure) in
                    // A list in it is a further dimension.
                    try stored(item, for: item.revealed.type == .list ? type : element, isAsQueried: isAsQueried)
                })
        default: return value
        }
    }

    private static func append(escaping text: String, to piece: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): piece += "\\\\".utf8
            case UInt8(ascii: "\t"): piece += "\\t".utf8
            case UInt8(ascii: "\n"): piece += "\\n".utf8
            case UInt8(ascii: "\r"): piece += "\\r".utf8
            default: piece.append(byte)
            }
        }
    }
}

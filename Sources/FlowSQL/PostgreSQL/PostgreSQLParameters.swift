import CPostgreSQL
import FlowCore

/// Values on their way to the server: texts, but for bytes.
struct PostgreSQLParameters {
    /// A value as it is sent.
    enum Form {
        case null
        case text(String)
        case binary([UInt8])
    }

    struct Pointers {
        var count: Int32
        var types: UnsafePointer<Oid>?
        var values: UnsafePointer<UnsafePointer<CChar>?>?
        var lengths: UnsafePointer<Int32>?
        var formats: UnsafePointer<Int32>?
    }

    private static let bytesType: Oid = 17

    /// All of them in a row; a zero stands behind each text.
    private var bytes: [UInt8] = []
    /// Where each begins; nil is NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [Oid] = []

    /// Whether a value is written in one way or another by the type of what it is for: a list is an array or JSON.
    static func dependsOnType(_ value: Value) -> Bool { value.revealed.type == .list }

    /// - Parameter types: of the parameters, where they are known; else the server finds out.
    /// - Throws: a `Failure` where their numbers differ, or a value can't be one of a database.
    init(_ values: [Value], of types: [Oid]) throws(Failure) {
        guard types.isEmpty || types.count == values.count else {
            throw SQLText.miscounted(types.count, values.count)
        }
        for (index, value) in values.enumerated() {
            let type = types.isEmpty ? nil : PostgreSQLType(types[index])
            let form: Form
            do throws(Failure) {
                form = try Self.form(of: value, for: type)
            } catch {
                throw Failure(error.kind, "value \(index + 1) \(error.message)", hint: error.hint)
            }
            append(form)
        }
    }

    private mutating func append(_ form: Form) {
        var type: Oid = 0
        switch form {
        case .null: starts.append(nil)
        default: starts.append(bytes.count)
        }
        switch form {
        case .null: lengths.append(0)
        case .text(let text):
            lengths.append(Int32(clamping: text.utf8.count))
            bytes += text.utf8
        case .binary(let content):
            type = Self.bytesType
            lengths.append(Int32(clamping: content.count))
            bytes += content
        }
        bytes.append(0)
        formats.append(type == 0 ? 0 : 1)
        types.append(type)
    }

    func withPointers<Result>(_ body: (Pointers) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                let values = starts.map { start in start.flatMap { bytes.baseAddress?.advanced(by: $0) } }
                return values.withUnsafeBufferPointer { values in
                    lengths.withUnsafeBufferPointer { lengths in
                        formats.withUnsafeBufferPointer { formats in
                            types.withUnsafeBufferPointer { types in
                                body(
                                    Pointers(
                                        count: Int32(values.count), types: types.baseAddress,
                                        values: values.baseAddress, lengths: lengths.baseAddress,
                                        formats: formats.baseAddress))
                            }
                        }
                    }
                }
            }
        }
    }
}

extension PostgreSQLParameters {
    /// - Parameter type: of what it is for; nil for texts and where it isn't known.
    /// - Throws: a `Failure` whose message goes on after what the value is called.
    static func form(of value: Value, for type: PostgreSQLType?) throws(Failure) -> Form {
        switch value.revealed {
        case .null, .absent, .optional(nil): return .null
        case .bytes(let bytes): return .binary(bytes)
        case .optional(let inner?): return try form(of: inner, for: type)
        case .list(let items):
            if case .array(let element) = type {
                return .text(
                    try PostgreSQLArray.text(items) { item throws(Failure) in try text(of: item, in: element) })
            }
            return .text(JSON.text(value.deeplyRevealed))
        default:
            guard let text = try text(of: value, in: type) else { return .null }
            return .text(text)
        }
    }

    /// - Returns: nil for NULL.
    private static func text(of value: Value, in type: PostgreSQLType?) throws(Failure) -> String? {
        switch value.revealed {
        case .null, .absent, .optional(nil): return nil
        case let plain where type?.isJSON == true && plain.type != .string: return JSON.text(value.deeplyRevealed)
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
        case .number(let number): return number.text
        case .string(let text):
            guard !text.utf8.contains(0) else {
                throw Failure(
                    .invalid, "holds a zero character, which no text of PostgreSQL can",
                    hint: "take it out, or store bytes")
            }
            return text
        case .bytes(let bytes): return "\\x" + Hexadecimal.encode(bytes)
        case .map, .list: return JSON.text(value.deeplyRevealed)
        case .timestamp(let time): return time.rfc3339
        case .duration(let duration): return duration.celText
        case .optional(let inner?): return try text(of: inner, in: type)
        default:
            throw Failure(
                .invalid, "is a \(value.type.plainName), which no database can store",
                hint: "give a text, number, list or map")
        }
    }
}

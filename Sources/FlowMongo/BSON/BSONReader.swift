import CMongo
import FlowCore

/// How values of types that JSON lacks come out.
enum BSONForm: Sendable {
    /// As Extended JSON, relaxed: what is read can be written again unchanged.
    case extended
    /// As the text or number a person would write.
    case plain
}

/// Documents of BSON to values.
struct BSONReader {
    /// Servers take documents of at most 100 levels; replies put some around them.
    private static let maximumDepth = 200

    private let bytes: UnsafeRawBufferPointer
    private let form: BSONForm
    private var offset = 0
    private var depth = 0

    private init(_ bytes: UnsafeRawBufferPointer, _ form: BSONForm) {
        self.bytes = bytes
        self.form = form
    }

    /// - Throws: a `Failure` of kind `protocol` where the bytes are no document.
    static func read(_ bytes: UnsafeRawBufferPointer, as form: BSONForm = .extended) throws(Failure) -> ValueMap {
        var reader = BSONReader(bytes, form)
        let map = try reader.document()
        guard reader.offset == bytes.count else { throw malformed }
        return map
    }

    static func read(_ bytes: [UInt8], as form: BSONForm = .extended) throws(Failure) -> ValueMap {
        var result: Result<ValueMap, Failure> = .success(ValueMap())
        bytes.withUnsafeBytes { bytes in
            do throws(Failure) {
                result = .success(try read(bytes, as: form))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    private static let malformed = Failure(.protocolError, "the server sent a document that can't be read")

    // MARK: Parts

    private mutating func take(_ count: Int) throws(Failure) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - offset else { throw Self.malformed }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws(Failure) -> Number {
        Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: type))
    }

    /// Text that ends with a zero.
    private mutating func name() throws(Failure) -> String {
        let rest = bytes[offset...]
        guard let end = rest.firstIndex(of: 0) else { throw Self.malformed }
        defer { offset = end + 1 }
        return String(decoding: UnsafeRawBufferPointer(rebasing: rest[..<end]), as: UTF8.self)
    }

    /// Text with its length in front.
    private mutating func text() throws(Failure) -> String {
        let size = Int(try number(Int32.self))
        guard size >= 1 else { throw Self.malformed }
        let text = try take(size)
        return String(decoding: UnsafeRawBufferPointer(rebasing: text.dropLast()), as: UTF8.self)
    }

    // MARK: Documents

    /// Calls `member` for each member, with the place at its value.
    private mutating func members(
        _ member: (inout BSONReader, _ type: BSONType) throws(Failure) -> Void
    ) throws(Failure) {
        depth += 1
        defer { depth -= 1 }
        let start = offset
        let size = Int(try number(Int32.self))
        guard depth <= Self.maximumDepth, size >= 5, size <= bytes.count - start else { throw Self.malformed }
        while true {
            let code = try number(UInt8.self)
            if code == 0 { break }
            guard let type = BSONType(rawValue: code) else { throw Self.malformed }
            try member(&self, type)
        }
        guard offset == start + size else { throw Self.malformed }
    }

    private mutating func document() throws(Failure) -> ValueMap {
        var map = ValueMap()
        try members { (reader, type) throws(Failure) in
            let name = try reader.name()
            map[name] = try reader.value(type)
        }
        return map
    }

    private mutating func array() throws(Failure) -> [Value] {
        var items: [Value] = []
        try members { (reader, type) throws(Failure) in
            _ = try reader.name()
            items.append(try reader.value(type))
        }
        return items
    }

    private mutating func value(_ type: BSONType) throws(Failure) -> Value {
        switch type {
        case .null: return .null
        case .bool: return .bool(try number(UInt8.self) != 0)
        case .int32: return .int(Int64(try number(Int32.self)))
        case .int64: return .int(try number(Int64.self))
        case .double: return double(Double(bitPattern: try number(UInt64.self)))
        case .string: return .string(try text())
        case .document: return .map(try document())
        case .array: return .list(try array())
        case .objectID: return simple("$oid", Hexadecimal.encode(try take(12)))
        case .date: return date(try number(Int64.self))
        case .decimal:
            let low = try number(UInt64.self)
            return simple("$numberDecimal", Decimal128(high: try number(UInt64.self), low: low).text)
        case .binary: return try binary()
        case .symbol: return simple("$symbol", try text())
        case .code: return simple("$code", try text())
        case .regularExpression: return regularExpression(try name(), try name())
        case .timestamp: return try timestamp()
        case .codeWithScope:
            _ = try number(Int32.self)
            let code = try text()
            return ["$code": .string(code), "$scope": .map(try document())]
        case .pointer:
            let collection = try text()
            return [
                "$dbPointer": ["$ref": .string(collection), "$id": simple("$oid", Hexadecimal.encode(try take(12)))]
            ]
        case .undefined: return form == .plain ? .null : ["$undefined": true]
        case .minimum: return ["$minKey": 1]
        case .maximum: return ["$maxKey": 1]
        }
    }

    // MARK: What JSON lacks

    private func simple(_ key: String, _ text: String) -> Value {
        form == .plain ? .string(text) : .map(ValueMap([(key, .string(text))]))
    }

    private func double(_ number: Double) -> Value {
        if number.isFinite || form == .plain { return .double(number) }
        let text = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
        return ["$numberDouble": .string(text)]
    }

    /// A date that RFC 3339 can't write, before the year 1 or after 9999, is told in milliseconds.
    private func date(_ milliseconds: Int64) -> Value {
        let time = Timestamp(milliseconds: milliseconds)
        guard Timestamp.validSeconds.contains(time.seconds) else {
            return ["$date": ["$numberLong": .string(String(milliseconds))]]
        }
        return simple("$date", time.rfc3339)
    }

    private mutating func binary() throws(Failure) -> Value {
        let size = Int(try number(Int32.self))
        let subtype = try number(UInt8.self)
        var bytes = try take(size)
        // The old kind repeats the length inside.
        if subtype == 2, bytes.count >= 4 { bytes = UnsafeRawBufferPointer(rebasing: bytes[4...]) }
        let text = Base64.encode(Array(bytes))
        if form == .plain { return subtype == 4 && bytes.count == 16 ? .string(Self.uuid(bytes)) : .string(text) }
        let code = Hexadecimal.encode([subtype])
        return ["$binary": ["base64": .string(text), "subType": .string(code)]]
    }

    private static func uuid(_ bytes: UnsafeRawBufferPointer) -> String {
        let digits = Hexadecimal.encode(bytes)
        let cuts = [0, 8, 12, 16, 20, 32]
        return zip(cuts, cuts.dropFirst()).map { String(digits.dropFirst($0).prefix($1 - $0)) }.joined(separator: "-")
    }

    private func regularExpression(_ pattern: String, _ options: String) -> Value {
        form == .plain
            ? .string("/\(pattern)/\(options)")
            : ["$regularExpression": ["pattern": .string(pattern), "options": .string(options)]]
    }

    private mutating func timestamp() throws(Failure) -> Value {
        let increment = try number(UInt32.self)
        let seconds = try number(UInt32.self)
        return ["$timestamp": ["t": .int(Int64(seconds)), "i": .int(Int64(increment))]]
    }
}

/// A decimal number of 34 digits (IEEE 754, decimal128).
struct Decimal128 {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// nil where the text is no number, or has more digits than there is room for.
    init?(_ text: String) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        guard flow_decimal_parse(text, &high, &low) else { return nil }
        self.init(high: high, low: low)
    }

    var text: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(FLOW_DECIMAL_TEXT)) { buffer in
            flow_decimal_text(high, low, buffer.baseAddress)
            return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}

import FlowCore

/// A value of a type that JSON lacks, as MongoDB's Extended JSON (version 2) writes it: `{"$oid": "…"}`. Both its forms,
/// the canonical and the relaxed one, are read.
enum ExtendedJSON {
    case objectID(ObjectID)
    case int32(Int32)
    case int64(Int64)
    case double(Double)
    case decimal(String)
    case date(Int64)
    case binary([UInt8], subtype: UInt8)
    case timestamp(seconds: UInt32, increment: UInt32)
    case regularExpression(pattern: String, options: String)
    case symbol(String)
    case code(String, scope: ValueMap?)
    case pointer(collection: String, ObjectID)
    case undefined, minimum, maximum

    /// The members that make a map such a value, alone. `$code` may have `$scope` beside it.
    static let words: Set<String> = [
        "$oid", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "$date", "$binary", "$uuid",
        "$timestamp", "$regularExpression", "$symbol", "$code", "$dbPointer", "$undefined", "$minKey", "$maxKey",
    ]

    /// - Parameter objection: the failure that says where the map stands and what is wrong with it.
    /// - Returns: nil where the map is just a map.
    init?(
        _ map: ValueMap, objection: (_ what: String, _ hint: String?) -> Failure
    ) throws(Failure) {
        guard let (key, content) = map.first.map({ ($0.key.text, $0.value.revealed) }), Self.words.contains(key),
            map.count == 1 || key == "$code" && map.count == 2 && map["$scope"] != nil
        else { return nil }
        guard let value = Self.read(key, content, scope: map["$scope"]?.mapValue) else {
            throw objection("has a \(key) that can't be read", "write it as \(Self.example(of: key))")
        }
        self = value
    }

    /// - Returns: nil where the map is just a map, or can't be read.
    init?(_ map: ValueMap) {
        guard let value = try? ExtendedJSON(map, objection: { what, _ in Failure(.invalid, what) }) else { return nil }
        self = value
    }

    /// Whether a filter that has it for a member fits this value only.
    var fitsItselfAlone: Bool {
        switch self {
        case .regularExpression, .undefined: false
        default: true
        }
    }

    private static func read(_ key: String, _ content: Value, scope: ValueMap?) -> ExtendedJSON? {
        let text = content.stringValue
        return switch key {
        case "$oid": text.flatMap(ObjectID.init).map(ExtendedJSON.objectID)
        case "$numberInt":
            (text.flatMap(Int32.init) ?? content.intValue.flatMap(Int32.init(exactly:))).map(ExtendedJSON.int32)
        case "$numberLong": (text.flatMap(Int64.init) ?? content.intValue).map(ExtendedJSON.int64)
        case "$numberDouble": (text.flatMap(double) ?? content.doubleValue).map(ExtendedJSON.double)
        case "$numberDecimal": text.flatMap { Decimal128($0) == nil ? nil : .decimal($0) }
        case "$date": milliseconds(content).map(ExtendedJSON.date)
        case "$binary": binary(content)
        case "$uuid": text.flatMap(uuid)
        case "$timestamp":
            content["t"]?.intValue.flatMap(UInt32.init(exactly:)).flatMap { seconds in
                content["i"]?.intValue.flatMap(UInt32.init(exactly:)).map {
                    .timestamp(seconds: seconds, increment: $0)
                }
            }
        case "$regularExpression":
            content["pattern"]?.stringValue.map {
                .regularExpression(pattern: $0, options: content["options"]?.stringValue ?? "")
            }
        case "$symbol": text.map(ExtendedJSON.symbol)
        case "$code": text.map { .code($0, scope: scope) }
        case "$dbPointer":
            content["$ref"]?.stringValue.flatMap { collection in
                content["$id"]?["$oid"]?.stringValue.flatMap(ObjectID.init).map { .pointer(collection: collection, $0) }
            }
        case "$undefined": content.boolValue == true ? .undefined : nil
        case "$minKey": content.intValue == 1 ? .minimum : nil
        default: content.intValue == 1 ? .maximum : nil
        }
    }

    private static func double(_ text: String) -> Double? {
        switch text {
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        case "NaN": .nan
        default: Double(text)
        }
    }

    private static func milliseconds(_ content: Value) -> Int64? {
        switch content {
        case .string(let text): Timestamp(rfc3339: text)?.milliseconds
        case .timestamp(let time): time.milliseconds
        case .map(let map): map["$numberLong"]?.stringValue.flatMap(Int64.init)
        default: content.intValue
        }
    }

    private static func binary(_ content: Value) -> ExtendedJSON? {
        guard let text = content["base64"]?.stringValue, let bytes = Base64.decode(text),
            let subtype = UInt8(content["subType"]?.stringValue ?? "00", radix: 16)
        else { return nil }
        return .binary(bytes, subtype: subtype)
    }

    private static func uuid(_ text: String) -> ExtendedJSON? {
        guard text.utf8.count == 36, let bytes = Hexadecimal.decode(text.filter { $0 != "-" }), bytes.count == 16
        else { return nil }
        return .binary(bytes, subtype: 4)
    }

    private static func example(of key: String) -> String {
        switch key {
        case "$oid": #"{"$oid": "24 hexadecimal digits"}"#
        case "$date": #"{"$date": "2026-11-22T09:00:00Z"}"#
        case "$binary": #"{"$binary": {"base64": "AAEC", "subType": "00"}}"#
        case "$uuid": #"{"$uuid": "c8edabc3-f738-4ca3-b68d-ab92a91478a3"}"#
        case "$timestamp": #"{"$timestamp": {"t": 1795338000, "i": 1}}"#
        case "$regularExpression": #"{"$regularExpression": {"pattern": "^a", "options": "i"}}"#
        case "$dbPointer": #"{"$dbPointer": {"$ref": "people", "$id": {"$oid": "24 hexadecimal digits"}}}"#
        case "$code": #"{"$code": "text"}"#
        case "$symbol": #"{"$symbol": "text"}"#
        case "$undefined": #"{"$undefined": true}"#
        case "$minKey", "$maxKey": #"{"\#(key)": 1}"#
        default: #"{"\#(key)": "123"}"#
        }
    }
}

/// Any datum that travels through a workflow: what JSON has, and what CEL and files add.
///
/// Integers keep 64 bits; a number that neither `Int64` nor `Double` holds exactly is an ``ExactNumber``.
/// Equality is CEL's: `1 == 1.0 == 1u`, lists and maps compare deeply, and a secret equals what it holds.
package enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case number(ExactNumber)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(ValueMap)
    case timestamp(Timestamp)
    case duration(Duration)
    indirect case file(FileReference)
    case stream(ValueStream)
    /// A CEL type as a value: `type(1)`.
    case type(ValueType)
    /// A CEL optional: `optional.of(x)`, `optional.none()`.
    indirect case optional(Value?)
    /// A value that came from a credential; every value computed from it is one too.
    indirect case secret(Value)
    /// An argument that is left out: the constant `absent`, or an optional input without a value.
    case absent
}

/// The type of a value under the name CEL gives it.
package enum ValueType: String, Sendable, Hashable, CaseIterable {
    case null = "null_type"
    case bool, int, uint, double, string, bytes, list, map, type
    case number
    case timestamp = "google.protobuf.Timestamp"
    case duration = "google.protobuf.Duration"
    case optional = "optional_type"
    case file, stream, absent

    /// The name a person reads in a message: `timestamp`, not its protobuf name.
    package var plainName: String {
        switch self {
        case .null: "null"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .optional: "optional"
        case .number: "exact number"
        default: rawValue
        }
    }
}

extension Value {
    package var type: ValueType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .number: .number
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map: .map
        case .timestamp: .timestamp
        case .duration: .duration
        case .file: .file
        case .stream: .stream
        case .type: .type
        case .optional: .optional
        case .secret(let inner): inner.type
        case .absent: .absent
        }
    }

    /// The value without its secret mark; for code that puts it where secrets may go.
    package var revealed: Value {
        if case .secret(let inner) = self { return inner.revealed }
        return self
    }

    /// Whether this value or anything inside it carries the secret mark.
    package var containsSecret: Bool {
        switch self {
        case .secret: true
        case .list(let items): items.contains { $0.containsSecret }
        case .map(let map): map.contains { $0.value.containsSecret }
        case .optional(let inner?): inner.containsSecret
        default: false
        }
    }

    /// The value with every secret mark inside removed.
    package var deeplyRevealed: Value {
        switch self {
        case .secret(let inner): inner.deeplyRevealed
        case .list(let items): containsSecret ? .list(items.map(\.deeplyRevealed)) : self
        case .map(let map): containsSecret ? .map(map.mapValues(\.deeplyRevealed)) : self
        case .optional(let inner?): .optional(inner.deeplyRevealed)
        default: self
        }
    }

    /// Marks the value as secret; a value that is one already stays as it is.
    package var markedSecret: Value {
        if case .secret = self { return self }
        return .secret(self)
    }

    package var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// What an optional holds, and ``absent`` where it holds nothing; else the value itself.
    package var unwrapped: Value {
        switch self {
        case .optional(let held): held?.unwrapped ?? .absent
        case .secret(.optional(let held)): held?.unwrapped.markedSecret ?? .absent
        default: self
        }
    }

    package var isAbsent: Bool {
        if case .absent = self { return true }
        return false
    }

    package var boolValue: Bool? {
        if case .bool(let value) = revealed { return value }
        return nil
    }

    /// The value as a 64-bit integer where it is one, in whatever numeric case it is held.
    package var intValue: Int64? {
        switch revealed {
        case .int(let value): value
        case .uint(let value): Int64(exactly: value)
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    package var doubleValue: Double? {
        switch revealed {
        case .int(let value): Double(value)
        case .uint(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    package var stringValue: String? {
        if case .string(let value) = revealed { return value }
        return nil
    }

    package var listValue: [Value]? {
        if case .list(let value) = revealed { return value }
        return nil
    }

    package var mapValue: ValueMap? {
        if case .map(let value) = revealed { return value }
        return nil
    }

    /// The member `key` of a map, nil where this is no map or has no such key. Keeps the secret mark.
    package subscript(key: String) -> Value? {
        switch self {
        case .map(let map): map[key]
        case .secret(let inner): inner[key]?.markedSecret
        default: nil
        }
    }
}

extension Value: Equatable {
    package static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.secret(let inner), _): inner == right
        case (_, .secret(let inner)): left == inner
        case (.null, .null), (.absent, .absent): true
        case (.bool(let a), .bool(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameScalars(as: b)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        case (.timestamp(let a), .timestamp(let b)): a == b
        case (.duration(let a), .duration(let b)): a == b
        case (.file(let a), .file(let b)): a == b
        case (.stream(let a), .stream(let b)): a === b
        case (.type(let a), .type(let b)): a == b
        case (.optional(let a), .optional(let b)): a == b
        default: Numeric(left) != nil && Numeric(left) == Numeric(right)
        }
    }
}

extension Value: Hashable {
    package func hash(into hasher: inout Hasher) {
        switch self {
        case .secret(let inner): inner.hash(into: &hasher)
        case .null: hasher.combine(0)
        case .absent: hasher.combine(1)
        case .bool(let value): hasher.combine(value)
        case .string(let value): value.hashScalars(into: &hasher)
        case .bytes(let value): hasher.combine(value)
        case .list(let items): hasher.combine(items)
        case .map(let map): hasher.combine(map)
        case .timestamp(let value): hasher.combine(value)
        case .duration(let value): hasher.combine(value)
        case .file(let value): hasher.combine(value)
        case .stream(let value): hasher.combine(ObjectIdentifier(value))
        case .type(let value): hasher.combine(value)
        case .optional(let value): hasher.combine(value)
        case .int, .uint, .double, .number: Numeric(self)?.hash(into: &hasher)
        }
    }
}

/// Numbers of every case on one line, so that equal numbers are equal values and equal map keys.
package enum Numeric: Hashable, Comparable, Sendable {
    case int(Int64)
    /// Above `Int64.max`.
    case large(UInt64)
    /// Not a whole number of 64 bits.
    case double(Double)
    case exact(ExactNumber)

    package init?(_ value: Value) {
        switch value.revealed {
        case .int(let value): self = .int(value)
        case .uint(let value): self = Int64(exactly: value).map(Numeric.int) ?? .large(value)
        case .double(let value):
            if let whole = Int64(exactly: value) {
                self = .int(whole)
            } else if let large = UInt64(exactly: value) {
                self = .large(large)
            } else {
                self = .double(value)
            }
        case .number(let value): self = .exact(value)
        default: return nil
        }
    }

    private var double: Double {
        switch self {
        case .int(let value): Double(value)
        case .large(let value): Double(value)
        case .double(let value): value
        case .exact(let value): value.approximate
        }
    }

    package static func < (left: Numeric, right: Numeric) -> Bool {
        switch (left, right) {
        case (.int(let a), .int(let b)): a < b
        case (.large(let a), .large(let b)): a < b
        case (.int, .large): true
        case (.large, .int): false
        default: left.double < right.double
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: Value...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, Value)...) {
        self = .map(ValueMap(elements))
    }
}

import FlowCore

extension FunctionLibrary {
    static let optionals: [Function] = [
        Function(
            "optional.of", ["optional.of(T) -> optional<T>"], "An optional that holds a value.",
            [("optional.of(1).value()", "1")], secrecy: .shallow
        ) { (arguments, _) in .optional(arguments[0]) },
        Function(
            "optional.none", ["optional.none() -> optional"], "An optional that holds nothing.",
            [("optional.none().hasValue()", "false")]
        ) { (_, _) in .optional(nil) },
        Function(
            "optional.ofNonZeroValue", ["optional.ofNonZeroValue(T) -> optional<T>"],
            "An optional that holds a value unless it is null, false, 0 or empty.",
            [("optional.ofNonZeroValue('').hasValue()", "false")], secrecy: .shallow
        ) { (arguments, _) in
            // Not `? nil :`, which would be the value null.
            isZero(arguments[0]) ? .optional(.none) : .optional(arguments[0])
        },
        Function(
            "hasValue", ["optional.hasValue() -> bool"], "Whether an optional holds a value.",
            [("{'a': 1}.?a.hasValue()", "true")], secrecy: .shallow
        ) { (arguments, _) in
            guard case .optional(let inner) = arguments[0] else { return nil }
            return .bool(inner.map { _ in true } ?? false)
        },
        Function(
            "value", ["optional<T>.value() -> T"], "What an optional holds; an error where that is nothing.",
            [("{'a': 1}.?a.value()", "1")], secrecy: .shallow
        ) { (arguments, _) throws(Fault) in
            guard case .optional(let inner) = arguments[0] else { return nil }
            guard let inner else {
                throw Fault(.absence, "the optional holds nothing", hint: "use .orValue(…) to give a fallback")
            }
            return inner
        },
        Function(
            "or", ["optional<T>.or(optional<T>) -> optional<T>"], "The first optional that holds a value.",
            [("{}.?a.or(optional.of(2)).value()", "2")], secrecy: .shallow
        ) { (arguments, _) in
            guard case .optional(let first) = arguments[0], case .optional = arguments[1] else { return nil }
            return first.map { _ in arguments[0] } ?? arguments[1]
        },
        Function(
            "orValue", ["optional<T>.orValue(T) -> T"], "What an optional holds, or the argument.",
            [("{}.?a.orValue(2)", "2")], secrecy: .shallow
        ) { (arguments, _) in
            guard case .optional(let inner) = arguments[0] else { return nil }
            return inner ?? arguments[1]
        },
        Function(
            "optional.unwrap", ["optional.unwrap(list<optional<T>>) -> list<T>"], "What the optionals of a list hold.",
            [("optional.unwrap([optional.of(1), optional.none()])", "[1]")]
        ) { (arguments, _) in unwrap(arguments) },
        Function(
            "unwrapOpt", ["list<optional<T>>.unwrapOpt() -> list<T>"], "What the optionals of a list hold.",
            [("[optional.of(1), optional.none()].unwrapOpt()", "[1]")]
        ) { (arguments, _) in unwrap(arguments) },
    ]

    private static func unwrap(_ arguments: Arguments) -> Value? {
        guard let items = arguments.list(0) else { return nil }
        var values: [Value] = []
        for item in items {
            guard case .optional(let inner) = item else { return nil }
            if let inner { values.append(inner) }
        }
        return .list(values)
    }

    private static func isZero(_ value: Value) -> Bool {
        switch value {
        case .null, .absent, .bool(false), .int(0), .uint(0), .double(0), .string(""), .optional(nil): true
        case .bytes(let bytes): bytes.isEmpty
        case .list(let items): items.isEmpty
        case .map(let map): map.isEmpty
        case .duration(let duration): duration == .zero
        case .timestamp(let time): time.seconds == 0 && time.nanoseconds == 0
        case .secret(let inner): isZero(inner)
        default: false
        }
    }
}

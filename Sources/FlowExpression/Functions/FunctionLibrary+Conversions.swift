import FlowCore

extension FunctionLibrary {
    static let conversions: [Function] = [
        Function(
            "int",
            [
                "int(int) -> int", "int(uint) -> int", "int(double) -> int", "int(string) -> int",
                "int(timestamp) -> int",
            ],
            "A whole number: doubles lose their fraction, timestamps become seconds since 1970.",
            [("int('42')", "42"), ("int(-7.9)", "-7")]
        ) { (arguments, _) throws(Fault) in try Conversion.int(arguments[0]).map(Value.int) },
        Function(
            "uint", ["uint(uint) -> uint", "uint(int) -> uint", "uint(double) -> uint", "uint(string) -> uint"],
            "A whole number from 0 on.", [("uint(42)", "42u")]
        ) { (arguments, _) throws(Fault) in try Conversion.uint(arguments[0]).map(Value.uint) },
        Function(
            "double",
            [
                "double(double) -> double", "double(int) -> double", "double(uint) -> double",
                "double(string) -> double", "double(number) -> double",
            ],
            "A number with fraction; digits beyond what a double holds are lost.", [("double('1.5')", "1.5")],
            steps: 12
        ) { (arguments, _) throws(Fault) in try Conversion.double(arguments[0]).map(Value.double) },
        Function(
            "string", ["string(any) -> string"], "Text of a number, bool, bytes, timestamp, duration or type.",
            [("string(1.0)", "'1'"), ("string(b'abc')", "'abc'")]
        ) { (arguments, frame) throws(Fault) in
            switch arguments[0] {
            case .double: try frame.spend(steps: 80)
            case .timestamp: try frame.spend(steps: 10)
            case .duration: try frame.spend(steps: 30)
            default: break
            }
            return try Conversion.string(arguments[0]).map(Value.string)
        },
        Function(
            "bytes", ["bytes(string) -> bytes", "bytes(bytes) -> bytes"], "The UTF-8 bytes of text.",
            [("bytes('ab')", "b'ab'")]
        ) { (arguments, _) in
            switch arguments[0] {
            case .string(let text): .bytes(Array(text.utf8))
            case .bytes: arguments[0]
            default: nil
            }
        },
        Function(
            "bool", ["bool(bool) -> bool", "bool(string) -> bool"],
            "A bool from 1, t, true, True, TRUE or 0, f, false, False, FALSE.", [("bool('true')", "true")]
        ) { (arguments, _) throws(Fault) in
            switch arguments[0] {
            case .bool: return arguments[0]
            case .string("1"), .string("t"), .string("true"), .string("True"), .string("TRUE"): return true
            case .string("0"), .string("f"), .string("false"), .string("False"), .string("FALSE"): return false
            case .string: throw .invalid("the text is no bool", hint: "write true or false")
            default: return nil
            }
        },
        Function("dyn", ["dyn(any) -> any"], "The value as it is.", [("dyn(1)", "1")], secrecy: .shallow) {
            (arguments, _) in arguments[0]
        },
        Function("type", ["type(any) -> type"], "The type of a value.", [("type(1)", "int")], secrecy: .shallow) {
            (arguments, _) in .type(arguments[0].type)
        },
    ]
}

/// CEL's conversions; nil where the type doesn't fit.
enum Conversion {
    static func int(_ value: Value) throws(Fault) -> Int64? {
        switch value {
        case .int(let number): return number
        case .uint(let number):
            guard let result = Int64(exactly: number) else { throw range("int") }
            return result
        case .double(let number):
            // The bounds themselves are refused: the nearest doubles may have been rounded to them.
            guard number > -0x1p63, number < 0x1p63 else { throw range("int") }
            return Int64(number)
        case .string(let text):
            guard let number = Int64(text) else { throw unreadable("a whole number") }
            return number
        case .timestamp(let time): return time.seconds
        case .number: throw range("int")
        default: return nil
        }
    }

    static func uint(_ value: Value) throws(Fault) -> UInt64? {
        switch value {
        case .uint(let number): return number
        case .int(let number):
            guard let result = UInt64(exactly: number) else { throw range("uint") }
            return result
        case .double(let number):
            guard number >= 0, number < 0x1p64 else { throw range("uint") }
            return UInt64(number)
        case .string(let text):
            guard let number = UInt64(text) else { throw unreadable("a whole number from 0 on") }
            return number
        case .number: throw range("uint")
        default: return nil
        }
    }

    static func double(_ value: Value) throws(Fault) -> Double? {
        switch value {
        case .double(let number): return number
        case .int(let number): return Double(number)
        case .uint(let number): return Double(number)
        case .number(let number): return number.approximate
        case .string(let text):
            switch text {
            case "NaN": return .nan
            case "Infinity", "+Infinity", "Inf", "+Inf": return .infinity
            case "-Infinity", "-Inf": return -.infinity
            default:
                guard let number = Double(text), text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else {
                    throw unreadable("a number")
                }
                return number
            }
        default: return nil
        }
    }

    static func string(_ value: Value) throws(Fault) -> String? {
        switch value {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return DoubleText.shortest(number)
        case .number(let number): return number.text
        case .bool(let flag): return String(flag)
        case .timestamp(let time): return time.rfc3339
        case .duration(let duration): return duration.celText
        case .type(let type): return type.rawValue
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .invalid("the bytes are no UTF-8 text", hint: "use base64.encode(bytes)")
            }
            return text
        case .null, .list, .map, .file:
            throw .invalid("string() can't take \(value.type.withArticle)", hint: "use to_json(x)")
        default: return nil
        }
    }

    private static func range(_ type: String) -> Fault {
        .invalid("the number doesn't fit into \(type == "int" ? "an int" : "a uint")")
    }

    private static func unreadable(_ what: String) -> Fault { .invalid("the text is not \(what)") }
}

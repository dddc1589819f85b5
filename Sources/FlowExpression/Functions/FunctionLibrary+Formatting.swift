import FlowCore

extension FunctionLibrary {
    static let formatting: [Function] = [
        Function(
            "format", ["string.format(list) -> string"],
            "Text with %s %d %f %e %b %o %x %X replaced by the items of a list.",
            [("'%s has %d'.format(['a', 2])", "'a has 2'"), ("'%.2f'.format([1.5])", "'1.50'")]
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0), let items = arguments.list(1) else { return nil }
            var formatter = PercentFormatter(items: items)
            return .string(try formatter.format(text, &frame))
        },
        Function(
            "format", ["format(string, ...) -> string"], "Text with {0}, {1} … replaced by the arguments.",
            [("format('{0} of {1}', 1, 'two')", "'1 of two'"), ("format('{{0}}')", "'{0}'")]
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0) else { return nil }
            return .string(try BraceFormatter.format(text, Array(arguments.values.dropFirst()), &frame))
        },
    ]
}

/// CEL's `format`: verbs of C's printf, with types checked.
struct PercentFormatter {
    private let items: [Value]
    private var next = 0

    init(items: [Value]) { self.items = items }

    mutating func format(_ text: String, _ frame: inout Frame) throws(Fault) -> String {
        try frame.spend(bytes: text.utf8.count)
        var result = ""
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if rest.first == "%" {
                rest.removeFirst()
                result += "%"
                continue
            }
            var precision: Int?
            if rest.first == "." {
                rest.removeFirst()
                var digits = ""
                while let digit = rest.first, ("0"..."9").contains(digit) {
                    digits.unicodeScalars.append(digit)
                    rest.removeFirst()
                }
                guard let count = Int(digits), count <= 1000 else {
                    throw .invalid("format() needs a number of digits up to 1000 after \"%.\"")
                }
                precision = count
            }
            guard let verb = rest.popFirst() else {
                throw .invalid("format() found a \"%\" at the end", hint: "write %% for the character")
            }
            // A number in C's notation costs as much as many terms, and more the longer it is.
            let isNumber = "fe".unicodeScalars.contains(verb)
            try frame.spend(steps: isNumber ? 60 : 16)
            let clause = try clause(verb, precision)
            if isNumber { try frame.spend(steps: clause.utf8.count / 3) }
            try frame.spend(bytes: clause.utf8.count)
            result += clause
        }
        return result
    }

    private mutating func clause(_ verb: Unicode.Scalar, _ precision: Int?) throws(Fault) -> String {
        guard "sdfebxXo".unicodeScalars.contains(verb) else {
            throw .invalid("format() doesn't know \"%\(verb)\"", hint: "use one of %s %d %f %e %b %o %x %X")
        }
        guard next < items.count else {
            throw .invalid("format() has \(items.count) values and needs more", hint: "add one for each %")
        }
        let value = items[next]
        next += 1
        if case .double(let number) = value, !number.isFinite, verb == "d" { return DoubleText.shortest(number) }
        let text: String? =
            switch verb {
            case "s": try PercentFormatter.text(value)
            case "d": PercentFormatter.integer(value, radix: 10)
            case "b": value.boolValue.map { $0 ? "1" : "0" } ?? PercentFormatter.integer(value, radix: 2)
            case "o": PercentFormatter.integer(value, radix: 8)
            case "x": PercentFormatter.hexadecimal(value)
            case "X": PercentFormatter.hexadecimal(value).map { $0.uppercased() }
            default:
                value.doubleValue.map { DoubleText.fixed($0, digits: precision ?? 6, scientific: verb == "e") }
            }
        guard let text else { throw .invalid("format() can't write \(value.type.withArticle) with %\(verb)") }
        return text
    }

    private static func integer(_ value: Value, radix: Int) -> String? {
        switch value {
        case .int(let number): String(number, radix: radix)
        case .uint(let number): String(number, radix: radix)
        default: nil
        }
    }

    private static func hexadecimal(_ value: Value) -> String? {
        switch value {
        case .string(let text): Hexadecimal.encode(text.utf8)
        case .bytes(let bytes): Hexadecimal.encode(bytes)
        default: integer(value, radix: 16)
        }
    }

    /// `%s`: lists and maps too, the latter with sorted keys.
    private static func text(_ value: Value) throws(Fault) -> String? {
        switch value {
        case .null: return "null"
        case .list(let items):
            var texts: [String] = []
            for item in items {
                guard let text = try text(item) else { return nil }
                texts.append(text)
            }
            return "[" + texts.joined(separator: ", ") + "]"
        case .map(let map):
            var texts: [(key: String, text: String)] = []
            for (key, value) in map {
                guard let text = try text(value) else { return nil }
                texts.append((key.text, "\(key.text): \(text)"))
            }
            texts.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return "{" + texts.map(\.text).joined(separator: ", ") + "}"
        case .file: return nil
        default: return try Conversion.string(value)
        }
    }
}

/// GitHub's `format`: `{0}` is the first argument, `{{` and `}}` are braces.
enum BraceFormatter {
    static func format(_ text: String, _ values: [Value], _ frame: inout Frame) throws(Fault) -> String {
        try frame.spend(bytes: text.utf8.count)
        var result = ""
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                result.unicodeScalars.append(scalar)
            case "{":
                var digits = ""
                while let digit = rest.first, ("0"..."9").contains(digit) {
                    digits.unicodeScalars.append(digit)
                    rest.removeFirst()
                }
                guard rest.popFirst() == "}", let index = Int(digits) else {
                    throw .invalid("format() found a lone \"{\"", hint: "write {0}, or {{ for the character")
                }
                guard index < values.count else {
                    throw .invalid("format() has \(values.count) values and no {\(index)}")
                }
                // A value may stand there many times.
                _ = try frame.read(values[index])
                try frame.spend(steps: 16)
                let clause: String
                do { clause = try values[index].formatted() } catch {
                    throw .invalid(error.message, hint: error.hint)
                }
                try frame.spend(bytes: clause.utf8.count)
                result += clause
            case "}": throw .invalid("format() found a lone \"}\"", hint: "write }} for the character")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

import FlowCore

extension FunctionLibrary {
    static let strings: [Function] = [
        Function(
            "contains",
            [
                "string.contains(string) -> bool", "list.contains(any) -> bool", "contains(string, string) -> bool",
                "contains(list, any) -> bool",
            ],
            "Whether text holds a part, or a list an item.",
            [("'flowctl'.contains('ow')", "true"), ("contains(['a'], 'a')", "true")]
        ) { (arguments, frame) throws(Fault) in
            if let items = arguments.list(0) { return try Comparison.isIn(arguments[1], .list(items), &frame) }
            guard let text = arguments.text(0), let part = arguments.text(1) else { return nil }
            try frame.spend(steps: (text.utf8.count + part.utf8.count) / 16)
            return .bool(Needle(Array(part.utf8)).first(in: Array(text.utf8), from: 0) != nil)
        },
        Function(
            "startsWith", ["string.startsWith(string) -> bool", "startsWith(string, string) -> bool"],
            "Whether text starts with another.", [("'flow'.startsWith('fl')", "true")]
        ) { (arguments, _) in
            guard let text = arguments.text(0), let part = arguments.text(1) else { return nil }
            return .bool(text.utf8.starts(with: part.utf8))
        },
        Function(
            "endsWith", ["string.endsWith(string) -> bool", "endsWith(string, string) -> bool"],
            "Whether text ends with another.", [("'flow'.endsWith('ow')", "true")]
        ) { (arguments, _) in
            guard let text = arguments.text(0), let part = arguments.text(1) else { return nil }
            return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
        },
        Function(
            "charAt", ["string.charAt(int) -> string"],
            "The character at a position counted in code points; empty right behind the last.",
            [("'tacocat'.charAt(3)", "'o'")]
        ) { (arguments, _) throws(Fault) in
            guard let text = arguments.text(0).map(Text.init), let index = arguments.int(1) else { return nil }
            guard index >= 0, index <= text.count else { throw Text.outOfRange(index, text.count) }
            return .string(index < text.count ? text[index..<index + 1] : "")
        },
        Function(
            "indexOf", ["string.indexOf(string) -> int", "string.indexOf(string, int) -> int"],
            "Where a part first stands, from a position on; -1 where it doesn't.",
            [("'tacocat'.indexOf('at', 2)", "5"), ("'tacocat'.indexOf('x')", "-1")]
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0).map(Text.init), let part = arguments.text(1).map(Text.init) else {
                return nil
            }
            guard arguments.count == 2 || arguments.int(2) != nil else { return nil }
            let start = arguments.int(2) ?? 0
            guard start >= 0, start <= text.count else { throw Text.outOfRange(start, text.count) }
            try frame.spend(steps: text.count)
            return .int(Int64(text.firstIndex(of: part, from: start) ?? -1))
        },
        Function(
            "lastIndexOf", ["string.lastIndexOf(string) -> int", "string.lastIndexOf(string, int) -> int"],
            "Where a part last stands, up to a position; -1 where it doesn't.",
            [("'tacocat'.lastIndexOf('a')", "5"), ("'tacocat'.lastIndexOf('a', 3)", "1")]
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0).map(Text.init), let part = arguments.text(1).map(Text.init) else {
                return nil
            }
            guard arguments.count == 2 || arguments.int(2) != nil else { return nil }
            let end = arguments.int(2) ?? text.count
            guard end >= 0, end <= text.count else { throw Text.outOfRange(end, text.count) }
            try frame.spend(steps: text.count)
            return .int(Int64(text.lastIndex(of: part, upTo: end) ?? -1))
        },
        Function(
            "substring", ["string.substring(int) -> string", "string.substring(int, int) -> string"],
            "The text from a position on, up to but without another.",
            [("'tacocat'.substring(4)", "'cat'"), ("'tacocat'.substring(0, 4)", "'taco'")]
        ) { (arguments, _) throws(Fault) in
            guard let text = arguments.text(0).map(Text.init), let start = arguments.int(1) else { return nil }
            guard arguments.count == 2 || arguments.int(2) != nil else { return nil }
            let end = arguments.int(2) ?? text.count
            guard start >= 0, start <= text.count else { throw Text.outOfRange(start, text.count) }
            guard end >= 0, end <= text.count else { throw Text.outOfRange(end, text.count) }
            guard start <= end else { throw .invalid("the start \(start) lies behind the end \(end)") }
            return .string(text[start..<end])
        },
        Function(
            "replace", ["string.replace(string, string) -> string", "string.replace(string, string, int) -> string"],
            "Every part replaced by another, or only the first so many.",
            [("'a-b-c'.replace('-', '+')", "'a+b+c'"), ("'a-b-c'.replace('-', '+', 1)", "'a+b-c'")]
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0), let part = arguments.text(1), let other = arguments.text(2),
                arguments.count == 3 || arguments.int(3) != nil
            else { return nil }
            let limit = arguments.int(3).map { $0 < 0 ? Int.max : $0 } ?? .max
            try frame.spend(steps: text.utf8.count)
            let pieces = Text(text).split(by: Text(part), limit: limit == .max ? limit : limit + 1, whole: false)
            try frame.spend(bytes: text.utf8.count + pieces.count * other.utf8.count)
            return .string(pieces.joined(separator: other))
        },
        Function(
            "split", ["string.split(string) -> list<string>", "string.split(string, int) -> list<string>"],
            "The parts between separators, in so many pieces at most.",
            [("'a,b,c'.split(',')", "['a', 'b', 'c']"), ("'a,b,c'.split(',', 2)", "['a', 'b,c']")]
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0), let separator = arguments.text(1),
                arguments.count == 2 || arguments.int(2) != nil
            else { return nil }
            let limit = arguments.int(2) ?? -1
            if limit == 0 { return .list([]) }
            try frame.spend(steps: text.utf8.count)
            try frame.spend(bytes: text.utf8.count)
            let pieces = Text(text).split(by: Text(separator), limit: limit < 0 ? .max : limit, whole: true)
            try frame.spend(bytes: pieces.count * MemoryLayout<Value>.stride)
            return .list(pieces.map(Value.string))
        },
        Function(
            "join", ["list.join() -> string", "list.join(string) -> string"],
            "The texts of a list in one, with a separator between.", [("['a', 'b'].join('-')", "'a-b'")]
        ) { (arguments, frame) throws(Fault) in
            guard let texts = arguments.texts(0), arguments.count == 1 || arguments.text(1) != nil else { return nil }
            return try joined(texts, arguments.text(1) ?? "", &frame)
        },
        Function(
            "join", ["join(list) -> string", "join(list, string) -> string"],
            "The items of a list as text in one, with a separator or commas between.",
            [("join([1, 'a'])", "'1,a'"), ("join(['a', 'b'], '')", "'ab'")]
        ) { (arguments, frame) throws(Fault) in
            guard let items = arguments.list(0), arguments.count == 1 || arguments.text(1) != nil else { return nil }
            var texts: [String] = []
            for item in items {
                do throws(Failure) { texts.append(try item.formatted()) } catch {
                    throw .invalid(error.message, hint: error.hint)
                }
            }
            return try joined(texts, arguments.text(1) ?? ",", &frame)
        },
        Function(
            "trim", ["string.trim() -> string"], "Without white space at both ends.", [("' a '.trim()", "'a'")]
        ) { (arguments, _) in
            guard let text = arguments.text(0) else { return nil }
            let scalars = text.unicodeScalars
            guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
                let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
            else { return "" }
            return .string(String(scalars[first...last]))
        },
        Function(
            "lowerAscii", ["string.lowerAscii() -> string"], "With the letters A to Z in lower case.",
            [("'TacoCÆt'.lowerAscii()", "'tacocÆt'")]
        ) { (arguments, _) in
            arguments.text(0).map { text in
                .string(String(decoding: text.utf8.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }, as: UTF8.self))
            }
        },
        Function(
            "upperAscii", ["string.upperAscii() -> string"], "With the letters a to z in upper case.",
            [("'taco'.upperAscii()", "'TACO'")]
        ) { (arguments, _) in
            arguments.text(0).map { text in
                .string(String(decoding: text.utf8.map { $0 >= 97 && $0 <= 122 ? $0 - 32 : $0 }, as: UTF8.self))
            }
        },
        Function(
            "reverse", ["string.reverse() -> string", "list<T>.reverse() -> list<T>"],
            "The characters of text, or the items of a list, from the last to the first.",
            [("'abc'.reverse()", "'cba'"), ("[1, 2].reverse()", "[2, 1]")], secrecy: .shallow
        ) { (arguments, frame) throws(Fault) in
            switch arguments[0] {
            case .string(let text): return .string(Text.string(text.unicodeScalars.reversed()))
            case .list(let items):
                try frame.make(items: items.count)
                return .list(items.reversed())
            default: return nil
            }
        },
        Function(
            "strings.quote", ["strings.quote(string) -> string"],
            "The text in double quotes, with escapes for quotes, backslashes and control characters.",
            [("strings.quote('a\\n')", "r'\"a\\n\"'")]
        ) { (arguments, _) in arguments.text(0).map { .string(Text.quoted($0)) } },
    ]

    private static func joined(_ texts: [String], _ separator: String, _ frame: inout Frame) throws(Fault) -> Value {
        try frame.spend(steps: texts.count)
        try frame.spend(bytes: texts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count })
        return .string(texts.joined(separator: separator))
    }
}

import FlowCore

extension Function {
    /// Whether the first argument behind the text is a regular expression.
    var takesPattern: Bool { name == "matches" || name.hasPrefix("regex.") }
}

extension FunctionLibrary {
    static let regularExpressions: [Function] = [
        Function(
            "matches", ["string.matches(string) -> bool", "matches(string, string) -> bool"],
            "Whether some part of the text matches a regular expression in RE2's syntax.",
            [("'v1.20'.matches(r'^v[0-9]+\\.[0-9]+$')", "true")], steps: 12
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0), let pattern = arguments.text(1) else { return nil }
            return .bool(try frame.pattern(pattern).isFound(in: text, &frame))
        },
        Function(
            "regex.replace",
            [
                "regex.replace(string, string, string) -> string",
                "regex.replace(string, string, string, int) -> string",
            ],
            "Every match replaced, or the first so many; \\1 in the replacement is the first group.",
            [("regex.replace('a1b2', r'([0-9])', r'<\\1>')", "'a<1>b<2>'")], steps: 30
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0), let pattern = arguments.text(1), let other = arguments.text(2),
                arguments.count == 3 || arguments.int(3) != nil
            else { return nil }
            let limit = arguments.int(3).map { $0 < 0 ? Int.max : $0 } ?? .max
            let compiled = try frame.pattern(pattern)
            let replacement = try Replacement(other, groups: compiled.groupCount)
            return .string(try compiled.replacing(in: text, limit: limit, &frame, replacement.text))
        },
        Function(
            "regex.extract", ["regex.extract(string, string) -> optional<string>"],
            "The first match, or its group where there is one, as an optional.",
            [
                ("regex.extract('id=42', r'id=([0-9]+)').value()", "'42'"),
                ("regex.extract('x', r'[0-9]').hasValue()", "false"),
            ], steps: 30
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0), let pattern = arguments.text(1) else { return nil }
            return .optional(try extracted(text, pattern, limit: 1, &frame).first)
        },
        Function(
            "regex.extractAll", ["regex.extractAll(string, string) -> list<string>"],
            "Every match, or its group where there is one.",
            [("regex.extractAll('a1b22', r'[0-9]+')", "['1', '22']")], steps: 30
        ) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0), let pattern = arguments.text(1) else { return nil }
            return .list(try extracted(text, pattern, limit: .max, &frame))
        },
    ]

    private static func extracted(
        _ text: String, _ pattern: String, limit: Int, _ frame: inout Frame
    ) throws(Fault) -> [Value] {
        let pattern = try frame.pattern(pattern)
        guard pattern.groupCount <= 1 else {
            throw .invalid(
                "extracting needs a regular expression with one group at most",
                hint: "write (?:…) for groups that aren't wanted")
        }
        return try pattern.matches(in: text, limit: limit, &frame).compactMap { groups in
            (groups.count > 1 ? groups[1] : groups[0]).map(Value.string)
        }
    }
}

/// What stands for a match: text, and `\0` to `\9` for its groups.
private struct Replacement {
    private enum Piece {
        case text(String)
        case group(Int)
    }

    private var pieces: [Piece] = []

    init(_ text: String, groups: Int) throws(Fault) {
        var rest = Array(text.unicodeScalars)[...]
        var literal = ""
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                literal.unicodeScalars.append(scalar)
                continue
            }
            guard let next = rest.popFirst(), next == "\\" || ("0"..."9").contains(next) else {
                throw .invalid("a backslash in a replacement needs a digit", hint: "write \\\\ for a backslash")
            }
            guard let group = Int(String(next)) else {
                literal += "\\"
                continue
            }
            guard group <= groups else { throw .invalid("the regular expression has no group \(group)") }
            pieces.append(.text(literal))
            pieces.append(.group(group))
            literal = ""
        }
        pieces.append(.text(literal))
    }

    func text(_ groups: [String?]) -> String {
        pieces.reduce(into: "") { result, piece in
            switch piece {
            case .text(let text): result += text
            case .group(let index): result += groups[index] ?? ""
            }
        }
    }
}

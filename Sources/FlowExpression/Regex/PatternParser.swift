import FlowCore

/// Reads RE2's syntax: what it lacks (look-around, back-references) can't be matched in linear time.
struct PatternParser {
    /// As RE2 has it: more repetitions of one item are refused.
    static let maximumRepetition = 1000
    private static let maximumDepth = 200

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var flags = Flags()
    /// Between `\Q` and `\E`, where every character is itself.
    private var isQuoting = false
    private(set) var groupCount = 0
    private var groupNames: Set<String> = []

    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesNewline = false
        var isUngreedy = false
    }

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func parse() throws(PatternFault) -> PatternSyntax {
        let syntax = try alternatives()
        guard position == scalars.count else { throw PatternFault("the regular expression has a \")\" too many") }
        return syntax
    }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    private func stands(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        return position + wanted.count <= scalars.count && Array(scalars[position..<position + wanted.count]) == wanted
    }

    private mutating func next() throws(PatternFault) -> Unicode.Scalar {
        guard let scalar = current else { throw PatternFault("the regular expression ends too early") }
        position += 1
        return scalar
    }

    private mutating func alternatives() throws(PatternFault) -> PatternSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= PatternParser.maximumDepth else {
            throw PatternFault("the regular expression is nested too deeply")
        }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(PatternFault) -> PatternSyntax {
        var items: [PatternSyntax] = []
        while let scalar = current, isQuoting || (scalar != "|" && scalar != ")") {
            guard let atom = isQuoting ? try quotedCharacter() : try atom() else { continue }
            items.append(try repeated(atom))
        }
        return items.isEmpty ? .empty : items.count == 1 ? items[0] : .sequence(items)
    }

    private mutating func repeated(_ atom: PatternSyntax) throws(PatternFault) -> PatternSyntax {
        guard !isQuoting else { return atom }
        var minimum: Int
        var maximum: Int?
        switch current {
        case "*": (minimum, maximum) = (0, nil)
        case "+": (minimum, maximum) = (1, nil)
        case "?": (minimum, maximum) = (0, 1)
        case "{":
            guard let bounds = try bounds() else { return atom }
            (minimum, maximum) = bounds
            position -= 1
        default: return atom
        }
        position += 1
        let isGreedy = take("?") == flags.isUngreedy
        let next = position
        let isRepeated = current == "{" ? try bounds() != nil : current.map("*+?".unicodeScalars.contains) ?? false
        if isRepeated {
            let shown = String(String.UnicodeScalarView(scalars[next..<max(position, next + 1)]))
            throw PatternFault("\"\(shown)\" repeats a repetition", hint: "group what is repeated: (…)\(shown)")
        }
        return .repetition(atom, minimum: minimum, maximum: maximum, isGreedy: isGreedy)
    }

    /// `{n}`, `{n,}` or `{n,m}`; nil, and nothing read, where the brace is a plain character.
    private mutating func bounds() throws(PatternFault) -> (Int, Int?)? {
        let start = position
        position += 1
        guard let minimum = number() else {
            position = start
            return nil
        }
        var maximum: Int? = minimum
        if take(",") { maximum = current == "}" ? nil : number() ?? -1 }
        guard take("}"), maximum != -1 else {
            position = start
            return nil
        }
        guard max(minimum, maximum ?? 0) <= PatternParser.maximumRepetition else {
            throw PatternFault("a regular expression may repeat \(PatternParser.maximumRepetition) times at most")
        }
        if let maximum, maximum < minimum {
            throw PatternFault("the repetition {\(minimum),\(maximum)} ends before it starts")
        }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = current, let digit = Int(String(scalar)), scalar.isASCII, (value ?? 0) < 100_000 {
            value = (value ?? 0) * 10 + digit
            position += 1
        }
        return value
    }

    /// The next item; nil where only flags were set. A `{` that is no repetition is a character.
    private mutating func atom() throws(PatternFault) -> PatternSyntax? {
        let scalar = try next()
        switch scalar {
        case ".": return .set(flags.dotMatchesNewline ? .any : CodePoints.newline.complement)
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "(": return try group()
        case "[": return .set(try characterClass())
        case "\\": return try escape()
        case "*", "+", "?":
            throw PatternFault("\"\(scalar)\" has nothing to repeat", hint: "write \"\\\(scalar)\" for the character")
        default: return literal(scalar)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternSyntax {
        .set(folded(CodePoints(scalar)))
    }

    private func folded(_ set: CodePoints) -> CodePoints { flags.ignoresCase ? set.ignoringCase : set }
}

// MARK: - Groups and escapes

extension PatternParser {
    private mutating func group() throws(PatternFault) -> PatternSyntax? {
        var index: Int?
        let outer = flags
        if take("?") {
            if stands("P<") || (current == "<" && !stands("<=") && !stands("<!")) {
                _ = take("P")
                _ = take("<")
                groupCount += 1
                index = groupCount
                try name()
            } else {
                guard try readFlags() else { return nil }
            }
        } else {
            groupCount += 1
            index = groupCount
        }
        let inner = try alternatives()
        guard take(")") else { throw PatternFault("the regular expression lacks a \")\"") }
        flags = outer
        return .group(inner, index: index)
    }

    private mutating func name() throws(PatternFault) {
        var name = ""
        while let scalar = current, scalar != ">" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        let isName = !name.isEmpty && name.utf8.allSatisfy(Lexer.continuesName)
        guard take(">"), isName, groupNames.insert(name).inserted else {
            throw PatternFault("the regular expression has a group without a proper name of its own")
        }
    }

    /// Reads `i`, `m`, `s`, `U` after `(?`; true where a group follows, false where they hold from here on.
    private mutating func readFlags() throws(PatternFault) -> Bool {
        var isSet = true
        while true {
            let scalar = try next()
            switch scalar {
            case "i": flags.ignoresCase = isSet
            case "m": flags.isMultiline = isSet
            case "s": flags.dotMatchesNewline = isSet
            case "U": flags.isUngreedy = isSet
            case "-" where isSet: isSet = false
            case ":": return true
            case ")": return false
            case "=", "!", "<":
                throw PatternFault(
                    "regular expressions have no look-ahead and no look-behind here",
                    hint: "test twice and join the tests with && and !")
            default: throw PatternFault("\"(?\(scalar)\" is no group of a regular expression")
            }
        }
    }

    private mutating func escape() throws(PatternFault) -> PatternSyntax? {
        guard current != nil else { throw PatternFault("the regular expression ends with a backslash") }
        let scalar = try next()
        switch scalar {
        case "A": return .assertion(.textStart)
        case "z": return .assertion(.textEnd)
        case "b": return .assertion(.wordBoundary)
        case "B": return .assertion(.notWordBoundary)
        case "Q":
            isQuoting = !stands("\\E")
            if !isQuoting { position += 2 }
            return nil
        case "E": return nil
        case "1"..."9" where !isOctal(scalar) || !isOctal(current):
            throw PatternFault(
                "regular expressions have no back-references here", hint: "compare the parts after extracting them")
        default:
            position -= 1
            if let set = try escapedSet() { return .set(set) }
            return literal(try escapedCharacter())
        }
    }

    /// A digit 1 to 7 stands for a character by its number where another digit follows.
    private func isOctal(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { $0 >= "0" && $0 <= "7" } ?? false }

    private mutating func quotedCharacter() throws(PatternFault) -> PatternSyntax {
        let character = literal(try next())
        if stands("\\E") {
            isQuoting = false
            position += 2
        }
        return character
    }

    /// `\d`, `\pL`, `\p{Greek}` and their opposites; nil, and nothing read, for other escapes.
    private mutating func escapedSet() throws(PatternFault) -> CodePoints? {
        let scalar = try next()
        switch scalar {
        case "d": return .digits
        case "D": return CodePoints.digits.complement
        case "s": return .blanks
        case "S": return CodePoints.blanks.complement
        case "w": return folded(.word)
        case "W": return folded(.word).complement
        case "p", "P":
            var name = ""
            if take("{") {
                while let letter = current, letter != "}" {
                    name.unicodeScalars.append(letter)
                    position += 1
                }
                guard take("}") else { throw PatternFault("\"\\p{\" lacks its \"}\"") }
            } else {
                name = String(try next())
            }
            let isNegated = name.hasPrefix("^") != (scalar == "P")
            if name.hasPrefix("^") { name.removeFirst() }
            guard let set = UnicodeProperty.codePoints(name) else {
                throw PatternFault(
                    "\"\\p{\(name)}\" is neither a general category nor a script of Unicode",
                    hint: Suggestion.didYouMean(name, among: UnicodeProperty.names)
                        ?? "use one such as \\p{L}, \\p{Lu} or \\p{Greek}")
            }
            return isNegated ? folded(set).complement : folded(set)
        default:
            position -= 1
            return nil
        }
    }

    private mutating func escapedCharacter() throws(PatternFault) -> Unicode.Scalar {
        let scalar = try next()
        switch scalar {
        case "a": return "\u{7}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{B}"
        case "0"..."7":
            var digits = String(scalar)
            while digits.utf8.count < 3, let digit = current, ("0"..."7").contains(digit) {
                digits.unicodeScalars.append(digit)
                position += 1
            }
            return try character(digits, radix: 8)
        case "x":
            var digits = ""
            if take("{") {
                while let digit = current, digit != "}" {
                    digits.unicodeScalars.append(digit)
                    position += 1
                }
                guard take("}") else { throw PatternFault("\"\\x{\" lacks its \"}\"") }
            } else {
                digits = String(try next()) + String(try next())
            }
            return try character(digits, radix: 16)
        default:
            guard scalar.isASCII, !Lexer.continuesName(UInt8(scalar.value)) || scalar == "_" else {
                throw PatternFault(
                    "\"\\\(scalar)\" is no escape of a regular expression", hint: "double a backslash that is meant")
            }
            return scalar
        }
    }

    private func character(_ digits: String, radix: Int) throws(PatternFault) -> Unicode.Scalar {
        guard let code = UInt32(digits, radix: radix), let scalar = Unicode.Scalar(code) else {
            throw PatternFault("\"\(digits)\" is no character of a regular expression")
        }
        return scalar
    }
}

// MARK: - Classes

extension PatternParser {
    private static let namedClasses: [String: [ClosedRange<UInt32>]] = [
        "alnum": [48...57, 65...90, 97...122], "alpha": [65...90, 97...122], "ascii": [0...127],
        "blank": [9...9, 32...32], "cntrl": [0...31, 127...127], "digit": [48...57], "graph": [33...126],
        "lower": [97...122], "print": [32...126], "punct": [33...47, 58...64, 91...96, 123...126],
        "space": [9...13, 32...32], "upper": [65...90], "word": CodePoints.word.ranges,
        "xdigit": [48...57, 65...70, 97...102],
    ]

    private mutating func characterClass() throws(PatternFault) -> CodePoints {
        let isNegated = take("^")
        var parts: [ClosedRange<UInt32>] = []
        var isFirst = true
        while true {
            guard let scalar = current else { throw PatternFault("the regular expression lacks a \"]\"") }
            if scalar == "]", !isFirst {
                position += 1
                let set = CodePoints(parts)
                return isNegated ? set.complement : set
            }
            isFirst = false
            if stands("[:") {
                parts += try namedClass().ranges
                continue
            }
            if scalar == "\\" {
                position += 1
                if let part = try escapedSet() {
                    parts += part.ranges
                    continue
                }
                position -= 1
            }
            let low = try classCharacter()
            var high = low
            if current == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                high = try classCharacter()
            }
            guard low <= high else { throw PatternFault("the range \"\(low)-\(high)\" ends before it starts") }
            parts += folded(CodePoints([low.value...high.value])).ranges
        }
    }

    private mutating func classCharacter() throws(PatternFault) -> Unicode.Scalar {
        take("\\") ? try escapedCharacter() : try next()
    }

    private mutating func namedClass() throws(PatternFault) -> CodePoints {
        position += 2
        let isNegated = take("^")
        var name = ""
        while let letter = current, letter != ":" {
            name.unicodeScalars.append(letter)
            position += 1
        }
        guard take(":"), take("]"), let ranges = PatternParser.namedClasses[name] else {
            throw PatternFault("\"[:\(name):]\" is no character class")
        }
        let set = folded(CodePoints(ranges))
        return isNegated ? set.complement : set
    }
}

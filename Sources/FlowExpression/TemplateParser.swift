import FlowCore

/// Finds the `${{ }}` in a text. The lexer decides where an expression ends, so that `}}` may stand in its strings and
/// maps; `$${{` stands for a literal `${{`.
struct TemplateParser {
    enum Piece: Equatable {
        case text(String)
        /// The expression without blanks around it, and where it starts in the text.
        case expression(String, offset: Int)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var literal: [UInt8] = []
    private(set) var pieces: [Piece] = []
    private(set) var faults: [SyntaxFault] = []

    private static let opening = Array("${{".utf8)

    init(_ text: String) { bytes = Array(text.utf8) }

    static func holdsExpression(_ text: String) -> Bool { text.utf8.contains(0x24) && text.contains("${{") }

    mutating func parse() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "$"), bytes[(position + 1)...].starts(with: TemplateParser.opening) {
                literal.append(contentsOf: TemplateParser.opening)
                position += 4
            } else if bytes[position...].starts(with: TemplateParser.opening) {
                expression()
            } else {
                literal.append(bytes[position])
                position += 1
            }
        }
        flush()
    }

    private mutating func flush() {
        if !literal.isEmpty { pieces.append(.text(String(decoding: literal, as: UTF8.self))) }
        literal = []
    }

    private mutating func expression() {
        flush()
        let opening = position
        position += 3
        do {
            let end = try endOfExpression(from: position)
            var body = bytes[position..<end]
            while let first = body.first, TemplateParser.isBlank(first) { body.removeFirst() }
            while let last = body.last, TemplateParser.isBlank(last) { body.removeLast() }
            pieces.append(.expression(String(decoding: body, as: UTF8.self), offset: body.startIndex))
            position = end + 2
        } catch {
            faults.append(error)
            // Go on behind the next "}}", so that later mistakes are found as well.
            var next = opening + 3
            while next < bytes.count, !bytes[next...].starts(with: "}}".utf8) { next += 1 }
            position = min(next + 2, bytes.count)
        }
    }

    private func endOfExpression(from start: Int) throws(SyntaxFault) -> Int {
        var lexer = Lexer(bytes, at: start)
        var depth = 0
        while true {
            let token = try lexer.next()
            switch token.kind {
            case .symbol(.openBrace): depth += 1
            case .symbol(.closeBrace) where depth > 0: depth -= 1
            case .symbol(.closeBrace):
                let end = token.range.lowerBound
                if end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "}") { return end }
                throw SyntaxFault(
                    message: "a single \"}\" in an expression", hint: "close the expression with \"}}\"",
                    range: token.range)
            case .end:
                throw SyntaxFault(
                    id: "unclosed-template", message: "\"${{\" without \"}}\"",
                    hint: "close the expression with \"}}\", or write \"$${{\" for a literal \"${{\"",
                    range: start - 3..<start)
            default: break
            }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
}

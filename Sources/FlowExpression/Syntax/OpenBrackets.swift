extension Expression {
    /// Whether `text` stops inside brackets or a string of several lines, so that an expression may go on in the next.
    package static func isOpen(_ text: String) -> Bool {
        var lexer = Lexer(text)
        var depth = 0
        do throws(SyntaxFault) {
            while true {
                switch try lexer.next().kind {
                case .symbol(.openParenthesis), .symbol(.openBracket), .symbol(.openBrace): depth += 1
                case .symbol(.closeParenthesis), .symbol(.closeBracket), .symbol(.closeBrace): depth -= 1
                case .end: return depth > 0
                default: break
                }
            }
        } catch {
            // A mistake is told at once, but for a string that ends in a later line.
            return text.components(of: "\"\"\"") % 2 == 1 || text.components(of: "'''") % 2 == 1
        }
    }
}

extension String {
    fileprivate func components(of mark: String) -> Int { ranges(of: mark).count }
}

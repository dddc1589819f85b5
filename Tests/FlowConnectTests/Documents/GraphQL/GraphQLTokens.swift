/// The words of a GraphQL text: names, numbers, strings, variables and punctuation; commas and comments are left out
/// (specification of 2021-10, 2.1).
struct GraphQLTokens {
    enum Token: Equatable {
        case name(String)
        case number(String)
        case string
        case mark(String)
        case end
    }

    private let tokens: [Token]
    private var position = 0

    init(_ text: String) {
        var tokens: [Token] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "#"): rest = rest.drop { $0 != UInt8(ascii: "\n") }
            case UInt8(ascii: "\""):
                rest = GraphQLTokens.afterString(rest)
                tokens.append(.string)
            case _ where GraphQLTokens.isNameStart(byte):
                tokens.append(
                    .name(GraphQLTokens.take(&rest) { GraphQLTokens.isNameStart($0) || GraphQLTokens.isDigit($0) }))
            case _ where GraphQLTokens.isDigit(byte) || byte == UInt8(ascii: "-"):
                let marks = Set("+-.eE".utf8)
                tokens.append(.number(GraphQLTokens.take(&rest) { GraphQLTokens.isDigit($0) || marks.contains($0) }))
            case _ where byte <= 0x20 || byte == UInt8(ascii: ","): rest = rest.dropFirst()
            default:
                tokens.append(.mark(rest.starts(with: "...".utf8) ? "..." : String(UnicodeScalar(byte))))
                rest = rest.dropFirst(rest.starts(with: "...".utf8) ? 3 : 1)
            }
        }
        self.tokens = tokens
    }

    var next: Token { position < tokens.count ? tokens[position] : .end }

    mutating func advance() { position += 1 }

    /// Takes the mark if it comes next.
    mutating func takes(_ mark: String) -> Bool {
        guard next == .mark(mark) else { return false }
        advance()
        return true
    }

    /// Takes the name if it comes next.
    mutating func takes(word: String) -> Bool {
        guard next == .name(word) else { return false }
        advance()
        return true
    }

    mutating func name() -> String? {
        guard case .name(let name) = next else { return nil }
        advance()
        return name
    }

    /// Descriptions stand before what they are about.
    mutating func skipStrings() {
        while next == .string { advance() }
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, while isPart: (UInt8) -> Bool) -> String {
        let word = rest.prefix { isPart($0) }
        rest = rest.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }

    private static func afterString(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let quotes = "\"\"\"".utf8
        let isBlock = text.starts(with: quotes)
        var rest = text.dropFirst(isBlock ? 3 : 1)
        while let byte = rest.first {
            if byte == UInt8(ascii: "\\") {
                rest = rest.dropFirst(isBlock && rest.dropFirst().starts(with: quotes) ? 4 : isBlock ? 1 : 2)
            } else if isBlock ? rest.starts(with: quotes) : byte == UInt8(ascii: "\"") {
                return rest.dropFirst(isBlock ? 3 : 1)
            } else {
                rest = rest.dropFirst()
            }
        }
        return rest
    }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

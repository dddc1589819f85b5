/// Text as those take it that know no characters of several code points: shells, databases, servers that read a path. To
/// Swift a quote and a combining mark behind it are one character, which is no quote.
extension String {
    /// What stands between the separators, empty pieces too.
    package func pieces(between separator: Unicode.Scalar) -> [String] {
        unicodeScalars.split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }

    /// Between two quotes, with those within written as `escaped`.
    package func enclosed(in quote: Unicode.Scalar, escaping escaped: String) -> String {
        "\(quote)\(pieces(between: quote).joined(separator: escaped))\(quote)"
    }

    /// In single quotes, in which a shell reads nothing else.
    package var inShellQuotes: String { enclosed(in: "'", escaping: #"'\''"#) }

    /// As one word of a shell: in quotes where a shell would read more into it.
    package var asShellWord: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: "/._-+@:,=".utf8.contains(byte)
            }
        }
        return isPlain && !isEmpty ? self : inShellQuotes
    }

    /// As SQL writes names: a quote within is written twice.
    package func asSQLName(quotedBy quote: Unicode.Scalar = "\"") -> String {
        enclosed(in: quote, escaping: "\(quote)\(quote)")
    }
}

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

    /// The parts of a name such as `sales.orders`, in SQL's quotes or without: `sales."orders.2026"`.
    ///
    /// Only quotes around a whole part are such; others belong to the name.
    package func sqlNameParts(quotedBy quote: Unicode.Scalar = "\"") -> [String] {
        var parts: [String] = []
        var rest = unicodeScalars[...]
        while !rest.isEmpty {
            let part = Self.quotedPart(of: rest, quote) ?? (String(rest.prefix { $0 != "." }), rest.drop { $0 != "." })
            if !part.name.isEmpty { parts.append(part.name) }
            rest = part.rest.dropFirst()
        }
        return parts
    }

    /// nil where no part in quotes begins here and ends before a dot or at the end.
    private static func quotedPart(
        of text: Substring.UnicodeScalarView, _ quote: Unicode.Scalar
    ) -> (name: String, rest: Substring.UnicodeScalarView)? {
        guard text.first == quote else { return nil }
        var name = String.UnicodeScalarView()
        var rest = text.dropFirst()
        while let scalar = rest.popFirst() {
            if scalar == quote {
                guard rest.first == quote else {
                    return rest.isEmpty || rest.first == "." ? (String(name), rest) : nil
                }
                rest = rest.dropFirst()
            }
            name.append(scalar)
        }
        return nil
    }
}

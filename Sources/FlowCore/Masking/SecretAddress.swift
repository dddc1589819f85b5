/// The parts of an address that is a secret, such as that of a webhook, which are shown without the rest of it: logs leave
/// out its query, traces what has the name of a secret, and clients write its host in lower case.
enum SecretAddress {
    /// A user's name that is longer is more likely a token.
    private static let longestName = 20
    /// A parameter's value that is shorter is more likely a word or a number.
    private static let shortestValue = 16

    /// Empty where the secret is no address.
    static func parts(of secret: String) -> [String] {
        guard let start = secret.firstRange(of: "://"), !secret.contains(where: \.isWhitespace),
            secret[..<start.lowerBound].allSatisfy({ $0.isASCII && $0.isLetter || "+-.".contains($0) })
        else { return [] }
        let rest = secret[start.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest[authority.endIndex...].prefix { !"?#".contains($0) }
        let query = rest[path.endIndex...]
        let at = authority.lastIndex(of: "@")
        let host = at.map { authority[authority.index(after: $0)...] } ?? authority
        var parts: [String] = []
        if let at { parts += secrets(inUser: authority[..<at]) }
        let values = query.split(whereSeparator: "?#&".contains).compactMap { pair in
            pair.firstIndex(of: "=").map { PercentEncoding.decode(String(pair[pair.index(after: $0)...])) }
        }
        parts += values.filter { $0.utf8.count >= shortestValue }
        let hasUpperCase = host.contains(where: \.isUppercase)
        // Else it is shown whole. Of a database's address the path is but a name.
        if secret.lowercased().hasPrefix("http"), at != nil || !query.isEmpty || hasUpperCase {
            parts.append(String(path))
        }
        if hasUpperCase { parts.append(host.lowercased()) }
        return parts
    }

    private static func secrets(inUser text: Substring) -> [String] {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            .map { PercentEncoding.decode(String($0)) }
        return parts.count < 2 || parts[0].utf8.count > longestName ? parts : [parts[1]]
    }
}

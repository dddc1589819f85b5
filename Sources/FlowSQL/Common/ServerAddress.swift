import FlowCore

/// An address such as `postgresql://ada:secret@db.example.com:5432/shop?sslmode=verify-full`.
///
/// No message repeats any of it: it holds a password.
struct ServerAddress {
    private(set) var user: String?
    private(set) var password: String?
    private(set) var host: String?
    private(set) var port: String?
    /// Without the slash before it.
    private(set) var path: String?
    private(set) var parameters: [(name: String, value: String)] = []

    /// - Parameter wrong: makes the failure from what is wrong, as `is no address`, and a hint.
    init(
        _ text: String, schemes: [String], wrong: (String, String) -> Failure
    ) throws(Failure) {
        let example = "write it as \(schemes[0])://USER:PASSWORD@HOST:PORT/DATABASE"
        guard let mark = text.firstRange(of: "://"), schemes.contains(text[..<mark.lowerBound].lowercased()) else {
            throw wrong("does not start with \(schemes.map { $0 + "://" }.joined(separator: " or "))", example)
        }
        guard !text.contains(where: \.isWhitespace) else { throw wrong("holds a space", "write %20 for it") }
        let (before, query) = Self.split(text[mark.upperBound...], at: "?")
        let (authority, path) = Self.split(before, at: "/")
        func decoded(_ part: Substring?) -> String? {
            part.flatMap { $0.isEmpty ? nil : PercentEncoding.decode(String($0)) }
        }
        var server = authority
        if let at = authority.lastIndex(of: "@") {
            let (user, password) = Self.split(authority[..<at], at: ":")
            self.user = decoded(user)
            self.password = decoded(password)
            server = authority[authority.index(after: at)...]
        }
        guard !server.contains(",") else { throw wrong("names several hosts", "give one") }
        if server.hasPrefix("["), let end = server.firstIndex(of: "]") {
            host = String(server[server.index(after: server.startIndex)..<end])
            let rest = server[server.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw wrong("is no address", example) }
            port = rest.count > 1 ? String(rest.dropFirst()) : nil
        } else {
            let (name, port) = Self.split(server, at: ":")
            host = decoded(name)
            self.port = decoded(port)
        }
        self.path = decoded(path)
        for pair in query?.split(separator: "&") ?? [] {
            let (name, value) = Self.split(pair, at: "=")
            parameters.append((decoded(name) ?? "", decoded(value) ?? ""))
        }
    }

    private static func split(_ text: Substring, at mark: Character) -> (Substring, Substring?) {
        guard let place = text.firstIndex(of: mark) else { return (text, nil) }
        return (text[..<place], text[text.index(after: place)...])
    }
}

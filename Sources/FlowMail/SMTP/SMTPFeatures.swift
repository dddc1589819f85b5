/// What a server has said of itself in its answer to EHLO.
struct SMTPFeatures: Sendable {
    /// Its extensions by name, in capitals, with their arguments.
    let extensions: [(name: String, arguments: [String])]

    /// - Parameter lines: all it said while the connection was made. Before TLS it said it in clear, where anybody could
    ///   have; only the last answer counts.
    init(_ lines: [String]) {
        var found: [String] = []
        var block: [String] = []
        for line in lines {
            guard line.hasPrefix("250") else {
                block = []
                continue
            }
            block.append(line)
            if !line.hasPrefix("250-") {
                found = block
                block = []
            }
        }
        // The first line greets.
        extensions = found.dropFirst().compactMap { line in
            let words = line.dropFirst(4).split(separator: " ").map(String.init)
            return words.first.map { ($0.uppercased(), Array(words.dropFirst())) }
        }
    }

    func arguments(of name: String) -> [String]? { extensions.first { $0.name == name }?.arguments }

    /// Whether several commands may be sent before the first answer (RFC 2920).
    var takesSeveralCommands: Bool { arguments(of: "PIPELINING") != nil }
    var takesSize: Bool { arguments(of: "SIZE") != nil }
    /// The largest message in bytes (RFC 1870); nil where it doesn't say.
    var largestMessage: Int64? { arguments(of: "SIZE")?.first.flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil } }
    var authentication: [String] { arguments(of: "AUTH") ?? [] }
}

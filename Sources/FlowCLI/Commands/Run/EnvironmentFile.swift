import FlowCore

/// Lines of `NAME=value`; blank lines and those that start with `#` are left out, `export ` before a name too, and
/// quotes around a whole value.
struct EnvironmentFile {
    private let text: String

    init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

    /// Adds the variables to a session's environment; they win over the process's own.
    ///
    /// - Throws: an `Exit` of status `usage` that names the line, never its value.
    func add(to session: inout Session) throws {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var line = Substring(line.filter { $0 != "\r" }).drop { $0 == " " }
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = line.dropFirst(7) }
            guard let equals = line.firstIndex(of: "="), EnvironmentFile.isName(line[..<equals]) else {
                throw Exit.usage(
                    "line \(number + 1) of the environment file is not NAME=value",
                    hint: "use letters, digits and _ in names, and one variable per line")
            }
            session.environment[String(line[..<equals])] = EnvironmentFile.unquoted(line[line.index(after: equals)...])
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func unquoted(_ text: Substring) -> String {
        for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst().dropLast())
        }
        return String(text)
    }
}

/// The rules for ids and names that expressions use.
enum Identifier {
    /// Roots that expressions see, apart from the names of loop items.
    static let contexts = ["inputs", "vars", "env", "secrets", "steps", "event", "run"]

    private static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    /// Handlers, below whose names stand the paths of their steps.
    static let handlers = Step.runHandlers.union([String(Step.handlerPrefix.dropLast())])

    static func isReserved(_ name: String) -> Bool { reserved.contains(name) }

    /// Why `name` can't be an id; nil where it can.
    static func objection(to name: String, allowsContexts: Bool = false) -> String? {
        let rest = name.utf8.dropFirst()
        guard let first = name.utf8.first, isLower(first), rest.allSatisfy({ isLower($0) || isDigit($0) || $0 == 0x5F })
        else { return "must start with a letter a-z and hold only a-z, 0-9 and _" }
        if reserved.contains(name) { return "is a word of the expression language" }
        if !allowsContexts, contexts.contains(name) || name == "absent" { return "is a name that expressions use" }
        return nil
    }

    /// `name` in the one spelling, where that is an id.
    static func mended(_ name: String) -> String? {
        let mended = String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        return mended != name && objection(to: mended) == nil && !handlers.contains(mended) ? mended : nil
    }

    /// Whether `name` can name an environment variable.
    static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { isLower($0 | 0x20) || isDigit($0) || $0 == 0x5F }
    }

    private static func isLower(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}

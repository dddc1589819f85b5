/// Texts that stand for a value in examples.
enum Placeholder {
    private static let words: Set = [
        "changeme", "change_me", "placeholder", "redacted", "secret", "todo", "token", "tbd", "none", "null",
        "undefined",
    ]

    /// - Parameter isPassword: whether only what is in brackets or stars counts, as a password may be any word.
    static func isOne(_ text: String, inPassword isPassword: Bool) -> Bool {
        let lower = text.lowercased()
        if lower.allSatisfy({ "*•.…".contains($0) }) { return true }
        let isBracketed = [("<", ">"), ("${", "}"), ("{{", "}}"), ("[", "]")].contains {
            lower.hasPrefix($0.0) && lower.hasSuffix($0.1)
        }
        if isBracketed || isVariable(text) { return true }
        guard !isPassword else { return false }
        let isFilling = lower.allSatisfy { $0 == "x" } && lower.count > 1
        let names = lower.split { "-_ ".contains($0) }
        let isExample = names.first == "your" && names.count > 1 && lower.count < 40
        return isFilling || words.contains(lower) || isExample || isFilled(lower)
    }

    /// `xoxb-xxxxxxxx`, `ghp_...`: a prefix with nothing behind it.
    private static func isFilled(_ text: String) -> Bool {
        guard let mark = text.lastIndex(where: { $0 == "-" || $0 == "_" }) else { return false }
        let rest = text[text.index(after: mark)...]
        return rest.count > 2 && (rest.allSatisfy { $0 == "x" } || rest.allSatisfy { ".…*".contains($0) })
    }

    /// `$SLACK_TOKEN`, which a shell has left as it was.
    private static func isVariable(_ text: String) -> Bool {
        text.hasPrefix("$") && text.count > 1
            && text.dropFirst().allSatisfy { $0.isASCII && ($0.isUppercase || $0 == "_" || $0.isNumber) }
    }
}

/// A regular expression as a tree.
indirect enum PatternSyntax: Sendable {
    case empty
    case set(CodePoints)
    case sequence([PatternSyntax])
    case alternatives([PatternSyntax])
    /// `index` is nil where the group isn't captured.
    case group(PatternSyntax, index: Int?)
    case repetition(PatternSyntax, minimum: Int, maximum: Int?, isGreedy: Bool)
    case assertion(Assertion)

    /// What must hold between two characters.
    enum Assertion: Sendable { case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary }
}

/// Why a regular expression can't be read.
struct PatternFault: Error, Sendable {
    let message: String
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

import FlowCore
import FlowExpression

extension Value {
    /// What a variable of the environment holds, for expressions as for child processes: text, or null where it is to
    /// stay unset.
    ///
    /// - Throws: a `Failure` where there is no text.
    func environmentText() throws(Failure) -> Value {
        switch self {
        case .null, .absent, .optional(nil): .null
        case .secret(let inner): try inner.environmentText().markedSecret
        case .optional(let inner?): try inner.environmentText()
        case .file(let file): .string(file.path)
        default: containsSecret ? .secret(.string(try formatted())) : .string(try formatted())
        }
    }
}

import FlowCore

/// Why a term has no value. It is what `&&`, `||` and `default()` can absorb; what reaches the top becomes a `Failure`.
final class Fault: Error, Sendable {
    enum Kind: Sendable {
        /// A missing key, index, name or null on the way: what `default()` stands in for.
        case absence
        /// Types that don't fit, a number out of range, text that can't be read.
        case invalid
        /// The evaluation used up what it was given. Nothing absorbs it.
        case budget
    }

    let kind: Kind
    let message: String
    let hint: String?
    /// Bytes of the expression's text; nil until the term that failed is known.
    let range: Range<Int>?

    init(_ kind: Kind, _ message: String, hint: String? = nil, range: Range<Int>? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.range = range
    }

    static func invalid(_ message: String, hint: String? = nil) -> Fault { Fault(.invalid, message, hint: hint) }

    func located(at place: Range<Int>) -> Fault {
        range == nil ? Fault(kind, message, hint: hint, range: place) : self
    }
}

extension ValueType {
    /// `an int`, `a string`, `null`: for "found …".
    var withArticle: String {
        switch self {
        case .null, .absent, .bytes: plainName
        case .int, .optional, .number: "an \(plainName)"
        default: "a \(plainName)"
        }
    }
}

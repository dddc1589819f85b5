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

    typealias Words = (message: String, hint: String?)

    let kind: Kind
    /// Made when they are asked for: most faults of a loop are absorbed, and nobody reads them.
    private let words: @Sendable () -> Words
    /// Bytes of the expression's text; nil until the term that failed is known.
    let range: Range<Int>?

    var message: String { words().message }
    var hint: String? { words().hint }

    init(_ kind: Kind, range: Range<Int>? = nil, words: @escaping @Sendable () -> Words) {
        self.kind = kind
        self.words = words
        self.range = range
    }

    convenience init(_ kind: Kind, _ message: String, hint: String? = nil, range: Range<Int>? = nil) {
        self.init(kind, range: range) { (message, hint) }
    }

    static func invalid(_ message: String, hint: String? = nil) -> Fault { Fault(.invalid, message, hint: hint) }

    func located(at place: Range<Int>) -> Fault {
        range == nil ? Fault(kind, range: place, words: words) : self
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

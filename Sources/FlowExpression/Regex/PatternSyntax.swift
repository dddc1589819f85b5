/// A regular expression as a tree.
indirect enum PatternSyntax: Sendable {
    case empty
    case set(CharacterSet)
    case sequence([PatternSyntax])
    case alternatives([PatternSyntax])
    /// `index` is nil where the group isn't captured.
    case group(PatternSyntax, index: Int?)
    case repetition(PatternSyntax, minimum: Int, maximum: Int?, isGreedy: Bool)
    case assertion(Assertion)

    enum Assertion: Sendable { case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary }
}

/// A set of Unicode code points: ranges, and properties that are asked of the character.
struct CharacterSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    /// General categories by their one- or two-letter names, true where the set has what is *not* in them.
    var categories: [(name: String, isNegated: Bool)] = []
    var isNegated = false

    static let any = CharacterSet(ranges: [0...0x10FFFF])
    static let anyButNewline = CharacterSet(ranges: [0...9, 11...0x10FFFF])
    static let digits: [ClosedRange<UInt32>] = [48...57]
    static let blanks: [ClosedRange<UInt32>] = [9...10, 12...13, 32...32]
    static let words: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        let code = scalar.value
        for range in ranges where range.contains(code) { return !isNegated }
        for (name, isExcluded) in categories where CharacterSet.isIn(scalar, category: name) != isExcluded {
            return !isNegated
        }
        return isNegated
    }

    /// What the ranges leave out.
    static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return gaps
    }

    /// The set with the other case of each letter, as `(?i)` wants it. Ranges beyond a few thousand characters are
    /// only widened by their ASCII letters.
    var ignoringCase: CharacterSet {
        var wide = self
        for range in ranges {
            guard range.count <= 4096 else { continue }
            for code in range {
                guard let scalar = Unicode.Scalar(code) else { continue }
                for text in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                    let folded = text.unicodeScalars
                    guard folded.count == 1, let other = folded.first, other != scalar else { continue }
                    wide.ranges.append(other.value...other.value)
                }
            }
        }
        return wide
    }

    static let categoryNames: Set<String> = [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co",
    ]

    private static func isIn(_ scalar: Unicode.Scalar, category: String) -> Bool {
        let own = abbreviation(scalar.properties.generalCategory)
        return category.utf8.count == 1 ? own.hasPrefix(category) : own == category
    }

    private static func abbreviation(_ category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .privateUse: "Co"
        default: "Cn"
        }
    }
}

/// Why a regular expression can't be read.
package struct PatternFault: Error, Sendable {
    package let message: String
    package let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

import CReference

/// What `\p{…}` may name: general categories and scripts.
enum UnicodeProperty {
    /// nil where the name is neither.
    static func codePoints(_ name: String) -> CodePoints? {
        if name == "Any" { return .any }
        return categories[name] ?? script(name)
    }

    /// For suggestions.
    static var names: [String] { categories.keys.sorted() + scriptLines.map { String($0.prefix { $0 != " " }) } }
}

// MARK: - Scripts

extension UnicodeProperty {
    /// Lines such as `Greek 370-373 375-377 37A`, behind one with the version of Unicode.
    private static var scriptLines: [Substring] {
        var length = 0
        let start = reference_scripts(&length)
        let text = String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
        return Array(text.split(separator: "\n").dropFirst())
    }

    private static func script(_ name: String) -> CodePoints? {
        guard let line = scriptLines.first(where: { $0.hasPrefix(name + " ") }) else { return nil }
        return CodePoints(
            line.split(separator: " ").dropFirst().compactMap { range in
                let ends = range.split(separator: "-").compactMap { UInt32($0, radix: 16) }
                guard let first = ends.first, let last = ends.last else { return nil }
                return first...last
            })
    }
}

// MARK: - General categories

extension UnicodeProperty {
    /// By names of one and of two letters. Found by asking all characters of the planes in use; some milliseconds, once.
    private static let categories: [String: CodePoints] = {
        var ranges: [String: [ClosedRange<UInt32>]] = [:]
        func add(_ range: ClosedRange<UInt32>, _ name: String) {
            ranges[name, default: []].append(range)
            ranges[String(name.prefix(1)), default: []].append(range)
        }
        for plane in [UInt32(0)...0x3_FFFF, 0xE_0000...0xE_0FFF] {
            var run: (start: UInt32, category: Unicode.GeneralCategory)?
            for code in plane {
                let category = Unicode.Scalar(code)?.properties.generalCategory ?? .surrogate
                guard category != run?.category else { continue }
                if let run, let name = abbreviation(run.category) { add(run.start...code - 1, name) }
                run = (code, category)
            }
            if let run, let name = abbreviation(run.category) { add(run.start...plane.upperBound, name) }
        }
        // Two whole planes for private use, but for the last two places of each.
        for start in [UInt32(0xF_0000), 0x10_0000] { add(start...start + 0xFFFD, "Co") }
        return ranges.mapValues(CodePoints.init)
    }()

    /// nil for what is not assigned.
    private static func abbreviation(_ category: Unicode.GeneralCategory) -> String? {
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
        case .surrogate: "Cs"
        case .privateUse: "Co"
        default: nil
        }
    }
}

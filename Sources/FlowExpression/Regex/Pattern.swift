/// A regular expression in RE2's syntax that is matched in time linear in the text.
///
///     let pattern = try Pattern("^[a-z]+/[a-z]+$")
///     pattern.isFound(in: "acme/shop")   // true
package struct Pattern: Sendable {
    package let text: String
    package let groupCount: Int
    package let groupNames: [String: Int]
    private let program: PatternProgram

    /// - Throws: a ``PatternFault`` that says what can't be read.
    package init(_ text: String) throws(PatternFault) {
        var parser = PatternParser(text)
        let syntax = try parser.parse()
        self.text = text
        program = try PatternProgram(syntax)
        groupCount = parser.groupCount
        groupNames = parser.groupNames
    }

    /// Whether some part of `subject` matches.
    package func isFound(in subject: String) -> Bool {
        machine(Array(subject.unicodeScalars), capturing: false).match(from: 0, anchored: false, toEnd: false) != nil
    }

    /// Whether all of `subject` matches.
    package func matchesWhole(_ subject: String) -> Bool {
        machine(Array(subject.unicodeScalars), capturing: false).match(from: 0, anchored: true, toEnd: true) != nil
    }

    /// The matches from left to right that don't overlap: for each, the texts of the whole and of its groups, nil where
    /// a group took no part.
    package func matches(in subject: String, limit: Int = .max) -> [[String?]] {
        let scalars = Array(subject.unicodeScalars)
        return ranges(in: scalars, limit: limit).map { groups in
            groups.map { range in range.map { String(String.UnicodeScalarView(scalars[$0])) } }
        }
    }

    /// `subject` with up to `limit` matches replaced by what `replacement` makes of their groups.
    package func replacing(
        in subject: String, limit: Int = .max, _ replacement: ([String?]) -> String
    ) -> String {
        let scalars = Array(subject.unicodeScalars)
        var result = String.UnicodeScalarView()
        var end = 0
        for groups in ranges(in: scalars, limit: limit) {
            guard let whole = groups[0] else { continue }
            result.append(contentsOf: scalars[end..<whole.lowerBound])
            let texts = groups.map { range in range.map { String(String.UnicodeScalarView(scalars[$0])) } }
            result.append(contentsOf: replacement(texts).unicodeScalars)
            end = whole.upperBound
        }
        result.append(contentsOf: scalars[end...])
        return String(result)
    }

    private func machine(_ scalars: [Unicode.Scalar], capturing: Bool) -> PatternMachine {
        PatternMachine(program, scalars, groups: groupCount, capturing: capturing)
    }

    private func ranges(in scalars: [Unicode.Scalar], limit: Int) -> [[Range<Int>?]] {
        let machine = machine(scalars, capturing: true)
        var all: [[Range<Int>?]] = []
        var start = 0
        while start <= scalars.count, all.count < limit,
            let slots = machine.match(from: start, anchored: false, toEnd: false)
        {
            all.append(
                stride(from: 0, to: slots.count, by: 2).map { index in
                    slots[index] < 0 || slots[index + 1] < 0 ? nil : slots[index]..<slots[index + 1]
                })
            // After an empty match, one character is left as it is.
            start = slots[1] > slots[0] ? slots[1] : slots[1] + 1
        }
        return all
    }
}

import FlowCore
import Synchronization

/// A regular expression in RE2's syntax, matched in time linear in the text.
///
///     try Pattern("^[a-z]+/[a-z]+$").isFound(in: "acme/shop", &frame)   // true
///
/// What it does is charged to the frame. One pattern may be used by several threads.
final class Pattern: Sendable {
    let groupCount: Int
    /// How many instructions it was compiled to.
    var size: Int { program.instructions.count }
    private let program: PatternProgram
    /// What earlier searches have learnt; nil while one that took it goes on.
    private let spare = Mutex<PatternAutomaton?>(nil)

    /// - Throws: a ``PatternFault`` that says what can't be read.
    init(_ text: String) throws(PatternFault) {
        var parser = PatternParser(text)
        program = try PatternProgram(try parser.parse())
        groupCount = parser.groupCount
    }

    /// Those of earlier evaluations: that of a step is used again for each of its items. By code points, as they are
    /// matched that way, too.
    private static let known = Mutex<[MapKey: Pattern]>([:])
    /// How many are kept, and how many instructions one that is kept may have.
    private static let kept = (count: 16, size: 1024)

    /// The pattern, which is compiled where no evaluation before has used it.
    static func shared(_ text: String) throws(PatternFault) -> Pattern {
        if let pattern = known.withLock({ $0[.string(text)] }) { return pattern }
        let pattern = try Pattern(text)
        guard pattern.size <= kept.size else { return pattern }
        known.withLock { known in
            if known.count >= kept.count { known.removeAll() }
            known[.string(text)] = pattern
        }
        return pattern
    }

    /// Whether some part of `subject` matches.
    func isFound(in subject: String, _ frame: inout Frame) throws(Fault) -> Bool {
        var search = search(PatternText(subject, program.alphabet))
        let isFound = try search.isFound(&frame)
        keep(search.automaton)
        return isFound
    }

    /// The matches from left to right that don't overlap: for each, the texts of the whole and of its groups, nil where
    /// a group took no part.
    func matches(in subject: String, limit: Int = .max, _ frame: inout Frame) throws(Fault) -> [[String?]] {
        let text = PatternText(subject, program.alphabet)
        return try ranges(in: text, limit, &frame).map { groups in groups.map { range in range.map { text[$0] } } }
    }

    /// `subject` with up to `limit` matches replaced by what `replacement` makes of their groups.
    func replacing(
        in subject: String, limit: Int = .max, _ frame: inout Frame, _ replacement: ([String?]) -> String
    ) throws(Fault) -> String {
        let text = PatternText(subject, program.alphabet)
        var result = ""
        var end = 0
        for groups in try ranges(in: text, limit, &frame) {
            guard let whole = groups[0] else { continue }
            result += text[end..<whole.lowerBound]
            let texts = groups.map { range in range.map { text[$0] } }
            let other = replacement(texts)
            try frame.spend(bytes: whole.lowerBound - end + other.utf8.count)
            result += other
            end = whole.upperBound
        }
        return result + text[end..<text.count]
    }

    private func ranges(
        in text: PatternText, _ limit: Int, _ frame: inout Frame
    ) throws(Fault) -> [[Range<Int>?]] {
        var search = search(text, slotCount: 2 * (groupCount + 1))
        let matches = try search.matches(limit: limit, &frame)
        keep(search.automaton)
        return matches.map { slots in
            stride(from: 0, to: slots.count, by: 2).map { index in
                slots[index] < 0 || slots[index + 1] < 0 ? nil : slots[index]..<slots[index + 1]
            }
        }
    }

    private func search(_ text: PatternText, slotCount: Int = 0) -> PatternSearch {
        let automaton = spare.withLock { $0.take() } ?? PatternAutomaton(program)
        return PatternSearch(program, text, automaton, slotCount: slotCount)
    }

    private func keep(_ automaton: PatternAutomaton) { spare.withLock { $0 = automaton } }
}

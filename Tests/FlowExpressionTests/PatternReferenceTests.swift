import FlowCore
import Testing

@testable import FlowExpression

/// Matches by trying one way after the other, as the meaning of an expression is written down in books. It takes
/// exponential time, and has nothing in common with the search it is compared with.
private struct Backtracking {
    let text: [Unicode.Scalar]

    typealias Slots = [Int]

    func match(_ syntax: PatternSyntax, _ place: Int, _ slots: Slots, _ then: (Int, Slots) -> Slots?) -> Slots? {
        switch syntax {
        case .empty: return then(place, slots)
        case .set(let set):
            return place < text.count && set.contains(text[place].value) ? then(place + 1, slots) : nil
        case .sequence(let items):
            guard let first = items.first else { return then(place, slots) }
            return match(first, place, slots) { match(.sequence(Array(items.dropFirst())), $0, $1, then) }
        case .alternatives(let branches):
            for branch in branches {
                if let found = match(branch, place, slots, then) { return found }
            }
            return nil
        case .group(let inner, let index):
            guard let index else { return match(inner, place, slots, then) }
            var opened = slots
            opened[2 * index] = place
            return match(inner, place, opened) { end, slots in
                var closed = slots
                closed[2 * index + 1] = end
                return then(end, closed)
            }
        case .repetition(let inner, let minimum, let maximum, let isGreedy):
            return repeated(inner, minimum, maximum, isGreedy, place, slots, then)
        case .assertion(let assertion): return holds(assertion, place) ? then(place, slots) : nil
        }
    }

    private func repeated(
        _ inner: PatternSyntax, _ minimum: Int, _ maximum: Int?, _ isGreedy: Bool, again: Bool = false, _ place: Int,
        _ slots: Slots, _ then: (Int, Slots) -> Slots?
    ) -> Slots? {
        func more() -> Slots? {
            if maximum == 0 { return nil }
            return match(inner, place, slots) { end, slots in
                let isLoop = minimum <= 1 && maximum == nil
                // To go round once more for nothing leads nowhere.
                if end == place, isLoop { return again ? nil : then(end, slots) }
                return repeated(
                    inner, max(0, minimum - 1), maximum.map { $0 - 1 }, isGreedy, again: isLoop, end, slots, then)
            }
        }
        if minimum > 0 { return more() }
        return isGreedy ? more() ?? then(place, slots) : then(place, slots) ?? more()
    }

    private func holds(_ assertion: PatternSyntax.Assertion, _ place: Int) -> Bool {
        func isWord(_ index: Int) -> Bool {
            text.indices.contains(index) && CodePoints.word.contains(text[index].value)
        }
        return switch assertion {
        case .textStart: place == 0
        case .textEnd: place == text.count
        case .lineStart: place == 0 || text[place - 1] == "\n"
        case .lineEnd: place == text.count || text[place] == "\n"
        case .wordBoundary: isWord(place - 1) != isWord(place)
        case .notWordBoundary: isWord(place - 1) == isWord(place)
        }
    }

    /// The texts of the leftmost match and its groups.
    func first(_ syntax: PatternSyntax, groups: Int) -> [String?]? {
        for start in 0...text.count {
            let slots = Slots(repeating: -1, count: 2 * (groups + 1))
            if let found = match(.group(syntax, index: 0), start, slots, { $1 }) {
                return stride(from: 0, to: found.count, by: 2).map { index in
                    found[index] < 0 || found[index + 1] < 0
                        ? nil : String(String.UnicodeScalarView(text[found[index]..<found[index + 1]]))
                }
            }
        }
        return nil
    }
}

@Suite struct PatternReferenceTests {
    @Test func theSearchFindsWhatTryingFinds() throws {
        var state: UInt64 = 42
        func next(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
        func pattern(_ depth: Int) -> String {
            switch next(below: depth > 0 ? 10 : 4) {
            case 0: return "a"
            case 1: return "b"
            case 2: return ["[ab]", "é", ".", "[^a]"][next(below: 4)]
            case 3: return ["^", "$", #"\b"#, "a", "b", "(?m:^)"][next(below: 6)]
            case 4, 5: return pattern(depth - 1) + pattern(depth - 1)
            case 6: return "(" + pattern(depth - 1) + "|" + pattern(depth - 1) + ")"
            case 7: return "(" + pattern(depth - 1) + ")"
            default:
                let count = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{2,}?"][next(below: 9)]
                return "(?:" + pattern(depth - 1) + ")" + count
            }
        }
        var found = 0
        for _ in 0..<1500 {
            let source = pattern(4)
            var parser = PatternParser(source)
            let syntax = try parser.parse()
            let compiled = try Pattern(source)
            for text in ["", "a", "ab", "bba", "aéab", "b\na b"] {
                var frame = Frame(scope: EvaluationScope(ValueMap()), slotCount: 0)
                let wanted = Backtracking(text: Array(text.unicodeScalars)).first(syntax, groups: parser.groupCount)
                let matches = try compiled.matches(in: text, limit: 1, &frame)
                #expect(matches.first == wanted, "\(source) in \(text)")
                #expect(try compiled.isFound(in: text, &frame) == (wanted != nil), "\(source) in \(text)")
                if wanted != nil { found += 1 }
            }
        }
        #expect(found > 3000)
    }
}

import FlowSpec

/// Finds nodes by words of a person.
struct NodeSearch {
    private let words: [String]

    /// Words that say nothing about a node.
    private static let fillers: Set = ["a", "an", "the", "of", "to", "in", "on", "for", "from", "with", "and", "my"]

    init(_ text: String) {
        let all = NodeSearch.words(of: text)
        let telling = all.filter { !NodeSearch.fillers.contains($0) }
        words = telling.isEmpty ? all : telling
    }

    /// Those in which every word occurs, the best first, equals by name.
    func ranked(_ specs: [NodeSpec]) -> [NodeSpec] {
        specs.compactMap { spec in score(spec).map { (spec, $0) } }
            .sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0.name < $1.0.name }.map(\.0)
    }

    /// nil where a word is missing.
    private func score(_ spec: NodeSpec) -> Int? {
        let places = [
            (text: spec.name, weight: 8), (spec.summary, 4), (spec.details, 2),
            (spec.parameters.map { "\($0.name) \($0.help)" }.joined(separator: " "), 1),
        ].map { place in (words: NodeSearch.words(of: place.text), weight: place.weight) }
        // An operation of just these words is what is looked for.
        let own = NodeSearch.words(of: spec.operation)
        var total = own.count == words.count && words.allSatisfy(own.contains) ? 12 : 0
        for word in words {
            let best = places.map { place in NodeSearch.likeness(of: word, in: place.words) * place.weight }.max() ?? 0
            guard best > 0 else { return nil }
            total += best
        }
        return total
    }

    /// 3 for the word itself, 2 for another form of it, 1 where it is part of another; 0 else.
    private static func likeness(of word: String, in words: [String]) -> Int {
        if words.contains(word) { return 3 }
        let stem = stem(word)
        if words.contains(where: { self.stem($0) == stem }) { return 2 }
        return words.contains { $0.contains(word) } ? 1 : 0
    }

    private static func stem(_ word: String) -> String {
        for ending in ["ing", "es", "ed", "s", "e"] where word.hasSuffix(ending) && word.count > ending.count + 2 {
            return String(word.dropLast(ending.count))
        }
        return word
    }

    private static func words(of text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
}

/// "did you mean": the nearest of some known names to one that is not known.
package enum Suggestion {
    /// The nearest name, or nil where none is near: at most a third of the letters may differ.
    package static func nearest(to name: String, among names: some Sequence<String>) -> String? {
        let wanted = normal(name)
        let limit = max(1, (wanted.count + 1) / 3)
        var best: (name: String, distance: Int)?
        for candidate in names where candidate != name {
            let distance = editDistance(wanted, normal(candidate), limit: limit)
            guard distance <= limit else { continue }
            if best == nil || distance < best!.distance { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `did you mean "channel"?`, or nil where no name is near.
    package static func didYouMean(_ name: String, among names: some Sequence<String>) -> String? {
        nearest(to: name, among: names).map { "did you mean \"\($0)\"?" }
    }

    private static func normal(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    /// Restricted Damerau-Levenshtein distance: a swap of two neighbours counts one.
    static func editDistance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int {
        guard abs(a.count - b.count) <= limit else { return limit + 1 }
        var beforePrevious = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1] + [Int](repeating: 0, count: b.count)
            for j in 0..<b.count {
                let substitution = previous[j] + (a[i] == b[j] ? 0 : 1)
                current[j + 1] = min(substitution, previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    current[j + 1] = min(current[j + 1], beforePrevious[j - 1] + 1)
                }
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }
}

/// Secrets that are looked for in text.
struct SecretSet: Sendable {
    private var secrets: Set<String> = []
    private var patterns: [SecretPattern] = []
    /// For each byte the patterns that may begin with it.
    private var beginnings = [[Int]](repeating: [], count: 256)

    var isEmpty: Bool { patterns.isEmpty }

    mutating func insert(_ secret: String) {
        guard secrets.insert(secret).inserted else { return }
        for pattern in SecretPattern.all(of: secret) {
            for byte in pattern.beginnings { beginnings[Int(byte)].append(patterns.count) }
            patterns.append(pattern)
        }
    }

    /// Where secrets stand in a text of UTF-8, in order and apart from each other.
    func ranges(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var search = PatternSearch(text)
        for start in text.indices {
            let candidates = beginnings[Int(text[start])]
            guard !candidates.isEmpty else { continue }
            var end = start
            for index in candidates { end = max(end, search.end(of: patterns[index], at: start) ?? start) }
            guard end > start else { continue }
            // Of secrets that overlap nothing may stay in view.
            if let last = found.last, start < last.upperBound {
                found[found.count - 1] = last.lowerBound..<max(end, last.upperBound)
            } else {
                found.append(start..<end)
            }
        }
        return found
    }
}

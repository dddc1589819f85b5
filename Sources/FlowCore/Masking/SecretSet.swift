/// Secrets that are looked for in text.
struct SecretSet: Sendable {
    private var secrets: Set<MapKey> = []
    private var patterns: [SecretPattern] = []
    /// For each byte the patterns that may begin with it.
    private var beginnings = [[Int]](repeating: [], count: 256)
    /// For four bytes the places inside patterns where they stand: a text may begin in the middle of a secret, as a line
    /// of one that was broken into lines.
    private var middles: [[UInt8]: [(pattern: Int, unit: Int)]] = [:]
    /// Too short to be looked for elsewhere than in a line of their own.
    private var lines: Set<[UInt8]> = []
    /// Whether one of them may be a number.
    private(set) var hasNumbers = false

    var isEmpty: Bool { patterns.isEmpty && lines.isEmpty }

    mutating func insert(_ secret: String) {
        guard secrets.insert(.string(secret)).inserted else { return }
        if secret.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) { hasNumbers = true }
        for pattern in SecretPattern.all(of: secret) {
            for byte in pattern.beginnings { beginnings[Int(byte)].append(patterns.count) }
            for (unit, bytes) in pattern.middles { middles[bytes, default: []].append((patterns.count, unit)) }
            patterns.append(pattern)
        }
    }

    mutating func insert(line: String) { lines.insert(Array(line.utf8)) }

    /// Where secrets stand in a text of UTF-8, in order and apart from each other.
    func ranges(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var search = PatternSearch(text)
        let lines = lines.isEmpty ? [] : linesOfTheirOwn(in: text)
        if let end = endOfRest(in: text, &search) { found.append(0..<end) }
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
        guard !lines.isEmpty else { return found }
        return (found + lines.filter { line in !found.contains { $0.overlaps(line) } })
            .sorted { $0.lowerBound < $1.lowerBound }
    }

    private func linesOfTheirOwn(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        return text.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let first = line.firstIndex(where: { !isBlank($0) }),
                let last = line.lastIndex(where: { !isBlank($0) }), lines.contains(Array(line[first...last]))
            else { return nil }
            return first..<last + 1
        }
    }

    /// Where a secret ends in whose middle the text begins.
    private func endOfRest(in text: UnsafeBufferPointer<UInt8>, _ search: inout PatternSearch) -> Int? {
        let bytes = text.prefix(4).map(SecretPattern.standardDigit)
        var end: Int?
        for (pattern, unit) in middles[bytes] ?? [] {
            guard let found = search.end(of: patterns[pattern], at: 0, from: unit) else { continue }
            end = max(found, end ?? found)
        }
        return end.flatMap { $0 < Masker.minimumLength ? nil : $0 }
    }
}

/// A set of small numbers, for the closure of a graph's edges.
struct BitSet {
    private var words: [UInt64]

    init(capacity: Int) { words = [UInt64](repeating: 0, count: (capacity + 63) / 64) }

    func contains(_ number: Int) -> Bool { words[number / 64] & (1 << UInt64(number % 64)) != 0 }
    mutating func insert(_ number: Int) { words[number / 64] |= 1 << UInt64(number % 64) }
    mutating func remove(_ number: Int) { words[number / 64] &= ~(1 << UInt64(number % 64)) }
    mutating func formUnion(_ other: BitSet) { for index in words.indices { words[index] |= other.words[index] } }
    mutating func subtract(_ other: BitSet) { for index in words.indices { words[index] &= ~other.words[index] } }

    /// Adds 0 up to but not including `end`.
    mutating func insert(below end: Int) {
        for index in 0..<(end / 64) { words[index] = .max }
        if end % 64 != 0 { words[end / 64] |= (1 << UInt64(end % 64)) - 1 }
    }

    var highest: Int? {
        for index in words.indices.reversed() where words[index] != 0 {
            return index * 64 + 63 - words[index].leadingZeroBitCount
        }
        return nil
    }

    /// The smallest member that is at least `start`.
    func next(from start: Int) -> Int? {
        var index = start / 64
        guard index < words.count else { return nil }
        var word = words[index] & (UInt64.max << UInt64(start % 64))
        while word == 0 {
            index += 1
            guard index < words.count else { return nil }
            word = words[index]
        }
        return index * 64 + word.trailingZeroBitCount
    }
}

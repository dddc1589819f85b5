/// The kinds of characters that a program tells apart: all characters of one class are alike to each of its sets.
struct PatternAlphabet: Sendable {
    /// What assertions see of the character beside a place.
    enum Neighbour: Int, Sendable { case none, newline, word, other }

    private static let maximumClasses = 1000
    private static let maximumIntervals = 50_000
    private static let maximumWork = 10_000_000

    let count: Int
    /// Where each interval of code points of one class starts, and that class.
    private let starts: [UInt32]
    private let classes: [UInt16]
    private let asciiClasses: [UInt16]
    /// For each set, whether it holds the characters of each class.
    private let members: [[Bool]]
    private let neighbours: [Neighbour]

    /// - Throws: where there are too many of them to be told apart within bounds.
    init(_ sets: [CodePoints]) throws(PatternFault) {
        var bounds: Set<UInt32> = [0]
        for range in sets.lazy.flatMap(\.ranges) {
            bounds.insert(range.lowerBound)
            if range.upperBound < CodePoints.last { bounds.insert(range.upperBound + 1) }
            guard bounds.count <= PatternAlphabet.maximumIntervals else { throw PatternAlphabet.tooMany }
        }
        let starts = bounds.sorted()
        var classes = [UInt16](repeating: 0, count: starts.count)
        var sizes = [starts.count]
        var work = 0
        for set in sets {
            let inside = PatternAlphabet.intervals(of: set, starts)
            work += inside.count
            var counts: [UInt16: Int] = [:]
            for index in inside { counts[classes[index], default: 0] += 1 }
            // A class that lies inside in part splits; what is outside keeps its number.
            var renamed: [UInt16: UInt16] = [:]
            for (number, count) in counts where count < sizes[Int(number)] {
                renamed[number] = UInt16(sizes.count)
                sizes[Int(number)] -= count
                sizes.append(count)
            }
            for index in inside { classes[index] = renamed[classes[index]] ?? classes[index] }
            guard sizes.count <= PatternAlphabet.maximumClasses, work <= PatternAlphabet.maximumWork else {
                throw PatternAlphabet.tooMany
            }
        }
        let count = sizes.count
        var samples = [UInt32](repeating: 0, count: count)
        for (start, number) in zip(starts, classes) { samples[Int(number)] = start }
        members = sets.map { set in samples.map(set.contains) }
        asciiClasses = (0..<128).map { classes[PatternAlphabet.interval(of: $0, starts, from: 0)] }
        neighbours = samples.map { $0 == 0x0A ? .newline : CodePoints.word.contains($0) ? .word : .other }
        self.count = count
        self.starts = starts
        self.classes = classes
    }

    func contains(_ set: Int, _ number: Int) -> Bool { members[set][number] }

    /// Told apart only where the sets include those of newline and word.
    func neighbour(ofClass number: Int) -> Neighbour { neighbours[number] }

    /// The class of an ASCII character.
    @inline(__always)
    func number(ofASCII byte: UInt8) -> Int { Int(asciiClasses[Int(byte)]) }

    func number(of code: UInt32) -> Int { Int(classes[PatternAlphabet.interval(of: code, starts, from: 0)]) }

    /// The last interval that starts at `code` or before.
    private static func interval(of code: UInt32, _ starts: [UInt32], from first: Int) -> Int {
        var low = first
        var high = starts.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if starts[middle] <= code { low = middle } else { high = middle }
        }
        return low
    }

    private static func intervals(of set: CodePoints, _ starts: [UInt32]) -> [Int] {
        var inside: [Int] = []
        for range in set.ranges {
            var position = interval(of: range.lowerBound, starts, from: inside.last ?? 0)
            while position < starts.count, starts[position] <= range.upperBound {
                inside.append(position)
                position += 1
            }
        }
        return inside
    }

    private static var tooMany: PatternFault {
        PatternFault("the regular expression tells too many characters apart", hint: "use fewer or wider classes")
    }
}

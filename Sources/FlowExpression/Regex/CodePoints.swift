/// A set of Unicode code points.
struct CodePoints: Sendable, Hashable {
    /// In ascending order, with gaps between them.
    private(set) var ranges: [ClosedRange<UInt32>]

    static let last: UInt32 = 0x10FFFF
    static let any = CodePoints([0...last])
    static let newline = CodePoints([0x0A...0x0A])
    static let digits = CodePoints([0x30...0x39])
    static let blanks = CodePoints([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    /// What `\w` stands for and `\b` looks at.
    static let word = CodePoints([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])

    /// - Parameter ranges: in any order; they may overlap.
    init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let end = self.ranges.last?.upperBound, range.lowerBound <= end &+ 1 {
                self.ranges[self.ranges.count - 1] =
                    self.ranges[self.ranges.count - 1].lowerBound...max(end, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    func contains(_ code: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < code { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= code
    }

    func union(_ other: CodePoints) -> CodePoints { CodePoints(ranges + other.ranges) }

    var complement: CodePoints {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= CodePoints.last { gaps.append(next...CodePoints.last) }
        return CodePoints(gaps)
    }
}

/// Unique identifiers of messages as a command takes them: `1:4,9`.
enum UIDSet {
    static func text(_ uids: some Sequence<UInt32>) -> String {
        var ranges: [ClosedRange<UInt32>] = []
        for uid in Set(uids).sorted() {
            if let last = ranges.last, last.upperBound + 1 == uid {
                ranges[ranges.count - 1] = last.lowerBound...uid
            } else {
                ranges.append(uid...uid)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// Those that a text names, in its order; nil where it names none or more than `limit`. A server may tell so which
    /// identifiers copies have.
    static func parse(_ text: some StringProtocol, limit: Int = 100_000) -> [UInt32]? {
        var uids: [UInt32] = []
        for range in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = range.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2 else { return nil }
            let (low, high) = (min(first, last), max(first, last))
            guard uids.count + Int(high - low) < limit else { return nil }
            uids += low...high
        }
        return uids
    }

    /// Sets that are short enough for a line each.
    static func portions(of uids: [UInt32], size: Int = 500) -> [[UInt32]] {
        stride(from: 0, to: uids.count, by: size).map { Array(uids[$0..<min($0 + size, uids.count)]) }
    }
}

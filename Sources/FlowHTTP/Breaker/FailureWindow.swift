import FlowCore

/// How many calls ended of late, and how many of them failed: two minutes in slices of ten seconds.
struct FailureWindow: Sendable, Hashable {
    private struct Slice: Sendable, Hashable {
        var number: Int64
        var calls: Int
        var failures: Int
    }

    private var slices: [Slice] = []

    private static let width: Int64 = 10_000
    private static let span: Int64 = 12
    /// Fewer calls than this say nothing about a service.
    private static let minimumCalls = 10

    init() {}

    init(_ value: Value?) {
        for entry in value?.listValue ?? [] {
            guard let numbers = entry.listValue?.compactMap(\.intValue), numbers.count == 3 else { continue }
            slices.append(
                Slice(number: numbers[0], calls: Int(clamping: numbers[1]), failures: Int(clamping: numbers[2])))
        }
    }

    var calls: Int { slices.reduce(0) { $0 + $1.calls } }
    var failures: Int { slices.reduce(0) { $0 + $1.failures } }

    /// Whether at least half of enough calls failed.
    var saysBroken: Bool { calls >= FailureWindow.minimumCalls && failures * 2 >= calls }

    mutating func add(failed: Bool, at now: Timestamp) {
        let number = now.milliseconds / FailureWindow.width
        if slices.last?.number != number {
            slices.append(Slice(number: number, calls: 0, failures: 0))
            forget(before: now)
        }
        slices[slices.count - 1].calls += 1
        if failed { slices[slices.count - 1].failures += 1 }
    }

    mutating func add(_ other: FailureWindow, at now: Timestamp) {
        for slice in other.slices {
            if let index = slices.firstIndex(where: { $0.number == slice.number }) {
                slices[index].calls += slice.calls
                slices[index].failures += slice.failures
            } else {
                slices.append(slice)
            }
        }
        forget(before: now)
    }

    private mutating func forget(before now: Timestamp) {
        let present = now.milliseconds / FailureWindow.width
        slices.removeAll { $0.number <= present - FailureWindow.span || $0.number > present + 1 }
    }

    var asValue: Value {
        .list(slices.map { [.int($0.number), .int(Int64($0.calls)), .int(Int64($0.failures))] })
    }
}

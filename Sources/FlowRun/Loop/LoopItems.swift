package import FlowCore
import FlowStore
import FlowWorkflow

/// What came of the items of a loop. Besides the status of each no more is kept than something reads, so that a million
/// of them stay small.
package struct LoopItems: Sendable {
    package struct Kept: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let outputs = Kept(rawValue: 1)
        package static let failures = Kept(rawValue: 2)
        package static let all: Kept = [.outputs, .failures]
    }

    /// The failure that stands for all.
    struct Decisive: Sendable {
        var index: Int
        var key: String
        var status: RunStatus
        var failure: Failure
    }

    package let kept: Kept
    private(set) var keys: ItemKeys
    private var statuses: [RunStatus?]
    private var outputs: [Value] = []
    private var failures: [Int: Failure] = [:]
    package private(set) var ended = 0
    package private(set) var unsuccessful = 0
    private(set) var failed = 0
    private(set) var decisive: Decisive?

    /// - Parameter count: how many items there are, or as many as are known; it grows with those that end.
    init(count: Int = 0, keeping kept: Kept = .all, keys: ItemKeys = ItemKeys()) {
        self.kept = kept
        self.keys = keys
        statuses = Array(repeating: nil, count: count)
        if kept.contains(.outputs) { outputs = Array(repeating: .null, count: count) }
    }

    package var count: Int { statuses.count }

    /// The outputs in the order of the items, null where there is none; null where they are not kept.
    package var output: Value { kept.contains(.outputs) ? .list(outputs) : .null }

    func status(of index: Int) -> RunStatus? { index < statuses.count ? statuses[index] : nil }

    mutating func end(_ index: Int, _ outcome: StepOutcome, key: String) {
        if kept.contains(.failures) { keys.set(key, of: index) }
        grow(to: index + 1)
        statuses[index] = outcome.status
        ended += 1
        if outcome.status != .succeeded { unsuccessful += 1 }
        if kept.contains(.outputs) { outputs[index] = outcome.output }
        guard let failure = outcome.failure else { return }
        failed += 1
        if kept.contains(.failures) { failures[index] = failure }
        let candidate = Decisive(index: index, key: key, status: outcome.status, failure: failure)
        if candidate.comes(before: decisive) { decisive = candidate }
    }

    /// Takes what the journal has of an item.
    mutating func take(_ stored: StoredItem, open: (StoredValue) throws -> Value) throws {
        end(stored.index, try StepOutcome(stored, open: open), key: stored.key)
    }

    private mutating func grow(to count: Int) {
        guard count > statuses.count else { return }
        statuses += repeatElement(nil, count: count - statuses.count)
        if kept.contains(.outputs) { outputs += repeatElement(.null, count: count - outputs.count) }
    }

    /// `items[]`; one that never started is `cancelled`.
    var asValue: Value {
        .list(
            statuses.indices.map { index in
                var map = ValueMap()
                map["key"] = .string(keys[index])
                map["index"] = .int(Int64(index))
                map["status"] = .string((statuses[index] ?? .cancelled).rawValue)
                map["output"] = kept.contains(.outputs) ? outputs[index] : .null
                map["error"] = failures[index]?.asValue ?? .null
                return .map(map)
            })
    }
}

extension LoopItems.Decisive {
    /// An uncertain one comes before others, else the first in the order of the items.
    fileprivate func comes(before other: LoopItems.Decisive?) -> Bool {
        guard let other else { return true }
        let isUncertain = status == .uncertain
        return isUncertain == (other.status == .uncertain) ? index < other.index : isUncertain
    }
}

extension LoopItems {
    /// The code of ``otherItem(at:named:insteadOf:)``.
    static let otherItem = "other_item"

    /// A finished item has given its place to another one, which would be taken for done.
    static func otherItem(at index: Int, named name: String, insteadOf old: String) -> Failure {
        Failure(
            .conflict, "item \(index) is \(JSON.quoted(name)) now, and was \(JSON.quoted(old)) when it was done",
            hint: "start the step again with resume --from STEP, or bring back the items that it had",
            code: otherItem)
    }
}

extension Step.Loop {
    /// Whether items have names that say which they are.
    var namesItems: Bool {
        if key != nil { return true }
        if case .matrix = items { return true }
        return false
    }
}

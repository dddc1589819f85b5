/// Which step of one list comes after which, by `needs` and by place, with all that follows from it.
struct StepOrder {
    /// Steps that wait for each other, in the order of waiting; the first is the last again.
    struct Cycle {
        var steps: [Int]
    }

    /// For each step those that have ended when it starts.
    private let ancestors: [BitSet]
    /// For each step those it waits for, without those implied by others, in ascending order.
    let waitsFor: [[Int]]
    let cycles: [Cycle]

    init(_ steps: [Step], isParallel: Bool) {
        let count = steps.count
        var index: [String: Int] = [:]
        for (position, step) in steps.enumerated() where index[step.id] == nil { index[step.id] = position }
        var before = [BitSet](repeating: BitSet(capacity: count), count: count)
        var looksAhead = false
        for (position, step) in steps.enumerated() {
            if let needs = step.needs {
                for need in needs {
                    guard let other = index[need.id], other != position else { continue }
                    before[position].insert(other)
                    if other > position { looksAhead = true }
                }
            } else if !isParallel {
                before[position].insert(below: position)
            }
        }
        var sorted = Array(0..<count)
        var cycles: [Cycle] = []
        if looksAhead { (sorted, cycles) = StepOrder.sort(&before) }

        // Ancestors are kept by place in the sorted order: the highest of a set is nobody's ancestor in it.
        var place = [Int](repeating: 0, count: count)
        for (position, step) in sorted.enumerated() { place[step] = position }
        var ancestors = [BitSet](repeating: BitSet(capacity: count), count: count)
        var waitsFor = [[Int]](repeating: [], count: count)
        for step in sorted {
            var open = BitSet(capacity: count)
            if looksAhead {
                var next = before[step].next(from: 0)
                while let other = next {
                    open.insert(place[other])
                    next = before[step].next(from: other + 1)
                }
            } else {
                open = before[step]
            }
            var all = open
            while let highest = open.highest {
                let other = sorted[highest]
                waitsFor[step].append(other)
                open.remove(highest)
                open.subtract(ancestors[other])
                all.formUnion(ancestors[other])
            }
            waitsFor[step].sort()
            ancestors[step] = all
        }
        self.waitsFor = waitsFor
        self.cycles = cycles
        self.ancestors = ancestors
        self.place = place
    }

    private let place: [Int]

    /// Whether the step at `other` has ended when the one at `step` starts.
    func isOrdered(_ step: Int, after other: Int) -> Bool { ancestors[step].contains(place[other]) }

    /// Depth first, without recursion; an edge that closes a cycle is reported and removed.
    private static func sort(_ before: inout [BitSet]) -> (sorted: [Int], cycles: [Cycle]) {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: before.count)
        var sorted: [Int] = []
        var cycles: [Cycle] = []
        for start in before.indices where marks[start] == .new {
            var path: [(step: Int, next: Int)] = [(start, 0)]
            marks[start] = .open
            while let top = path.last {
                guard let other = before[top.step].next(from: top.next) else {
                    marks[top.step] = .done
                    sorted.append(top.step)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next = other + 1
                switch marks[other] {
                case .done: break
                case .new:
                    marks[other] = .open
                    path.append((other, 0))
                case .open:
                    before[top.step].remove(other)
                    let from = path.firstIndex { $0.step == other } ?? 0
                    cycles.append(Cycle(steps: path[from...].map(\.step) + [other]))
                }
            }
        }
        return (sorted, cycles)
    }
}

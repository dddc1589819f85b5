/// Which step of one list comes after which, by `needs`, by place and by what is read, with all that follows from it.
///
/// A step that waits for all above it is a barrier: it has edges only to those of them that no other step follows yet.
/// So there are about as many edges as a file has words for them, however many steps come after one another.
///
/// Remembers what it was asked, so it is for one thread.
final class StepOrder {
    /// Steps that wait for each other, in the order of waiting; the first is the last again.
    struct Cycle {
        var steps: [Int]
    }

    /// For each step those it waits for, in ascending order; those implied by place are not repeated.
    private(set) var waitsFor: [[Int]]
    private(set) var cycles: [Cycle] = []
    /// The place of each id; of two steps with one id, which is reported elsewhere, the first.
    let index: [String: Int]
    private let isBarrier: [Bool]
    /// Where each step stands among all, sorted so that it comes after those it waits for.
    private var rank: [Int]
    /// The steps in that order.
    private var byRank: [Int]
    /// What comes after a step, of the last ones that were asked for.
    private var knownFollowers: [Int: [Bool]] = [:]

    init(_ steps: [Step], order: ListOrder) {
        // By place and not by element, as a step is large to copy and a file may have very many.
        var index: [String: Int] = Dictionary(minimumCapacity: steps.count)
        for position in steps.indices.reversed() { index[steps[position].id] = position }
        var edges = StepOrder.Edges(count: steps.count)
        for position in steps.indices {
            let needs = steps[position].needs
            var sources = Set((needs ?? []).compactMap { index[$0.id] })
            if order == .graph { sources.formUnion(steps[position].outerReads.compactMap { index[$0.id] }) }
            sources.remove(position)
            edges.add(position, after: sources, isBarrier: order == .file && needs == nil)
        }
        self.index = index
        waitsFor = edges.waitsFor
        isBarrier = edges.isBarrier
        rank = Array(steps.indices)
        byRank = rank
        if edges.looksAhead {
            sort()
            for (step, place) in rank.enumerated() { byRank[place] = step }
        }
    }

    /// Whether the step at `other` has ended when the one at `step` starts.
    func isOrdered(_ step: Int, after other: Int) -> Bool {
        guard step != other else { return false }
        var seen: Set<Int> = []
        var open = [step]
        while let next = open.popLast() {
            if isBarrier[next], other < next { return true }
            for source in waitsFor[next] where rank[source] >= rank[other] {
                if source == other { return true }
                if seen.insert(source).inserted { open.append(source) }
            }
            if seen.count > StepOrder.shortWay { return followers(of: other)[step] }
        }
        return false
    }

    /// Steps that are looked at before it is worth finding all that come after one: of that, others may ask as well.
    private static let shortWay = 64
    /// Of so many, what comes after them is remembered.
    private static let mostFollowed = 16

    /// For each step, whether it comes after the one at `other`.
    private func followers(of other: Int) -> [Bool] {
        if let known = knownFollowers[other] { return known }
        var found = [Bool](repeating: false, count: waitsFor.count)
        for step in byRank[(rank[other] + 1)...] {
            found[step] =
                isBarrier[step] && other < step || waitsFor[step].contains { $0 == other || found[$0] }
        }
        if knownFollowers.count == StepOrder.mostFollowed { knownFollowers = [:] }
        knownFollowers[other] = found
        return found
    }

    /// Depth first, without recursion; an edge that closes a cycle is reported and removed.
    private func sort() {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: waitsFor.count)
        var sorted = 0
        for start in waitsFor.indices where marks[start] == .new {
            var path: [(step: Int, next: Int)] = [(start, 0)]
            marks[start] = .open
            while let (step, next) = path.last {
                guard next < waitsFor[step].count else {
                    marks[step] = .done
                    rank[step] = sorted
                    sorted += 1
                    path.removeLast()
                    continue
                }
                let other = waitsFor[step][next]
                switch marks[other] {
                case .done: path[path.count - 1].next += 1
                case .new:
                    path[path.count - 1].next += 1
                    marks[other] = .open
                    path.append((other, 0))
                case .open:
                    waitsFor[step].remove(at: next)
                    let from = path.firstIndex { $0.step == other } ?? 0
                    cycles.append(Cycle(steps: shortened(path[from...].map(\.step) + [other])))
                }
            }
        }
    }

    /// Leaves out what lies between a barrier and a step far above it: it waits for that one itself.
    private func shortened(_ cycle: [Int]) -> [Int] {
        var short = [cycle[0]]
        var at = 0
        while at < cycle.count - 1 {
            let step = cycle[at]
            let next = isBarrier[step] ? cycle.indices.last { $0 > at && cycle[$0] < step } : nil
            at = next ?? at + 1
            short.append(cycle[at])
        }
        return short
    }
}

extension StepOrder {
    /// The edges of a list while its steps are taken in, one after another.
    private struct Edges {
        private(set) var waitsFor: [[Int]] = []
        private(set) var isBarrier: [Bool] = []
        /// Whether a step waits for one further down.
        private(set) var looksAhead = false
        /// Steps taken in so far that came after the last barrier, itself included.
        private var latest: [Int] = []
        /// Whether one of the steps taken in waits for this one.
        private var hasFollower: [Bool]

        init(count: Int) {
            waitsFor.reserveCapacity(count)
            isBarrier.reserveCapacity(count)
            hasFollower = Array(repeating: false, count: count)
        }

        mutating func add(_ step: Int, after sources: Set<Int>, isBarrier: Bool) {
            var all = sources
            if isBarrier {
                all.formUnion(latest.filter { !hasFollower[$0] })
                latest = []
            }
            for source in all {
                hasFollower[source] = true
                if source > step { looksAhead = true }
            }
            latest.append(step)
            waitsFor.append(all.sorted())
            self.isBarrier.append(isBarrier)
        }
    }
}

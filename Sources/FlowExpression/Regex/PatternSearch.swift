/// Finds matches in one text, in time linear in the text and in the program, however many matches there are.
///
/// The text is read backwards first: the automaton says for each place which instructions can still reach a match. Going
/// forwards then never goes wrong: of the ways the expression prefers, in its order, the first that can reach a match is
/// taken (Frisch and Cardelli, "Greedy Regular Expression Matching", 2004). So that the states of all places needn't be
/// kept, reading backwards leaves a mark every so often, and the states between two marks are found again when they
/// are needed.
struct PatternSearch {
    /// Bytes between two marks, about.
    private static let blockSize = 1024

    private let program: PatternProgram
    private let text: PatternText
    private(set) var automaton: PatternAutomaton
    private let slotCount: Int
    /// Places in ascending order, from the start of the text to its end, and what can be reached from each.
    private var marks: [(place: Int, reach: PatternAutomaton.Reach)] = []
    private var mark = 0
    /// The places whose states are at hand, and the states, by distance from the first.
    private var block = 0..<0
    private var states: [Int32] = []
    /// Instructions visited on the way forwards.
    private var visits = 0
    private var paid: Int
    /// For each instruction, the last time it was visited.
    private var visited: [Int]
    private var time = 0

    /// - Parameter slotCount: the positions to report for a match, two for the whole and for each group.
    init(_ program: PatternProgram, _ text: PatternText, _ automaton: PatternAutomaton, slotCount: Int = 0) {
        self.program = program
        self.text = text
        self.automaton = automaton
        self.slotCount = slotCount
        visited = [Int](repeating: 0, count: slotCount > 0 ? program.instructions.count : 0)
        paid = automaton.work
    }

    /// Charges what was done since the last time, and `bytes` that were read.
    private mutating func pay(_ bytes: Int, _ frame: inout Frame) throws(Fault) {
        let work = automaton.work + visits
        // Some eight visits cost as much as one term of an expression.
        try frame.spend(steps: bytes / 8 + (work - paid) / 8 + 1)
        paid = work
    }
}

// MARK: - Backwards

extension PatternSearch {
    /// Whether a match starts somewhere.
    mutating func isFound(_ frame: inout Frame) throws(Fault) -> Bool {
        var place = text.count
        var state = automaton.end(after: text.neighbour(before: place))
        while true {
            let stop = max(0, place - PatternSearch.blockSize)
            let start = place
            while place > stop, !automaton.canStart(state) { back(&state, &place) }
            try pay(start - place, &frame)
            if automaton.canStart(state) || place == 0 { return automaton.canStart(state) }
            trim(&state)
        }
    }

    @inline(__always)
    private mutating func back(_ state: inout Int32, _ place: inout Int) {
        let start = text.start(before: place)
        state = automaton.step(
            state, text.number(at: start), after: program.hasAssertions ? text.neighbour(before: start) : .none)
        place = start
    }

    private mutating func trim(_ state: inout Int32) {
        let reach = automaton.reach(state)
        automaton.trim()
        state = automaton.number(of: reach)
    }

    /// Reads the whole text backwards, leaving marks.
    private mutating func leaveMarks(_ frame: inout Frame) throws(Fault) {
        var place = text.count
        var state = automaton.end(after: text.neighbour(before: place))
        marks.append((place, automaton.reach(state)))
        while place > 0 {
            let stop = max(0, place - PatternSearch.blockSize)
            let start = place
            while place > stop { back(&state, &place) }
            try pay(start - place, &frame)
            marks.append((place, automaton.reach(state)))
            trim(&state)
        }
        marks.reverse()
    }

    /// The state at a place. Places are asked for in ascending order.
    private mutating func state(at place: Int, _ frame: inout Frame) throws(Fault) -> Int32 {
        if !block.contains(place) { try enter(place, &frame) }
        return states[place - block.lowerBound]
    }

    /// Finds the states between the mark at `place` or before and the next one.
    private mutating func enter(_ place: Int, _ frame: inout Frame) throws(Fault) {
        while mark + 1 < marks.count, marks[mark + 1].place <= place { mark += 1 }
        let start = marks[mark].place
        let last = marks[min(mark + 1, marks.count - 1)]
        automaton.trim()
        var state = automaton.number(of: last.reach)
        var end = last.place
        states = [Int32](repeating: state, count: end - start + 1)
        while end > start {
            back(&state, &end)
            states[end - start] = state
        }
        block = start..<last.place + 1
        try pay(last.place - start, &frame)
    }
}

// MARK: - Forwards

extension PatternSearch {
    private enum Pending {
        case visit(Int)
        /// Undoes what the ways above it in the list have saved.
        case restore(slot: Int, Int)
    }

    /// The matches from left to right that don't overlap: for each, where its groups start and end, -1 where a group
    /// took no part. An empty match right behind another match is none.
    mutating func matches(limit: Int, _ frame: inout Frame) throws(Fault) -> [[Int]] {
        try leaveMarks(&frame)
        var found: [[Int]] = []
        var place = 0
        var end = -1
        while found.count < limit {
            if automaton.canStart(try state(at: place, &frame)) {
                let slots = try trace(from: place, &frame)
                if slots[1] > place || place != end {
                    try frame.spend(bytes: slotCount * MemoryLayout<Int>.stride)
                    found.append(slots)
                    end = slots[1]
                    if end > place {
                        place = end
                        continue
                    }
                }
            }
            guard place < text.count else { break }
            place = text.end(after: place)
        }
        return found
    }

    /// Follows the preferred way from a place where a match starts.
    private mutating func trace(from start: Int, _ frame: inout Frame) throws(Fault) -> [Int] {
        var slots = [Int](repeating: -1, count: slotCount)
        var place = start
        var pending = [Pending.visit(0)]
        while true {
            let state = try state(at: place, &frame)
            time += 1
            var reader = 0
            walk: while let next = pending.popLast() {
                guard case .visit(let position) = next else {
                    if case .restore(let slot, let value) = next { slots[slot] = value }
                    continue
                }
                visits += 1
                guard visited[position] != time, automaton.contains(position, in: state) else { continue }
                visited[position] = time
                switch program.instructions[position] {
                case .match:
                    try pay(0, &frame)
                    return slots
                case .set:
                    reader = position
                    break walk
                case .jump(let target): pending.append(.visit(target))
                case .split(let preferred, let other): pending += [.visit(other), .visit(preferred)]
                case .save(let slot):
                    pending.append(.restore(slot: slot, slots[slot]))
                    slots[slot] = place
                    pending.append(.visit(position + 1))
                case .assert: pending.append(.visit(position + 1))
                }
            }
            pending.removeAll(keepingCapacity: true)
            pending.append(.visit(reader + 1))
            place = text.end(after: place)
        }
    }
}

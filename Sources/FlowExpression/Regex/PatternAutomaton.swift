/// Says for a place in a text which instructions of a program can still reach a match from there, given which can from
/// the place behind the next character. Reading a text backwards that way takes one look at a table for each
/// character; the table is filled while it is used.
struct PatternAutomaton: Sendable {
    typealias Neighbour = PatternAlphabet.Neighbour

    /// A set of instructions, a bit for each.
    struct Reach: Sendable, Hashable {
        fileprivate(set) var words: [UInt64]

        func contains(_ position: Int) -> Bool { words[position >> 6] >> UInt64(position & 63) & 1 == 1 }

        fileprivate mutating func insert(_ position: Int) -> Bool {
            let bit = UInt64(1) << UInt64(position & 63)
            guard words[position >> 6] & bit == 0 else { return false }
            words[position >> 6] |= bit
            return true
        }
    }

    /// Bytes of states and table beyond which ``trim()`` forgets them.
    private static let maximumSize = 4 << 20

    private let program: PatternProgram
    private let neighbourCount: Int
    private let rowSize: Int
    private var reaches: [Reach] = []
    private var numbers: [Reach: Int32] = [:]
    /// For each state, class and neighbour before the character the next state; -1 where it isn't known yet.
    private var table: [Int32] = []
    /// For each state, whether a match can start there.
    private var starts: [Bool] = []
    /// Instructions looked at so far, which is what filling the table costs.
    private(set) var work = 0

    init(_ program: PatternProgram) {
        self.program = program
        neighbourCount = program.hasAssertions ? 4 : 1
        rowSize = program.alphabet.count * neighbourCount
    }

    func canStart(_ state: Int32) -> Bool { starts[Int(state)] }

    func reach(_ state: Int32) -> Reach { reaches[Int(state)] }

    func contains(_ position: Int, in state: Int32) -> Bool { reaches[Int(state)].contains(position) }

    /// The state at the end of a text whose last character is `last`.
    mutating func end(after last: Neighbour) -> Int32 {
        var reach = empty
        close(&reach, [program.instructions.count - 1], between: last, and: .none)
        return number(of: reach)
    }

    /// The state before a character of `class` that stands behind `previous`, given the state behind it.
    @inline(__always)
    mutating func step(_ state: Int32, _ number: Int, after previous: Neighbour) -> Int32 {
        let place = Int(state) * rowSize + number * neighbourCount + (neighbourCount > 1 ? previous.rawValue : 0)
        let known = table[place]
        return known >= 0 ? known : fill(place, state, number, after: previous)
    }

    /// The number of a state that was known before it was trimmed.
    mutating func number(of reach: Reach) -> Int32 {
        if let known = numbers[reach] { return known }
        let number = Int32(reaches.count)
        numbers[reach] = number
        reaches.append(reach)
        starts.append(reach.contains(0))
        table.append(contentsOf: repeatElement(-1, count: rowSize))
        return number
    }

    /// Forgets all states, where they take too much; numbers given out before mean nothing afterwards.
    mutating func trim() {
        guard reaches.count * (empty.words.count * 16 + rowSize * 4) > PatternAutomaton.maximumSize else { return }
        reaches.removeAll()
        numbers.removeAll()
        starts.removeAll()
        table.removeAll()
    }

    private var empty: Reach { Reach(words: [UInt64](repeating: 0, count: program.instructions.count / 64 + 1)) }

    private mutating func fill(_ place: Int, _ state: Int32, _ number: Int, after previous: Neighbour) -> Int32 {
        let behind = reaches[Int(state)]
        var readers = [program.instructions.count - 1]
        for (index, word) in behind.words.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                let position = index << 6 + rest.trailingZeroBitCount
                rest &= rest - 1
                work += 1
                guard position > 0, case .set(let set) = program.instructions[position - 1],
                    program.alphabet.contains(set, number)
                else { continue }
                readers.append(position - 1)
            }
        }
        var reach = empty
        close(&reach, readers, between: previous, and: program.alphabet.neighbour(ofClass: number))
        let next = self.number(of: reach)
        table[place] = next
        return next
    }

    /// Adds `positions` and all that leads to them without reading a character.
    private mutating func close(
        _ reach: inout Reach, _ positions: [Int], between previous: Neighbour, and next: Neighbour
    ) {
        var pending = positions
        while let position = pending.popLast() {
            work += 1
            if case .assert(let assertion) = program.instructions[position],
                !assertion.holds(between: previous, and: next)
            {
                continue
            }
            guard reach.insert(position) else { continue }
            pending += program.sources[position]
        }
    }
}

extension PatternSyntax.Assertion {
    fileprivate func holds(
        between previous: PatternAlphabet.Neighbour, and next: PatternAlphabet.Neighbour
    ) -> Bool {
        switch self {
        case .textStart: previous == .none
        case .textEnd: next == .none
        case .lineStart: previous == .none || previous == .newline
        case .lineEnd: next == .none || next == .newline
        case .wordBoundary: (previous == .word) != (next == .word)
        case .notWordBoundary: (previous == .word) == (next == .word)
        }
    }
}

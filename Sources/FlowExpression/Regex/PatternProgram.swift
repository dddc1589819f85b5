/// A regular expression as instructions for ``PatternMachine``.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case match
        case set(Int)
        case scalar(UInt32)
        /// Goes both ways; the first is preferred.
        case split(Int, Int)
        case jump(Int)
        case save(Int)
        case assert(PatternSyntax.Assertion)
    }

    /// Larger programs are refused: the time of a match grows with them.
    static let maximumSize = 20_000

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [CharacterSet] = []

    init(_ syntax: PatternSyntax) throws(PatternFault) {
        try add(.group(syntax, index: 0))
        try emit(.match)
    }

    private mutating func emit(_ instruction: Instruction) throws(PatternFault) {
        guard instructions.count < PatternProgram.maximumSize else {
            throw PatternFault(
                "the regular expression is too large once its repetitions are written out",
                hint: "repeat less often")
        }
        instructions.append(instruction)
    }

    private mutating func add(_ syntax: PatternSyntax) throws(PatternFault) {
        switch syntax {
        case .empty: break
        case .set(let set):
            if set.ranges.count == 1, set.ranges[0].count == 1, set.categories.isEmpty, !set.isNegated {
                try emit(.scalar(set.ranges[0].lowerBound))
            } else {
                sets.append(set)
                try emit(.set(sets.count - 1))
            }
        case .sequence(let items): for item in items { try add(item) }
        case .alternatives(let branches): try addAlternatives(branches)
        case .group(let inner, let index):
            if let index { try emit(.save(2 * index)) }
            try add(inner)
            if let index { try emit(.save(2 * index + 1)) }
        case .repetition(let inner, let minimum, let maximum, let isGreedy):
            try addRepetition(of: inner, minimum, maximum, isGreedy)
        case .assertion(let assertion): try emit(.assert(assertion))
        }
    }

    private mutating func addAlternatives(_ branches: [PatternSyntax]) throws(PatternFault) {
        var exits: [Int] = []
        for (number, branch) in branches.enumerated() {
            guard number < branches.count - 1 else {
                try add(branch)
                break
            }
            let fork = instructions.count
            try emit(.split(fork + 1, 0))
            try add(branch)
            exits.append(instructions.count)
            try emit(.jump(0))
            instructions[fork] = .split(fork + 1, instructions.count)
        }
        for exit in exits { instructions[exit] = .jump(instructions.count) }
    }

    private mutating func addRepetition(
        of inner: PatternSyntax, _ minimum: Int, _ maximum: Int?, _ isGreedy: Bool
    ) throws(PatternFault) {
        for _ in 0..<minimum { try add(inner) }
        guard let maximum else {
            let fork = instructions.count
            try emit(.split(0, 0))
            try add(inner)
            try emit(.jump(fork))
            instructions[fork] = self.fork(into: fork + 1, past: instructions.count, isGreedy)
            return
        }
        var forks: [Int] = []
        for _ in minimum..<max(minimum, maximum) {
            forks.append(instructions.count)
            try emit(.split(0, 0))
            try add(inner)
        }
        for fork in forks { instructions[fork] = self.fork(into: fork + 1, past: instructions.count, isGreedy) }
    }

    private func fork(into body: Int, past end: Int, _ isGreedy: Bool) -> Instruction {
        isGreedy ? .split(body, end) : .split(end, body)
    }
}

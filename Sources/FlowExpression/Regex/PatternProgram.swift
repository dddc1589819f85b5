/// A regular expression as instructions, each of which goes on to the next where it doesn't say otherwise.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case match
        /// Reads one character of the set with that number.
        case set(Int)
        /// Goes both ways; the first is preferred.
        case split(Int, Int)
        case jump(Int)
        case save(Int)
        case assert(PatternSyntax.Assertion)
    }

    let instructions: [Instruction]
    /// For each instruction, those that lead to it without reading a character.
    let sources: [[Int]]
    let alphabet: PatternAlphabet
    /// Whether matching looks at the characters beside a place.
    let hasAssertions: Bool

    /// - Throws: where the program would be too large; the time of a match grows with its size.
    init(_ syntax: PatternSyntax) throws(PatternFault) {
        var writer = PatternWriter()
        try writer.add(.group(syntax, index: 0))
        try writer.emit(.match)
        instructions = writer.instructions
        hasAssertions = writer.hasAssertions
        alphabet = try PatternAlphabet(writer.sets + (hasAssertions ? [.newline, .word] : []))
        var sources = [[Int]](repeating: [], count: instructions.count)
        for (position, instruction) in instructions.enumerated() {
            switch instruction {
            case .match, .set: break
            case .jump(let target): sources[target].append(position)
            case .save, .assert: sources[position + 1].append(position)
            case .split(let preferred, let other):
                sources[preferred].append(position)
                if other != preferred { sources[other].append(position) }
            }
        }
        self.sources = sources
    }
}

/// Writes the instructions of a syntax tree.
private struct PatternWriter {
    private static let maximumSize = 20_000

    private(set) var instructions: [PatternProgram.Instruction] = []
    private(set) var sets: [CodePoints] = []
    private(set) var hasAssertions = false
    private var setNumbers: [CodePoints: Int] = [:]

    mutating func emit(_ instruction: PatternProgram.Instruction) throws(PatternFault) {
        guard instructions.count < PatternWriter.maximumSize else {
            throw PatternFault(
                "the regular expression is too large once its repetitions are written out",
                hint: "repeat less often")
        }
        instructions.append(instruction)
    }

    mutating func add(_ syntax: PatternSyntax) throws(PatternFault) {
        switch syntax {
        case .empty: break
        case .set(let set):
            let number = setNumbers[set] ?? sets.count
            if number == sets.count {
                sets.append(set)
                setNumbers[set] = number
            }
            try emit(.set(number))
        case .sequence(let items): for item in items { try add(item) }
        case .alternatives(let branches): try addAlternatives(branches)
        case .group(let inner, let index):
            if let index { try emit(.save(2 * index)) }
            try add(inner)
            if let index { try emit(.save(2 * index + 1)) }
        case .repetition(let inner, let minimum, let maximum, let isGreedy):
            try addRepetition(of: inner, minimum, maximum, isGreedy)
        case .assertion(let assertion):
            hasAssertions = true
            try emit(.assert(assertion))
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
        // Without an upper bound the last of the repetitions that must be is the one that repeats. With none at all,
        // x* is (x+)?, which takes part once where x matches nothing, as RE2 has it.
        let copies = maximum == nil ? max(minimum - 1, 0) : minimum
        for _ in 0..<copies {
            let size = instructions.count
            try add(inner)
            // Nothing, however often repeated, stays nothing.
            if instructions.count == size { break }
        }
        guard let maximum else {
            let entry = instructions.count
            if minimum == 0 { try emit(.split(0, 0)) }
            let body = instructions.count
            try add(inner)
            let end = instructions.count + 1
            try emit(fork(into: body, past: end, isGreedy))
            if minimum == 0 { instructions[entry] = fork(into: body, past: end, isGreedy) }
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

    private func fork(into body: Int, past end: Int, _ isGreedy: Bool) -> PatternProgram.Instruction {
        isGreedy ? .split(body, end) : .split(end, body)
    }
}

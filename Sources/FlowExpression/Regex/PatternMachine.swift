/// Runs a program over text by following all its threads at once: time grows with text times program, whatever both are.
struct PatternMachine {
    private let program: PatternProgram
    private let text: [Unicode.Scalar]
    private let capturesGroups: Bool
    private let slotCount: Int

    /// Threads in order of preference, each program position at most once.
    private struct Threads {
        var order: [Int] = []
        var captures: [[Int]] = []
        private var mark: [Int]
        private var generation = 0

        init(size: Int) { mark = [Int](repeating: -1, count: size) }

        mutating func clear() {
            order.removeAll(keepingCapacity: true)
            captures.removeAll(keepingCapacity: true)
            generation += 1
        }

        mutating func visit(_ position: Int) -> Bool {
            guard mark[position] != generation else { return false }
            mark[position] = generation
            return true
        }
    }

    init(_ program: PatternProgram, _ text: [Unicode.Scalar], groups: Int, capturing: Bool) {
        self.program = program
        self.text = text
        capturesGroups = capturing
        slotCount = capturing ? 2 * (groups + 1) : 0
    }

    /// The positions of the leftmost match's groups, -1 where a group took no part; nil where nothing matches.
    /// Without capturing, an empty list says that something matches.
    func match(from start: Int, anchored: Bool, toEnd: Bool) -> [Int]? {
        var current = Threads(size: program.instructions.count)
        var following = Threads(size: program.instructions.count)
        var found: [Int]?
        current.clear()
        var index = start
        while true {
            if found == nil, index == start || !anchored {
                add(0, at: index, [Int](repeating: -1, count: slotCount), to: &current)
            }
            if current.order.isEmpty, anchored || found != nil { break }
            following.clear()
            let scalar = index < text.count ? text[index] : nil
            threads: for (number, position) in current.order.enumerated() {
                let captures = capturesGroups ? current.captures[number] : []
                switch program.instructions[position] {
                case .match:
                    if toEnd, index < text.count { continue }
                    found = captures
                    // Later threads are less preferred than this match.
                    break threads
                case .scalar(let wanted):
                    if scalar?.value == wanted { add(position + 1, at: index + 1, captures, to: &following) }
                case .set(let set):
                    if let scalar, program.sets[set].contains(scalar) {
                        add(position + 1, at: index + 1, captures, to: &following)
                    }
                default: break
                }
            }
            if found != nil, !capturesGroups { return found }
            swap(&current, &following)
            guard index < text.count else { break }
            index += 1
        }
        return found
    }

    /// Follows everything that reads no character, with a stack of its own so that depth costs no recursion.
    private func add(_ entry: Int, at index: Int, _ captures: [Int], to threads: inout Threads) {
        var pending: [(position: Int, captures: [Int])] = [(entry, captures)]
        while let (position, captures) = pending.popLast() {
            guard threads.visit(position) else { continue }
            switch program.instructions[position] {
            case .jump(let target): pending.append((target, captures))
            case .split(let preferred, let other):
                pending.append((other, captures))
                pending.append((preferred, captures))
            case .save(let slot):
                var changed = captures
                if capturesGroups, slot < slotCount { changed[slot] = index }
                pending.append((position + 1, changed))
            case .assert(let assertion):
                if holds(assertion, at: index) { pending.append((position + 1, captures)) }
            default:
                threads.order.append(position)
                if capturesGroups { threads.captures.append(captures) }
            }
        }
    }

    private func holds(_ assertion: PatternSyntax.Assertion, at index: Int) -> Bool {
        switch assertion {
        case .textStart: index == 0
        case .textEnd: index == text.count
        case .lineStart: index == 0 || text[index - 1] == "\n"
        case .lineEnd: index == text.count || text[index] == "\n"
        case .wordBoundary: isWord(index - 1) != isWord(index)
        case .notWordBoundary: isWord(index - 1) == isWord(index)
        }
    }

    private func isWord(_ index: Int) -> Bool {
        guard text.indices.contains(index), text[index].isASCII else { return false }
        return Lexer.continuesName(UInt8(text[index].value))
    }
}

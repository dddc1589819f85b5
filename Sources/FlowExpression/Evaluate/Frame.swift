import FlowCore

/// What one evaluation holds: its variables in slots, what it may still spend, and where names are looked up.
struct Frame {
    let scope: EvaluationScope
    /// Roots, filled when first asked for, and the variables of macros.
    var slots: [Value?]
    private var unknownSlots: Set<Int> = []
    private var steps: Int
    private var bytes: Int
    private var patterns: [MapKey: Pattern] = [:]
    /// Is told what each term gives, where terms are observed.
    let recorder: Recorder?

    init(scope: EvaluationScope, slotCount: Int, recorder: Recorder? = nil) {
        self.scope = scope
        self.recorder = recorder
        slots = [Value?](repeating: nil, count: slotCount)
        steps = scope.budget.steps
        bytes = scope.budget.bytes
    }

    /// The value of a root name; asked of the scope once.
    mutating func root(_ name: String, slot: Int) -> Value? {
        if let value = slots[slot] { return value }
        if unknownSlots.contains(slot) { return nil }
        guard let value = scope.lookup(name) else {
            unknownSlots.insert(slot)
            return nil
        }
        slots[slot] = value
        return value
    }

    /// Counts one step of work.
    @inline(__always)
    mutating func step() throws(Fault) {
        steps &-= 1
        if steps < 0 { throw stepsSpent }
    }

    /// Counts work that is proportional to `count`, such as comparing a list.
    mutating func spend(steps count: Int) throws(Fault) {
        steps -= min(count, steps + 1)
        if steps < 0 { throw stepsSpent }
    }

    /// Counts memory that a result takes.
    mutating func spend(bytes count: Int) throws(Fault) {
        bytes -= min(count, bytes + 1)
        if bytes < 0 {
            throw Fault(
                .budget, "the expression needs more than \(scope.budget.bytes) bytes",
                hint: "filter the list before you join it, or write the data to a file")
        }
    }

    private var stepsSpent: Fault {
        Fault(
            .budget, "the expression takes more than \(scope.budget.steps) steps",
            hint: "nested loops multiply: filter the list first, or index it once with index_by()")
    }

    /// Whether a result may be larger than what it was made from.
    var hasBuilt: Bool { bytes < scope.budget.bytes }

    /// Bounds what the result would be when it is written out. A list that holds another one twice costs two places,
    /// however long that is, so that a few dozen of them inside each other would never come to an end.
    mutating func admit(_ result: Value) throws(Fault) {
        let limit = 4 * scope.budget.steps
        steps = limit
        do { _ = try read(result) } catch {
            throw Fault(
                .budget, "the result has more than \(limit) parts",
                hint: "what stands in it many times is written many times: return it once")
        }
    }

    /// A regular expression, charged for once per evaluation.
    mutating func pattern(_ text: String) throws(Fault) -> Pattern {
        if let known = patterns[.string(text)] { return known }
        let pattern: Pattern
        do { pattern = try Pattern.shared(text) } catch { throw .invalid(error.message, hint: error.hint) }
        // It is kept until the evaluation ends.
        try spend(steps: 2 * pattern.size)
        try spend(bytes: 64 * pattern.size)
        patterns[.string(text)] = pattern
        return pattern
    }
}

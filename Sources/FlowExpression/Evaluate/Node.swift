import FlowCore

/// A term that has been compiled: names are slots, functions are found, literals are values.
protocol Node: AnyObject, Sendable {
    /// Bytes of the expression's text.
    var range: Range<Int> { get }
    func evaluate(_ frame: inout Frame) throws(Fault) -> Value
}

extension Node {
    /// The term's value, counted as one step. Every node asks its children through this.
    @inline(__always)
    func value(_ frame: inout Frame) throws(Fault) -> Value {
        try frame.step()
        return try evaluate(&frame)
    }

    func located<Result>(_ body: () throws(Fault) -> Result) throws(Fault) -> Result {
        do { return try body() } catch { throw error.located(at: range) }
    }
}

final class LiteralNode: Node {
    let range: Range<Int>
    let literal: Value

    init(_ literal: Value, range: Range<Int>) {
        self.literal = literal
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value { literal }
}

/// A name the scope gives.
final class RootNode: Node {
    let range: Range<Int>
    let name: String
    let slot: Int
    /// What the name means where the scope doesn't know it: a type, or `absent`.
    let builtin: Value?

    init(name: String, slot: Int, builtin: Value?, range: Range<Int>) {
        self.name = name
        self.slot = slot
        self.builtin = builtin
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        if let value = frame.root(name, slot: slot) ?? builtin { return value }
        throw Fault(.absence, "unknown name \"\(name)\"", range: range)
    }
}

/// A variable of a macro.
final class LocalNode: Node {
    let range: Range<Int>
    let slot: Int

    init(slot: Int, range: Range<Int>) {
        self.slot = slot
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value { frame.slots[slot] ?? .null }
}

/// `a.b.c` where a scope may know `a.b` as one name, as CEL's containers do: the longest known name wins.
final class QualifiedNode: Node {
    let range: Range<Int>
    let candidates: [(name: String, slot: Int, members: [MapKey])]
    let plain: any Node

    init(candidates: [(name: String, slot: Int, members: [MapKey])], plain: any Node, range: Range<Int>) {
        self.candidates = candidates
        self.plain = plain
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        for (name, slot, members) in candidates {
            guard var value = frame.root(name, slot: slot) else { continue }
            for member in members {
                value = try located { () throws(Fault) in try Selection.member(member, of: value, path: name) }
            }
            return value
        }
        return try plain.evaluate(&frame)
    }
}

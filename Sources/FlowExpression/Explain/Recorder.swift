import FlowCore
import Synchronization

/// Writes down what every term of one evaluation gave. Terms are compiled anew around it, so that evaluation costs
/// nothing more where nobody asks.
final class Recorder: Sendable {
    /// One evaluation of a term, with those of the terms inside it.
    struct Visit {
        let range: Range<Int>
        /// Of a macro that goes through items: which of them the term was evaluated for.
        let item: Int?
        var result: Result<Value, Fault>?
        var inner: [Visit] = []
        /// How many items this term went through.
        var items = 0
    }

    /// Of the items of a macro, so many first ones are kept, and the last one: where it stopped.
    static let keptItems = 3

    private struct State {
        var open: [Visit] = []
        var whole: Visit?
        /// Terms that are the first to be evaluated for each item.
        var itemStarts: Set<Range<Int>> = []
    }

    private let state = Mutex(State())

    /// What was written down, when the evaluation has ended.
    var whole: Visit? { state.withLock { $0.whole } }

    func observing(_ node: any Node, of syntax: Syntax) -> any Node {
        if let macro = node as? ComprehensionNode {
            let first = (macro.condition ?? macro.body).range
            _ = state.withLock { $0.itemStarts.insert(first) }
        }
        return ObservedNode(node, range: syntax.range, recorder: self)
    }

    fileprivate func begin(_ range: Range<Int>) {
        state.withLock { state in
            var item: Int?
            if let parent = state.open.indices.last {
                if state.itemStarts.contains(range) { state.open[parent].items += 1 }
                if state.open[parent].items > 0 { item = state.open[parent].items - 1 }
            }
            state.open.append(Visit(range: range, item: item))
        }
    }

    fileprivate func end(_ result: Result<Value, Fault>) {
        state.withLock { state in
            guard var visit = state.open.popLast() else { return }
            visit.result = result
            guard let parent = state.open.indices.last else {
                state.whole = visit
                return
            }
            if let item = visit.item, item > Recorder.keptItems {
                state.open[parent].inner.removeAll { $0.item.map { $0 >= Recorder.keptItems && $0 != item } ?? false }
            }
            state.open[parent].inner.append(visit)
        }
    }
}

/// A term that tells a recorder what it gives.
private final class ObservedNode: Node {
    let range: Range<Int>
    private let term: any Node
    private let recorder: Recorder

    init(_ term: any Node, range: Range<Int>, recorder: Recorder) {
        self.term = term
        self.range = range
        self.recorder = recorder
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        recorder.begin(range)
        do {
            let value = try term.evaluate(&frame)
            recorder.end(.success(value))
            return value
        } catch {
            recorder.end(.failure(error))
            throw error
        }
    }
}

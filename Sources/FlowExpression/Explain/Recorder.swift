import FlowCore

/// Writes down what every term of one evaluation gave. Terms are compiled anew with ``ObservedNode``s around them, so
/// that evaluation costs nothing more where nobody asks.
final class Recorder {
    /// One evaluation of a term, with those of the terms inside it.
    struct Visit {
        let range: Range<Int>
        /// Of a macro that goes through items: the term that is evaluated first for each.
        let itemStart: Range<Int>?
        /// Of a macro that goes through items: which of them the term was evaluated for.
        let item: Int?
        var result: Result<Value, Fault>?
        var inner: [Visit] = []
        /// How many items this term went through.
        var items = 0
    }

    /// Of the items of a macro, so many first ones are kept, and the last one: where it stopped.
    static let keptItems = 3

    private var open: [Visit] = []
    /// What was written down, when the evaluation has ended.
    private(set) var whole: Visit?

    fileprivate func begin(_ range: Range<Int>, itemStart: Range<Int>?) {
        var item: Int?
        if let parent = open.indices.last {
            if open[parent].itemStart == range { open[parent].items += 1 }
            if open[parent].items > 0 { item = open[parent].items - 1 }
        }
        open.append(Visit(range: range, itemStart: itemStart, item: item))
    }

    fileprivate func end(_ result: Result<Value, Fault>) {
        guard var visit = open.popLast() else { return }
        visit.result = result
        guard let parent = open.indices.last else {
            whole = visit
            return
        }
        if let item = visit.item, item > Recorder.keptItems {
            open[parent].inner.removeAll { $0.item.map { $0 >= Recorder.keptItems && $0 != item } ?? false }
        }
        open[parent].inner.append(visit)
    }
}

/// A term that tells the recorder of the evaluation what it gives.
final class ObservedNode: Node {
    let range: Range<Int>
    private let term: any Node
    private let itemStart: Range<Int>?

    init(_ term: any Node, range: Range<Int>) {
        self.term = term
        self.range = range
        itemStart = (term as? ComprehensionNode).map { ($0.condition ?? $0.body).range }
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        let recorder = frame.recorder
        recorder?.begin(range, itemStart: itemStart)
        do {
            let value = try term.evaluate(&frame)
            recorder?.end(.success(value))
            return value
        } catch {
            recorder?.end(.failure(error))
            throw error
        }
    }
}

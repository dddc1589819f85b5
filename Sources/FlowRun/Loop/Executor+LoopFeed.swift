import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow

extension Executor {
    /// What a loop goes through: the pages of a step's output where these were kept, else the list that its head gives.
    func feed(of loop: Step.Loop, _ work: Work, previous: StoredStep?) async throws -> LoopFeed {
        if let source = loop.source, let spool = work.frame.spool(of: source.step),
            work.frame.outcome(of: source.step).map({ $0.status == .succeeded }) ?? true,
            try await page(1, of: spool) != nil
        {
            return LoopFeed(from: spool)
        }
        let items = try await elements(of: loop, work, previous: previous)
        guard let template = loop.key else { return LoopFeed(items, keys: ItemKeys(loop.keys(of: items) ?? [])) }
        var keys = ItemKeys()
        try keys.assign(template, to: items) { index, item in
            try evaluateKey(template, of: item, index, loop, work)
        }
        return LoopFeed(items, keys: keys)
    }

    /// Names an item that came in a page.
    func claimKey(
        of item: Value, _ index: Int, _ loop: Step.Loop, _ work: Work, _ keys: inout ItemKeys
    ) throws -> String {
        guard let template = loop.key else { return String(index) }
        return try keys.claim(try evaluateKey(template, of: item, index, loop, work), for: index, by: template)
    }

    private func evaluateKey(
        _ template: Template, of item: Value, _ index: Int, _ loop: Step.Loop, _ work: Work
    ) throws(Failure) -> Value {
        try template.evaluate(
            scopes.scope(
                in: work.frame, reading: Reads(template.expressions), status: work.condition,
                extra: loop.variables(item, index)))
    }

    /// The list a loop goes over; stored where it would come out differently on resume.
    private func elements(of loop: Step.Loop, _ work: Work, previous: StoredStep?) async throws -> [Value] {
        let path = work.place.path
        if let stored = previous?.resolved, let items = try open(stored).listValue { return items }
        let reads = Reads(loop.items.expressions)
        let value = try loop.items.evaluate(
            scopes.scope(in: work.frame, reading: reads, status: work.condition))
        let items: [Value]
        if case .stream(let stream) = value.revealed {
            items = try await stream.collect(as: value)
        } else {
            items = try loop.items(in: value)
        }
        if !isSettled(reads, in: work.frame) {
            journal.note([.resolved(path: path, item: nil, try store(.list(items)))])
        }
        return items
    }

    /// Whether what they read is the same when the run is taken up again.
    private func isSettled(_ reads: Reads, in frame: Frame) -> Bool {
        guard reads.isReproducible, reads.environment?.isEmpty == true, !reads.looksAtRun, let steps = reads.steps
        else { return false }
        return steps.allSatisfy { frame.outcome(of: $0)?.status == .succeeded }
    }

    /// What a page of a step's output gives a loop: one item after the other, so that the bounds of an expression hold
    /// for each and not for all.
    func readPage(
        _ number: Int, of spool: Spool, for loop: Step.Loop, _ work: Work
    ) async -> Result<LoopPage?, Failure> {
        do {
            guard let page = try await page(number, of: spool) else { return .success(nil) }
            var items = page.items
            if let source = loop.source, !source.isWhole {
                let reads = Reads(loop.items.expressions)
                let frame = Frame(parent: work.frame)
                let scope = scopes.scope(in: frame, reading: reads, status: work.condition)
                items = try items.flatMap { item in
                    frame.record(StepOutcome(.succeeded, output: .list([item]), attempts: 1), of: source.step)
                    return try loop.items(in: try loop.items.evaluate(scope))
                }
            }
            return .success(LoopPage(items: items, isLast: page.next == nil))
        } catch {
            return .failure(Failure(error))
        }
    }
}

extension Step.Loop {
    /// What expressions see of one item.
    func variables(_ item: Value, _ index: Int) -> ValueMap {
        ValueMap([(variable, item), ("index", .int(Int64(index)))])
    }

    /// The items of a list that `for_each` gave.
    fileprivate func items(in value: Value) throws(Failure) -> [Value] {
        guard let list = value.revealed.listValue else {
            throw Failure(
                .invalid, "for_each: must be a list, not \(value.shortTextOfType)",
                hint: value.mapValue == nil ? nil : "take the list inside it, or its keys", position: items.span)
        }
        return value.isSecret ? list.map(\.markedSecret) : list
    }
}

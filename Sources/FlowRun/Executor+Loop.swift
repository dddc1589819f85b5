import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow
import Synchronization

extension Executor {
    /// Runs a step for each of its items, up to `max_parallel` at a time and never more tasks than that.
    func runLoop(_ work: Work, previous: StoredStep?) async throws -> Ending {
        guard let loop = work.prepared.step.loop else { return Ending(.leftOut) }
        let path = work.place.path
        let items: [Value]
        let keys: ItemKeys
        do {
            items = try await elements(of: loop, work, previous: previous)
            keys = try self.keys(of: items, loop, work)
        } catch {
            return Ending(failed: error)
        }
        var results = LoopItems(count: items.count, keeping: program.reads.kept(of: work.prepared.step), keys: keys)
        // Whether an earlier process tried the item; empty where there was none.
        var isKnown: [Bool] = []
        if previous != nil {
            isKnown = Array(repeating: false, count: items.count)
            try await forEachStoredItem(of: path, hasOutputs: results.kept.contains(.outputs)) { stored in
                guard stored.index < items.count else { return }
                if stored.status == .succeeded {
                    try results.take(stored) { try open($0) }
                } else {
                    isKnown[stored.index] = true
                }
            }
            for index in try await journal.openAttempts(of: path).keys where index < items.count {
                isKnown[index] = true
            }
        }

        var isStopping = false
        var wasLeftOut = false
        var next = 0
        await withTaskGroup(of: (Int, StepOutcome).self) { group in
            var running = 0
            while true {
                while !isStopping, running < max(1, loop.maxParallel), next < items.count {
                    let index = next
                    next += 1
                    if results.status(of: index) != nil { continue }
                    guard control.mayStart(isHandler: work.frame.isHandler) else {
                        wasLeftOut = true
                        isStopping = true
                        break
                    }
                    running += 1
                    tasks.add(1, ordering: .relaxed)
                    let isKnown = !isKnown.isEmpty && isKnown[index]
                    let item = items[index]
                    let place = Place(path: path, item: index, key: keys[index])
                    group.addTask { (index, await self.runItem(place, index, item, loop, work, isKnown: isKnown)) }
                }
                guard running > 0, let (index, outcome) = await group.next() else { break }
                running -= 1
                tasks.subtract(1, ordering: .relaxed)
                guard outcome.isRecorded else {
                    wasLeftOut = true
                    continue
                }
                results.end(index, outcome)
                if outcome.status == .cancelled { wasLeftOut = true }
                if outcome.status != .succeeded, loop.onItemError == .stop { isStopping = true }
                setup.observer.observe(
                    .itemEnded(
                        path: path, key: keys[index], status: outcome.status,
                        failure: outcome.failure.map(setup.masker.mask), ended: results.ended,
                        failed: results.unsuccessful, total: items.count))
            }
        }
        return Ending(outcome(of: results, wasLeftOut: wasLeftOut))
    }

    /// Gives what the journal has of a loop's items in order, without holding more than a page of them.
    func forEachStoredItem(
        of path: String, hasOutputs: Bool, _ body: (StoredItem) throws -> Void
    ) async throws {
        let limit = 1000
        var next = 0
        while true {
            let page = try await journal.items(of: path, from: next, limit: limit, hasOutputs: hasOutputs)
            for item in page { try body(item) }
            guard page.count == limit, let last = page.last else { return }
            next = last.index + 1
        }
    }

    /// Doesn't throw: optimized code of Swift 6.3.1 forgets the index of a task that gives `(index, try await …)`.
    private func runItem(
        _ place: Place, _ index: Int, _ item: Value, _ loop: Step.Loop, _ work: Work, isKnown: Bool
    ) async -> StepOutcome {
        do {
            return try await runRecorded(place, index, item, loop, work, isKnown: isKnown)
        } catch {
            return lost(error)
        }
    }

    private func runRecorded(
        _ place: Place, _ index: Int, _ item: Value, _ loop: Step.Loop, _ work: Work, isKnown: Bool
    ) async throws -> StepOutcome {
        let frame = Frame(
            parent: work.frame, prefix: place.fullPath + "/", base: work.condition,
            variables: loop.variables(item, index))
        let ending = try await runOnce(
            Work(
                prepared: work.prepared, place: place, frame: frame, condition: work.condition,
                startedAt: isKnown ? work.startedAt : setup.world.clock.now()), isKnown: isKnown)
        var outcome = ending.outcome
        guard outcome.isRecorded else { return outcome }
        var stored: StoredValue?
        do throws(Failure) { stored = try store(outcome.output) } catch {
            outcome = StepOutcome(failed: error, attempts: outcome.attempts)
        }
        let end = StepEnd(
            status: outcome.status, output: stored, failure: outcome.failure.map(setup.masker.mask),
            attempts: outcome.attempts, endedAt: setup.world.clock.now())
        try await settle(
            ending, .itemEnded(path: place.path, index: index, key: place.key ?? String(index), end))
        return outcome
    }

    private func keys(of items: [Value], _ loop: Step.Loop, _ work: Work) throws -> ItemKeys {
        guard let template = loop.key else { return ItemKeys(loop.keys(of: items) ?? []) }
        var keys = ItemKeys()
        let reads = Reads(template.expressions)
        try keys.assign(template, to: items) { index, item in
            try template.evaluate(
                scopes.scope(
                    in: work.frame, reading: reads, status: work.condition, extra: loop.variables(item, index)))
        }
        return keys
    }

    /// The list a loop goes over; stored where it would come out differently on resume.
    private func elements(of loop: Step.Loop, _ work: Work, previous: StoredStep?) async throws -> [Value] {
        let path = work.place.path
        if let stored = previous?.resolved, let items = try open(stored).listValue { return items }
        let reads = Reads(loop.items.expressions)
        let value = try loop.items.evaluate(
            scopes.scope(in: work.frame, reading: reads, status: work.condition))
        let items: [Value]
        switch value.revealed {
        case .list(let list): items = value.isSecret ? list.map(\.markedSecret) : list
        case .stream(let stream): items = try await stream.collect(as: value)
        default:
            throw Failure(
                .invalid, "for_each: must be a list, not \(value.shortTextOfType)",
                hint: value.mapValue == nil ? nil : "take the list inside it, or its keys", position: loop.items.span)
        }
        if !reads.isReproducible {
            journal.note([.resolved(path: path, item: nil, try store(.list(items)))])
        }
        return items
    }

    private func outcome(of items: LoopItems, wasLeftOut: Bool) -> StepOutcome {
        // Cut off: the step stays open and goes on with the items it lacks.
        if wasLeftOut, control.reason != nil { return .leftOut }
        guard let decisive = items.decisive else {
            return StepOutcome(.succeeded, output: items.output, attempts: 1, items: items)
        }
        var whole = decisive.failure
        let first = "item \(items.keys[decisive.index]): \(decisive.failure.message)"
        whole.message = items.failed > 1 ? "\(items.failed) of \(items.count) items failed; \(first)" : first
        var outcome = StepOutcome(failed: whole, attempts: 1)
        outcome.status = decisive.status
        outcome.output = items.output
        outcome.items = items
        return outcome
    }
}

extension Step.Loop {
    /// What expressions see of one item.
    func variables(_ item: Value, _ index: Int) -> ValueMap {
        ValueMap([(variable, item), ("index", .int(Int64(index)))])
    }
}

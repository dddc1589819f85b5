import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow

extension Executor {
    /// Runs a step for each of its items, up to `max_parallel` at a time and never more tasks than that.
    func runLoop(_ work: Work, previous: StoredStep?) async throws -> Ending {
        guard let loop = work.prepared.step.loop else { return Ending(.leftOut) }
        let path = work.place.path
        let items: [Value]
        do {
            items = try await elements(of: loop, work, previous: previous)
        } catch {
            return Ending(failed: error)
        }
        let keys = loop.keys(of: items)
        var results = LoopItems(count: items.count, keys: keys)
        var isKnown: Set<Int> = []
        if previous != nil {
            for stored in try await journal.items(of: path) where stored.index < items.count {
                if stored.status == .succeeded {
                    let output = try stored.output.map { try open($0) } ?? .null
                    results.end(stored.index, StepOutcome(.succeeded, output: output, attempts: stored.attempts))
                } else {
                    isKnown.insert(stored.index)
                }
            }
            isKnown.formUnion(try await journal.openAttempts(of: path).keys)
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
                    if results.statuses[index] != nil { continue }
                    guard control.mayStart(isHandler: work.frame.isHandler) else {
                        wasLeftOut = true
                        isStopping = true
                        break
                    }
                    running += 1
                    let isKnown = isKnown.contains(index)
                    let item = items[index]
                    group.addTask {
                        (index, await self.runItem(index, item, key: keys?[index], loop, work, isKnown: isKnown))
                    }
                }
                guard running > 0, let (index, outcome) = await group.next() else { break }
                running -= 1
                guard outcome.isRecorded else {
                    wasLeftOut = true
                    continue
                }
                results.end(index, outcome)
                if outcome.status == .cancelled { wasLeftOut = true }
                if outcome.status != .succeeded, loop.onItemError == .stop { isStopping = true }
                setup.observer.observe(
                    .itemEnded(
                        path: path, index: index, status: outcome.status,
                        failure: outcome.failure.map(setup.masker.mask), ended: results.ended,
                        failed: results.unsuccessful, total: items.count))
            }
        }
        return Ending(outcome(of: results, total: items.count, wasLeftOut: wasLeftOut))
    }

    /// Doesn't throw: optimized code of Swift 6.3.1 forgets the index of a task that gives `(index, try await …)`.
    private func runItem(
        _ index: Int, _ item: Value, key: String?, _ loop: Step.Loop, _ work: Work, isKnown: Bool
    ) async -> StepOutcome {
        do {
            return try await runRecorded(index, item, key: key, loop, work, isKnown: isKnown)
        } catch {
            return lost(error)
        }
    }

    private func runRecorded(
        _ index: Int, _ item: Value, key: String?, _ loop: Step.Loop, _ work: Work, isKnown: Bool
    ) async throws -> StepOutcome {
        let place = Place(path: work.place.path, item: index)
        let frame = Frame(
            parent: work.frame, prefix: place.fullPath + "/", base: work.condition,
            variables: ValueMap([(loop.variable, item), ("index", .int(Int64(index)))]))
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
        try await settle(ending, .itemEnded(path: place.path, index: index, key: key ?? String(index), end))
        return outcome
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

    private func outcome(of items: LoopItems, total: Int, wasLeftOut: Bool) -> StepOutcome {
        let output = Value.list(items.outputs)
        // Cut off: the step stays open and goes on with the items it lacks.
        if wasLeftOut, control.reason != nil { return .leftOut }
        guard let (index, failure) = items.decisive else {
            return StepOutcome(.succeeded, output: output, attempts: 1, items: items)
        }
        var whole = failure
        let failed = items.failures.count
        whole.message =
            failed > 1
            ? "\(failed) of \(total) items failed; item \(items.key(of: index)): \(failure.message)"
            : "item \(items.key(of: index)): \(failure.message)"
        var outcome = StepOutcome(failed: whole, attempts: 1)
        outcome.status = items.statuses[index] ?? .failed
        outcome.output = output
        outcome.items = items
        return outcome
    }
}

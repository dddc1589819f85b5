import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow
import Synchronization

/// What a loop waits for.
private enum LoopEvent: Sendable {
    case ended(Place, Int, StepOutcome)
    case page(Result<LoopPage?, Failure>)
}

/// A loop while it runs.
private struct LoopState {
    var feed: LoopFeed
    var results: LoopItems
    /// The names of the items that have been taken from pages.
    var keys = ItemKeys()
    /// Whether an earlier process tried the item; empty where there was none.
    var isKnown: [Bool] = []
    var running = 0
    var isReading = false
    var isStopping = false
    var wasLeftOut = false
    /// Why there are fewer items than there should be.
    var brokeOff: Failure?

    init(_ feed: LoopFeed, keeping kept: LoopItems.Kept) {
        self.feed = feed
        results = LoopItems(count: feed.count ?? 0, keeping: kept, keys: feed.keys ?? ItemKeys())
    }

    mutating func breakOff(_ failure: Failure) {
        brokeOff = failure
        isStopping = true
    }

    /// Lets nothing more start, so that the loop goes on when the run is taken up again.
    mutating func leaveOut() {
        wasLeftOut = true
        isStopping = true
    }
}

extension Executor {
    /// Runs a step for each of its items, up to `max_parallel` at a time and never more tasks than that.
    func runLoop(_ work: Work, previous: StoredStep?) async throws -> Ending {
        guard let loop = work.prepared.step.loop else { return Ending(.leftOut) }
        let feed: LoopFeed
        do {
            feed = try await self.feed(of: loop, work, previous: previous)
        } catch {
            return Ending(failed: error)
        }
        var state = LoopState(feed, keeping: reads.kept(of: work.prepared.step))
        if previous != nil {
            do {
                try await recall(work.place.path, of: loop, &state)
            } catch let failure as Failure where failure.code == LoopItems.otherItem {
                return Ending(failed: failure)
            }
        }
        let window = max(1, loop.maxParallel)
        await withTaskGroup(of: LoopEvent.self) { group in
            while true {
                while !state.isStopping, state.running < window, let (index, item) = state.feed.take() {
                    guard let place = admit(item, index, of: loop, work, &state) else { continue }
                    state.running += 1
                    tasks.add(1, ordering: .relaxed)
                    let isKnown =
                        previous != nil && work.prepared.keepsWhatItBegan
                        || index < state.isKnown.count && state.isKnown[index]
                    group.addTask {
                        .ended(place, index, await self.runItem(place, index, item, loop, work, isKnown: isKnown))
                    }
                }
                if !state.isStopping, !state.isReading, let spool = state.feed.spool, state.feed.needsMore(for: window)
                {
                    state.isReading = true
                    let number = state.feed.nextPage
                    group.addTask { .page(await self.readPage(number, of: spool, for: loop, work)) }
                }
                // What still reads when no more may start would wait for pages that nobody needs.
                guard state.running > 0 || state.isReading && !state.isStopping, let event = await group.next()
                else { break }
                if case .ended = event { tasks.subtract(1, ordering: .relaxed) }
                take(event, of: loop, work.place.path, &state)
            }
            group.cancelAll()
        }
        return Ending(outcome(of: state))
    }

    /// Takes from the journal what came of the items before this process.
    ///
    /// - Throws: a `Failure` of code ``LoopItems/otherItem`` where an item that is finished has another name now.
    private func recall(_ path: String, of loop: Step.Loop, _ state: inout LoopState) async throws {
        let count = state.feed.count ?? .max
        try await forEachStoredItem(of: path, hasOutputs: state.results.kept.contains(.outputs)) { stored in
            guard stored.index < count else { return }
            if stored.status == .succeeded {
                if let name = state.feed.keys?[stored.index], name != stored.key, loop.namesItems {
                    throw LoopItems.otherItem(at: stored.index, named: name, insteadOf: stored.key)
                }
                try state.results.take(stored) { try open($0) }
            } else {
                state.isKnown.mark(stored.index)
            }
        }
        for index in try await journal.openAttempts(of: path).keys where index < count { state.isKnown.mark(index) }
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

    /// - Returns: nil where the item has succeeded before, or nothing more may start.
    private func admit(
        _ item: Value, _ index: Int, of loop: Step.Loop, _ work: Work, _ state: inout LoopState
    ) -> Place? {
        let key: String
        do {
            key = try state.feed.keys?[index] ?? claimKey(of: item, index, loop, work, &state.keys)
        } catch {
            state.breakOff(Failure(error))
            return nil
        }
        if state.results.status(of: index) != nil { return nil }
        guard control.mayStart(isHandler: work.frame.isHandler) else {
            state.leaveOut()
            return nil
        }
        return Place(path: work.place.path, item: index, key: key)
    }

    private func take(_ event: LoopEvent, of loop: Step.Loop, _ path: String, _ state: inout LoopState) {
        switch event {
        case .ended(let place, let index, let outcome):
            state.running -= 1
            guard outcome.isRecorded else {
                state.wasLeftOut = true
                return
            }
            let key = place.key ?? String(index)
            state.results.end(index, outcome, key: key)
            if outcome.status == .cancelled { state.wasLeftOut = true }
            if outcome.status != .succeeded, loop.onItemError == .stop { state.isStopping = true }
            setup.observer.observe(
                .itemEnded(
                    path: path, key: key, status: outcome.status, failure: outcome.failure.map(setup.masker.mask),
                    ended: state.results.ended, failed: state.results.unsuccessful, total: state.feed.count))
        case .page(.success(let page?)):
            state.isReading = false
            state.feed.add(page.items, isLast: page.isLast)
        case .page(.success(nil)):
            state.isReading = false
            if let failure = state.feed.spool?.failure {
                var whole = failure
                whole.message = "the list of items broke off: \(failure.message)"
                state.breakOff(whole)
            } else {
                state.leaveOut()
            }
        case .page(.failure(let failure)):
            state.isReading = false
            state.breakOff(failure)
        }
    }

    /// Doesn't throw: optimized code of Swift 6.3.1 forgets the index of a task that gives `(index, try await …)`.
    private func runItem(
        _ place: Place, _ index: Int, _ item: Value, _ loop: Step.Loop, _ work: Work, isKnown: Bool
    ) async -> StepOutcome {
        do {
            return try await runRecorded(place, index, seeing: loop.variables(item, index), work, isKnown: isKnown)
        } catch {
            return lost(error)
        }
    }

    /// Runs an item or iteration and writes down what came of it.
    func runRecorded(
        _ place: Place, _ index: Int, seeing variables: ValueMap, _ work: Work, isKnown: Bool
    ) async throws -> StepOutcome {
        let frame = Frame(
            parent: work.frame, prefix: place.fullPath + "/", base: work.condition, variables: variables)
        let ending = try await runOnce(
            Work(
                prepared: work.prepared, place: place, frame: frame, condition: work.condition,
                startedAt: setup.world.clock.now()), isKnown: isKnown)
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

    private func outcome(of state: LoopState) -> StepOutcome {
        // Cut off: the step stays open and goes on with the items it lacks.
        if state.wasLeftOut, control.reason != nil || state.feed.spool != nil { return .leftOut }
        let items = state.results
        var outcome = StepOutcome(.succeeded, attempts: 1)
        if let decisive = items.decisive, state.brokeOff == nil || decisive.status == .uncertain {
            var whole = decisive.failure
            let first = "item \(decisive.key): \(decisive.failure.message)"
            let total = state.feed.count.map { "\(items.failed) of \($0) items" } ?? "\(items.failed) items"
            whole.message = items.failed > 1 ? "\(total) failed; \(first)" : first
            outcome = StepOutcome(failed: whole, attempts: 1)
            outcome.status = decisive.status
        } else if let failure = state.brokeOff {
            outcome = StepOutcome(failed: failure, attempts: 1)
        }
        outcome.output = items.output
        outcome.items = items
        return outcome
    }
}

extension [Bool] {
    /// Makes the element true, growing as needed.
    fileprivate mutating func mark(_ index: Int) {
        if index >= count { self += repeatElement(false, count: index + 1 - count) }
        self[index] = true
    }
}

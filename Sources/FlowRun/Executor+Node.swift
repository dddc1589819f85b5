import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow

extension Executor {
    /// A node without effect that took less than this is sooner done again than its end is committed (decision 0015).
    private static let trivialTime: Duration = .microseconds(100)
    /// A step that took less than this is followed so soon that one commit does for its end and the next one's intent.
    static let briefTime: Duration = .milliseconds(20)

    /// Runs a node until it succeeds, fails for good, or the run stops. Each attempt has its intent in the journal
    /// before it begins; that of a write is on disk first.
    func runNode(_ work: Work, isKnown: Bool) async throws -> Ending {
        let prepared = work.prepared
        let place = work.place
        guard let node = prepared.node else { return Ending(.leftOut) }
        let earlier = isKnown ? try await journal.attempts(of: place.path, item: place.item) : []
        let settled = earlier.isEmpty ? 0 : try await lastSettledAttempt(at: place)
        let open = earlier.filter { $0.number > settled }
        if let ending = unrepeatable(work, open) { return ending }
        let first = (earlier.last?.number ?? 0) + 1
        let spool = spool(of: prepared, in: work.frame)
        var request: Request
        do {
            let sent = open.last?.intent.liveKey(at: setup.world.clock.now())
            request = try await resolve(work, node, isKnown: isKnown, settled: settled, sent: sent)
            if let (_, span) = prepared.step.idempotencyKey {
                try await givenKeys.take(
                    request.context.idempotencyKey, for: node.spec.group, at: place, span, journal)
            }
            request.context.mayBeDone = open.contains(where: \.mayBeDone)
            request.keyEnd = open.compactMap {
                $0.intent.key == request.context.idempotencyKey ? $0.intent.keyValidUntil : nil
            }.min()
        } catch {
            return Ending(StepOutcome(failed: Failure(error), attempts: first - 1))
        }
        var number = first
        while true {
            let attempt = AttemptID(path: place.path, item: place.item, number: number)
            request.context.checkpoints = StepCheckpoints(place, executor: self, attempt: number)
            try await announce(attempt, &request, work)
            switch await run(attempt, node, request, work, spool) {
            case .ended(let ending): return ending
            case .failed(let failure):
                if let ending = try await pause(after: failure, attempt, number - first + 1, node, request, work) {
                    return ending
                }
                if failure.leavesOpen { request.context.mayBeDone = true }
                number += 1
            }
        }
    }

    /// What came of an attempt.
    private enum Trial {
        case ended(Ending)
        case failed(Failure)
    }

    /// Begins an attempt that is announced, and sees it through.
    private func run(
        _ attempt: AttemptID, _ node: any Node, _ request: Request, _ work: Work, _ spool: Spool?
    ) async -> Trial {
        let start = setup.world.clock.monotonic()
        let result = await perform(node, request, work.prepared.timeout, into: spool)
        let elapsed = setup.world.clock.monotonic() - start
        let record = JournalRecord.attemptEnded(
            attempt, AttemptEnd(status: .succeeded, endedAt: setup.world.clock.now()))
        do {
            let output = try await published(try await kept(try result.get(), request), work, request.environment)
            var ending = Ending(
                StepOutcome(.succeeded, output: output, attempts: attempt.number), records: [record])
            ending.needsNoCommit =
                request.context.effect == .read && spool == nil && elapsed < Executor.trivialTime
            return .ended(ending)
        } catch let error as OutputFailure {
            // The work is done, and must not be taken for undone.
            return .ended(
                Ending(StepOutcome(failed: error.failure, attempts: attempt.number), records: [record]))
        } catch {
            return .failed(Failure(error))
        }
    }

    /// Waits until a failed attempt may be followed by another.
    ///
    /// - Parameter tries: how many there have been since the run was taken up.
    /// - Returns: nil where another follows, else how the work ends.
    private func pause(
        after failure: Failure, _ attempt: AttemptID, _ tries: Int, _ node: any Node, _ request: Request, _ work: Work
    ) async throws -> Ending? {
        let outcome = StepOutcome(failed: failure, attempts: attempt.number)
        let record = JournalRecord.attemptEnded(
            attempt, AttemptEnd(status: outcome.status, failure: failure, endedAt: setup.world.clock.now()))
        let policy = work.prepared.retry
        guard node.spec.retryOwner == .engine, tries <= policy.max,
            policy.allows(failure, effect: request.context.effect, hasIdempotencyKey: work.prepared.keyLifetime != nil),
            control.mayStart(isHandler: work.frame.isHandler)
        else { return Ending(outcome, records: [record]) }
        let pause = policy.pause(after: tries, asked: failure.retryAfter, random: setup.world.random)
        if let deadline = work.frame.deadline, setup.world.clock.monotonic() + pause > deadline {
            return Ending(outcome, records: [record])
        }
        try await journal.commit([record], synced: false)
        setup.observer.observe(
            .retryWaiting(path: attempt.path, item: attempt.item, failure: failure, pause: pause))
        guard await control.sleep(pause, isHandler: work.frame.isHandler), !Task.isCancelled else {
            let last = "cancelled before it was tried again, after: \(failure.message)"
            return Ending(StepOutcome(failed: Failure(.cancelled, last), attempts: attempt.number))
        }
        return nil
    }

    /// Writes down that an attempt begins. The intent of work that may be repeated needs nobody to wait for it.
    private func announce(_ attempt: AttemptID, _ request: inout Request, _ work: Work) async throws {
        let now = setup.world.clock.now()
        var intent = AttemptIntent(effect: request.context.effect, key: nil, keyValidUntil: nil, startedAt: now)
        if intent.effect == .write, let lifetime = work.prepared.keyLifetime {
            // From when it was first sent.
            if request.keyEnd.map({ $0 <= now }) ?? true { request.keyEnd = now.adding(lifetime) }
            intent.key = request.context.idempotencyKey
            intent.keyValidUntil = request.keyEnd
        }
        if intent.effect == .write {
            let isShared = hasCompany
            if intent.isUnrepeatable, !isShared { intent.next = work.next }
            try await journal.commit(
                [.attemptStarted(attempt, intent)], synced: intent.isUnrepeatable, isShared: isShared)
        } else {
            journal.note([.attemptStarted(attempt, intent)])
        }
        setup.observer.observe(.attemptStarted(path: attempt.path, item: attempt.item, number: attempt.number))
    }

    /// One attempt, bounded in time.
    ///
    /// - Parameter spool: takes the output where that comes in pages; null is given for it then.
    private func perform(
        _ node: any Node, _ request: Request, _ timeout: Duration?, into spool: Spool?
    ) async -> Result<Value, Failure> {
        // A node that counts its own tries bounds each of them itself, without its waits in between.
        let bound = node.spec.retryOwner == .engine ? timeout : nil
        do {
            return .success(
                try await setup.world.bounded(bound) {
                    if let spool, let node = node as? any PagedNode, node.comesInPages(request.arguments) {
                        try await self.fill(spool, by: node, request)
                        return .null
                    }
                    let output = try await node.run(request.arguments, in: request.context)
                    guard case .stream(let stream) = output.revealed else {
                        return self.setup.masker.marked(output)
                    }
                    return self.setup.masker.marked(.list(try await stream.collect(as: output)))
                })
        } catch {
            // Later steps see it as a value, and may send it anywhere.
            return .failure(setup.masker.mask(Failure(error)))
        }
    }

    private struct OutputFailure: Error {
        let failure: Failure
    }

    /// The output with the files it left in the run's folder where the journal keeps them.
    private func kept(_ output: Value, _ request: Request) async throws -> Value {
        let folder = request.context.filesDirectory + "/"
        let files = output.files.filter { $0.path.hasPrefix(folder) }
        guard !files.isEmpty else { return output }
        var kept: [MapKey: FileReference] = [:]
        do {
            for file in files where kept[.string(file.path)] == nil {
                kept[.string(file.path)] = try await journal.keep(file)
            }
        } catch {
            throw OutputFailure(failure: Failure(error))
        }
        return output.mapFiles { kept[.string($0.path)] ?? $0 }
    }

    /// The step's `outputs:` where it has them, else the node's output.
    private func published(_ output: Value, _ work: Work, _ environment: ValueMap) async throws -> Value {
        guard work.prepared.step.outputs != nil else { return output }
        do {
            return try await outputs(of: work, from: output, environment)
        } catch {
            throw OutputFailure(failure: Failure(error))
        }
    }

    /// What the `outputs:` of a step make of what its node or workflow gave.
    func outputs(of work: Work, from output: Value, _ environment: ValueMap?) async throws -> Value {
        let step = work.prepared.step
        guard let outputs = step.outputs else { return output }
        // Its own result is seen under its own id while `outputs:` is evaluated.
        let own = Frame(parent: work.frame)
        own.record(StepOutcome(.succeeded, output: output, attempts: 1), of: step.id)
        return try await scopes.outputs(
            outputs, in: own, status: work.condition, environment: environment,
            extra: ValueMap([("output", output)]))
    }
}

/// All that one attempt of a node needs.
struct Request: Sendable {
    var arguments: Arguments
    var context: NodeContext
    /// What `env` shows to the step.
    var environment: ValueMap
    /// Until when the key is remembered that an earlier attempt has sent.
    var keyEnd: Timestamp?
}

extension Executor {
    /// Evaluates arguments, environment and credential; the same for all attempts.
    ///
    /// - Parameters:
    ///   - settled: the last attempt that has been done with. What is done anew has a key of its own.
    ///   - sent: the key of an attempt that is not done with, while it counts.
    func resolve(
        _ work: Work, _ node: any Node, isKnown: Bool, settled: Int, sent: String?
    ) async throws -> Request {
        let prepared = work.prepared
        let step = prepared.step
        guard case .node(_, _, let templates) = step.kind else {
            throw Failure(.internal, "the step \"\(work.place.path)\" uses no node")
        }
        let environment = try await environment(of: work, isKnown: isKnown)
        let scope = scopes.scope(
            in: work.frame, reading: prepared.reads, status: work.condition,
            secrets: try await scopes.secrets(prepared.reads), environment: environment)
        let arguments = try node.spec.bind(try await arguments(templates, of: node.spec, scope, work, isKnown: isKnown))
        var folder = setup.workingDirectory
        if let template = step.workingDirectory ?? workflow.defaults.workingDirectory {
            let path = try template.evaluate(scope)
            guard let text = path.stringValue else {
                throw Failure(
                    .invalid, "working_directory: must be a string, not \(path.shortTextOfType)",
                    position: template.span)
            }
            folder = NodeContext(world: setup.world, workingDirectory: folder).absolutePath(text)
        }
        let givenKey = try step.idempotencyKey.map { try sent ?? $0.text.idempotencyKey(in: scope) }
        var key = StableHash()
        for part in [id.text, work.place.fullPath] { key.add(part) }
        if settled > 0 { key.add(String(settled)) }
        var context = NodeContext(
            world: setup.world, credential: try await credential(of: step, node.spec, scope),
            effect: step.effect ?? node.effect(of: arguments),
            retry: node.spec.retryOwner == .node ? prepared.retry : .none,
            timeout: prepared.timeout, deadline: work.frame.deadline, idempotencyKey: givenKey ?? key.text,
            workingDirectory: folder, environment: Dictionary(environment.map { ($0.key.text, $0.value) }) { $1 },
            filesDirectory: "\(setup.filesRoot)/\(id.text)", baseURL: setup.baseURL?.url(for: node.spec),
            log: StepLog(work.place, executor: self),
            checkpoints: StepCheckpoints(work.place, executor: self))
        context.isMocked = setup.baseURL?.isMock(for: node.spec) ?? false
        context.isKeyGiven = givenKey != nil
        context.usesCache = step.usesCache
        context.runStarted = id.time
        let scopes = scopes
        let masker = setup.masker
        context.renew = { try await scopes.renewed($0) }
        context.conceal = { masker.add(secretsIn: $0) }
        context.mask = { masker.mask($0) }
        context.pause = { [control, isHandler = work.frame.isHandler] duration in
            guard await control.sleep(duration, isHandler: isHandler), !Task.isCancelled else {
                throw CancellationError()
            }
        }
        context.lent = await scopes.lenders(to: templates, giving: arguments.values)
        return Request(arguments: arguments, context: context, environment: environment)
    }

    /// The step's variables; those that would come out differently now are as they were the first time.
    private func environment(of work: Work, isKnown: Bool) async throws -> ValueMap {
        let (prepared, place) = (work.prepared, work.place)
        let names = prepared.unreproducibleVariables
        guard !names.isEmpty else {
            return try await scopes.environment(of: prepared.step, in: work.frame, status: work.condition)
        }
        let stored =
            isKnown
            ? try await journal.checkpoint(RunReset.environment, of: place.path, item: place.item) : nil
        let known = try stored.flatMap { try open($0).mapValue }
        let environment = try await scopes.environment(
            of: prepared.step, in: work.frame, status: work.condition, known: known ?? ValueMap())
        guard known == nil else { return environment }
        // What can't be sealed is made anew.
        let kept = names.compactMap { name in environment[name].map { (name, $0) } }
            .filter { setup.sealing != nil || !$0.1.containsSecret }
        journal.note([
            .checkpoint(
                path: place.path, item: place.item, name: RunReset.environment, try store(.map(ValueMap(kept))))
        ])
        return environment
    }

    /// Stored ones where an earlier process had to keep them, because they would come out differently now.
    private func arguments(
        _ templates: [(name: String, value: ValueTemplate)], of spec: NodeSpec, _ scope: EvaluationScope,
        _ work: Work, isKnown: Bool
    ) async throws -> ValueMap {
        let place = work.place
        if !work.prepared.isReproducible, isKnown,
            let stored = try await journal.checkpoint(":resolved", of: place.path, item: place.item),
            let map = try open(stored).mapValue
        {
            return map
        }
        var arguments = ValueMap(minimumCapacity: templates.count)
        for (name, template) in templates {
            // A node knows no optionals: an empty one is an argument that is left out.
            arguments[name] = try template.evaluate(
                below: [name], inspect: spec.parameter(name)?.computed?.objection
            ) { template throws(Failure) in try template.evaluate(scope).unwrapped }
        }
        if !work.prepared.isReproducible {
            journal.note([.resolved(path: place.path, item: place.item, try store(.map(arguments)))])
        }
        return arguments
    }

    private func credential(of step: Step, _ spec: NodeSpec, _ scope: EvaluationScope) async throws -> Credential? {
        let type = spec.credentialTypes.first.flatMap(setup.credentialType)
        if let (template, span) = step.credential {
            guard let name = try template.evaluate(scope).stringValue else {
                throw Failure(.invalid, "credential: must be the name of one", position: span)
            }
            if let found = try await scopes.credential(named: name, defaultType: type) { return found }
            var failure = await scopes.missing(name, for: spec)
            failure.position = span
            throw failure
        }
        guard spec.needsCredential else { return nil }
        if let found = try await scopes.credential(namedOneOf: spec.usualCredentials, defaultType: type) {
            return found
        }
        var failure = await scopes.missing(spec.group, for: spec)
        failure.message = "\(spec.name) needs a credential, and there is none named \"\(spec.group)\""
        throw failure
    }
}

extension Template {
    /// The key that a step gives its writes.
    ///
    /// - Throws: `invalid` where it is a secret, or can't stand in a header.
    func idempotencyKey(in scope: EvaluationScope) throws(Failure) -> String {
        let value = try evaluate(scope)
        guard !value.containsSecret else {
            throw Failure(.invalid, "idempotency_key: must not be a secret, as it is kept in clear", position: span)
        }
        let key = try value.formatted()
        guard IdempotencyKey.isValid(key) else {
            throw Failure(
                .invalid, "idempotency_key: must be \(IdempotencyKey.form), not \(value.shortText)",
                hint: IdempotencyKey.hint, position: span)
        }
        return key
    }
}

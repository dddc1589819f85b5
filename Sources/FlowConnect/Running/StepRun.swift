import FlowCore
import FlowExpression
import FlowSpec

/// Sends the requests of an operation with steps one after the other; a resumed run takes what the journal has of the
/// earlier ones.
struct StepRun {
    let run: OperationRun
    let sequence: StepSequence

    func output(_ scope: Rendering) async throws -> Value {
        if let output = try await outputOfWhole(scope) { return output }
        var results = ValueMap()
        var restarts = 0
        var round = try await run.round()
        var index = 0
        while index < sequence.steps.count {
            let step = sequence.steps[index]
            let current = scope.with("steps", .map(results))
            do {
                results[step.name] = try await result(of: step, current, round: round)
                index += 1
            } catch {
                let failure = Failure(error)
                // The service has said nothing, and may be gone on with once the arguments are back.
                if failure.code == OperationRun.otherArguments { throw failure }
                if let restart = sequence.restart, index > restart.index, restarts < restart.limit,
                    failure.kind == restart.kind
                {
                    restarts += 1
                    round += 1
                    index = restart.index
                    for step in sequence.steps[index...] { results[step.name] = nil }
                    try await forget(from: index, round: round)
                    continue
                }
                try await giveUp(failure, at: index, current, round: round)
                throw error
            }
        }
        let last = results[sequence.steps.last?.name ?? ""] ?? .null
        let done = scope.with("steps", .map(results))
        guard let poll = run.operation.poll else { return try run.finish(done, body: last["body"] ?? .null) }
        let next = round + 1
        let wait = JobWait(run: run, poll: poll) { try await forget(from: 0, round: next) }
        let result = try await wait.result(done, after: last)
        return try run.finish(done.with("first", last).with(result: result), body: result["body"] ?? .null)
    }

    /// nil where the file is too large to be sent at once, or its steps have begun.
    private func outputOfWhole(_ scope: Rendering) async throws -> Value? {
        guard let whole = sequence.whole, case .file(let file)? = run.arguments[whole.parameter]?.revealed,
            file.size <= whole.limit, try await run.recalled(checkpoint(sequence.steps[0])) == nil
        else { return nil }
        let (_, decoded) = try await run.exchange(whole.request, scope, keySuffix: "-whole")
        return try run.finish(whole.output, decoded, scope)
    }

    /// The requests as far as they are known, or that of a small file.
    func preview(_ scope: Rendering) throws(Failure) -> [HTTPRequest] {
        if let whole = sequence.whole, case .file(let file)? = run.arguments[whole.parameter]?.revealed,
            file.size <= whole.limit
        {
            return [try run.request(whole.request, scope)]
        }
        return try sequence.steps.map { step throws(Failure) in try run.request(step.request, scope) }
    }

    // MARK: One step

    private func checkpoint(_ step: StepSequence.Step) -> String { "steps.\(step.name)" }

    private func checkpointOfPieces(_ step: StepSequence.Step) -> String { checkpoint(step) + ".pieces" }

    private func result(
        of step: StepSequence.Step, _ scope: Rendering, round: Int
    ) async throws -> Value {
        if !step.isFresh, let saved = try await run.recalled(checkpoint(step), of: step.request) { return saved }
        let suffix = "-\(step.name)" + OperationRun.keySuffix(round: round)
        let result =
            if let chunking = step.chunking {
                try await PieceSender(
                    run: run, request: step.request, chunking: chunking, checkpoint: checkpointOfPieces(step),
                    keySuffix: suffix,
                    endsWrite: run.context.effect == .write && step.name == sequence.steps.last?.name
                ).result(scope)
            } else {
                try await response(of: step, scope, keySuffix: suffix)
            }
        if !step.isFresh { try await run.keepResult(checkpoint(step), result, of: step.request) }
        return result
    }

    private func response(of step: StepSequence.Step, _ scope: Rendering, keySuffix: String) async throws -> Value {
        do {
            return try await answer(to: step, scope, keySuffix: keySuffix)
        } catch {
            guard let probe = step.probe, Failure(error).kind == .uncertain else { throw error }
            if let found = try await self.found(by: probe, scope) { return found }
            return try await answer(to: step, scope, keySuffix: keySuffix)
        }
    }

    /// - Throws: its refusal, too, where that may mean that the work is done and the probe finds that it isn't.
    private func answer(to step: StepSequence.Step, _ scope: Rendering, keySuffix: String) async throws -> Value {
        let (response, decoded) = try await run.exchange(step.request, scope, keySuffix: keySuffix)
        guard decoded.meansDone, let probe = step.probe else { return decoded.asValue }
        if let found = try await found(by: probe, scope) { return found }
        throw run.judge(step.request, scope).failure(of: response)
            ?? Failure(.conflict, "\(run.node): the step \"\(step.name)\" is refused as done, and isn't")
    }

    /// What a probe was answered with; nil where the work isn't done.
    private func found(by probe: StepSequence.Probe, _ scope: Rendering) async throws -> Value? {
        let (_, answer) = try await run.exchange(probe.request, scope)
        guard try run.holds(probe.done, "done", scope.with(answer)) else { return nil }
        return answer.asValue
    }

    // MARK: Failing

    /// - Parameter round: the one that begins.
    private func forget(from index: Int, round: Int) async throws {
        try await run.keep(round: round)
        for step in sequence.steps[index...] {
            if !step.isFresh { try await run.forget(checkpoint(step)) }
            if step.chunking != nil { try await run.forget(checkpointOfPieces(step)) }
        }
    }

    /// Tells the service that nothing more comes, where trying again later would be of no use. Whether it hears that is
    /// no reason to fail otherwise.
    ///
    /// - Parameter index: of the step that failed.
    private func giveUp(_ failure: Failure, at index: Int, _ scope: Rendering, round: Int) async throws {
        guard !sequence.abort.isEmpty, failure.endsSequence, try await hasBegun(at: index) else { return }
        for request in sequence.abort { _ = try? await run.exchange(request, scope) }
        try await forget(from: 0, round: round + 1)
    }

    /// Whether the service has something of the steps up to this one.
    private func hasBegun(at index: Int) async throws -> Bool {
        if index > 0 { return true }
        let step = sequence.steps[index]
        guard step.chunking != nil else { return false }
        return try await run.recalled(checkpointOfPieces(step)) != nil
    }
}

extension Failure {
    /// Whether the same request would fail again, so that what earlier steps began is of no more use.
    fileprivate var endsSequence: Bool {
        switch kind {
        case .invalid, .permission, .notFound, .conflict, .protocolError: true
        default: false
        }
    }
}

import FlowCore
import FlowExpression
import FlowSpec

/// Waits for a job that the service does in its own time.
struct JobWait {
    let run: OperationRun
    let poll: Poll
    /// Takes back what began the job, so that a resumed run begins another.
    let forget: () async throws -> Void

    /// - Parameter first: the answer that began the job.
    /// - Returns: what the job has made or the answer that said it is done, or `first` where there was no job.
    /// - Throws: a failure of kind `timeout` where it isn't done in time, `invalid` where it failed.
    func result(_ scope: Rendering, after first: Value) async throws -> Value {
        let begun = scope.with("first", first)
        if let condition = poll.condition, try !run.holds(condition, "when", begun.with(result: first)) { return first }
        try await run.rest()
        let clock = run.context.world.clock
        let start = clock.monotonic()
        var pause = min(poll.interval, .seconds(1))
        while true {
            try await run.context.wait(pause)
            let (_, decoded) = try await run.exchange(poll.request, begun)
            let answered = begun.with(decoded)
            if let failed = poll.failed, try says(failed, answered) {
                try await forget()
                throw failure(answered)
            }
            if try says(poll.until, answered) {
                guard let result = poll.result else { return decoded.asValue }
                return try await run.exchange(result, answered).decoded.asValue
            }
            guard clock.monotonic() - start < poll.limit else {
                throw Failure(
                    .timeout, "\(run.node): the service's job is not done after \(poll.limit.humanText)",
                    hint: "resume the run later: it goes on waiting for the same job")
            }
            pause = poll.interval
        }
    }

    private func says(_ condition: Expression, _ scope: Rendering) throws(Failure) -> Bool {
        do throws(Failure) {
            return try scope.holds(condition)
        } catch {
            throw Failure(
                .protocolError, "\(run.node): the answer does not say how the job stands: \(error.message)",
                underlying: error.message)
        }
    }

    private func failure(_ scope: Rendering) -> Failure {
        let text = poll.message.flatMap { try? scope.text($0) }
            .map { ServiceText.line($0, mask: run.context.masked) }
        return Failure(.invalid, "\(run.node): the service's job failed" + (text.map { ": \($0)" } ?? ""))
    }
}

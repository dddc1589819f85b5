import FlowCore

/// Answers to what was asked for once, for as long as the process runs. Who asks for the same meanwhile waits for that
/// answer.
actor SharedAnswers<Question: Hashable & Sendable, Answer: Sendable> {
    private var known: [Question: Answer] = [:]
    /// Who waits for each question that is being asked.
    private var waiting: [Question: [Int: CheckedContinuation<Void, any Error>]] = [:]
    private var arrivals = 0

    /// - Parameters:
    ///   - isGood: whether a known answer may still be given.
    ///   - ask: run by the first who wants to know. Its failure is that of all who wait, unless it was cancelled; then
    ///     another one asks.
    func answer(
        to question: Question, isGood: @Sendable (Answer) -> Bool = { _ in true },
        ask: @Sendable () async throws -> Answer
    ) async throws -> Answer {
        while true {
            if let answer = known[question], isGood(answer) { return answer }
            guard waiting[question] != nil else { break }
            try await others(asking: question)
        }
        waiting[question] = [:]
        do {
            let answer = try await ask()
            known[question] = answer
            release(question, .success(()))
            return answer
        } catch {
            let failure = Failure(error)
            release(question, failure.kind == .cancelled ? .success(()) : .failure(failure))
            throw failure
        }
    }

    /// Forgets an answer that has turned out to be wrong.
    func forget(_ question: Question, where isWrong: @Sendable (Answer) -> Bool) {
        if let answer = known[question], isWrong(answer) { known[question] = nil }
    }

    private func others(asking question: Question) async throws {
        arrivals += 1
        let number = arrivals
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiting[question]?[number] = $0 }
        } onCancel: {
            Task { await leave(question, number) }
        }
    }

    private func leave(_ question: Question, _ number: Int) {
        waiting[question]?.removeValue(forKey: number)?.resume(throwing: CancellationError())
    }

    private func release(_ question: Question, _ result: Result<Void, any Error>) {
        for waiter in (waiting.removeValue(forKey: question) ?? [:]).values { waiter.resume(with: result) }
    }
}

import FlowCore

/// Answers to what was asked for once, for as long as the process runs or until many others have been asked for since.
/// Who asks for the same meanwhile waits for that answer.
actor SharedAnswers<Question: Hashable & Sendable, Answer: Sendable> {
    /// What was asked for last, and what was asked for before that.
    private var recent: [Question: Answer] = [:]
    private var older: [Question: Answer] = [:]
    private let capacity: Int
    /// Who waits for each question that is being asked.
    private var underWay: [Question: Waiters<Void>] = [:]

    /// - Parameter capacity: how many answers are kept at least; at most twice as many are. A loop over a million items
    ///   may ask a million questions.
    init(capacity: Int = 256) { self.capacity = capacity }

    /// - Parameters:
    ///   - isGood: whether a known answer may still be given.
    ///   - ask: run by the first who wants to know. Its failure is that of all who wait, unless it was cancelled; then
    ///     another one asks.
    func answer(
        to question: Question, isGood: @Sendable (Answer) -> Bool = { _ in true },
        ask: @Sendable () async throws -> Answer
    ) async throws -> Answer {
        while true {
            if let answer = known(question), isGood(answer) { return answer }
            guard let others = underWay[question] else { break }
            try await others.wait()
        }
        let waiters = Waiters<Void>()
        underWay[question] = waiters
        defer { underWay[question] = nil }
        do {
            let answer = try await ask()
            keep(answer, to: question)
            waiters.resumeAll(with: .success(()))
            return answer
        } catch {
            let failure = Failure(error)
            waiters.resumeAll(with: failure.kind == .cancelled ? .success(()) : .failure(failure))
            throw failure
        }
    }

    /// Forgets an answer that has turned out to be wrong.
    func forget(_ question: Question, where isWrong: @Sendable (Answer) -> Bool) {
        guard let answer = known(question), isWrong(answer) else { return }
        recent[question] = nil
    }

    private func known(_ question: Question) -> Answer? {
        if let answer = recent[question] { return answer }
        guard let answer = older.removeValue(forKey: question) else { return nil }
        keep(answer, to: question)
        return answer
    }

    private func keep(_ answer: Answer, to question: Question) {
        if recent.count >= capacity, recent[question] == nil {
            older = recent
            recent = [:]
        }
        older[question] = nil
        recent[question] = answer
    }
}

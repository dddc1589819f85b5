import FlowCore
import Synchronization

@testable import FlowCLI

/// Answers questions in order and remembers them; a question too many is a failure.
final class FakePrompt: Prompt {
    private let answers: Mutex<[String]>
    private let log = Mutex<[String]>([])

    init(_ answers: [String]) { self.answers = Mutex(answers) }

    let isAvailable = true

    /// Each question, secret ones with a star.
    var questions: [String] { log.withLock { $0 } }

    func ask(_ question: String, isSecret: Bool) throws(Failure) -> String {
        log.withLock { $0.append((isSecret ? "*" : "") + question) }
        let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let answer else { throw Failure(.internal, "nothing answers \"\(question)\"") }
        return answer
    }
}

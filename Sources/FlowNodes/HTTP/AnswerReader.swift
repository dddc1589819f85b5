import FlowCore
import FlowSpec
import Synchronization

/// Reads what a request was answered with, first where it is judged whether the answer is a success, and again for the
/// output.
///
/// Keeps what it read last, so that the body isn't read twice. Safe to use from any thread.
final class AnswerReader: Sendable {
    private let format: String
    /// Whether the step asks for a coding itself, so that none is undone.
    private let isAsItCame: Bool
    private let last = Mutex<(response: HTTPResponse, value: Value)?>(nil)

    /// - Parameter format: as for ``ResponseBody/value(as:)``.
    init(as format: String, of request: HTTPRequest) {
        self.format = format
        isAsItCame = request.headers["Accept-Encoding"] != nil
    }

    /// - Throws: as ``ResponseBody/value(as:)``.
    func value(of response: HTTPResponse) throws(Failure) -> Value {
        // Equal arrays of the same buffer compare at once.
        if let held = last.withLock({ $0 }), held.response == response { return held.value }
        let value = try ResponseBody(response, isAsItCame: isAsItCame).value(as: format)
        last.withLock { $0 = (response, value) }
        return value
    }
}

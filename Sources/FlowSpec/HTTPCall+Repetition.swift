package import FlowCore

extension HTTPCall {
    /// Whether a response that is a failure says that the work is done, where an earlier try may have done it: of a
    /// deletion that nothing is there, of anything else what its connector says.
    package func isDone(by response: HTTPResponse) -> Bool {
        if request.method == "DELETE", effect == .idempotent, response.status == 404 || response.status == 410 {
            return true
        }
        return meansDone?(response) ?? false
    }

    /// Whether the other side may have done the work although the try failed.
    ///
    /// - Parameter response: nil where none arrived.
    package static func isOutcomeUnknown(_ failure: Failure, _ response: HTTPResponse?) -> Bool {
        if failure.nothingSent { return false }
        guard let response, !failure.mayBeDone else { return true }
        return response.status >= 500 && !(response.status == 503 && response.headers["retry-after"] != nil)
    }
}

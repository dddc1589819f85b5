package import FlowCore

/// The id a service gives a request, which its support asks for.
package enum RequestID {
    /// The first that is there, in the order of how much services use them.
    package static func of(_ headers: HTTPHeaders) -> String? {
        for name in names {
            guard let text = headers[name], !text.isEmpty else { continue }
            return String(terminalSafe(text).prefix(200))
        }
        return nil
    }

    private static let names = [
        "x-request-id", "request-id", "x-github-request-id", "x-slack-req-id", "x-amzn-requestid", "x-amz-request-id",
        "x-ms-request-id", "x-goog-request-id", "x-correlation-id", "x-trace-id", "cf-ray", "traceparent",
    ]
}

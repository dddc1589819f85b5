package import FlowCore

/// The id a service gives a request, which its support asks for.
package enum RequestID {
    /// The first that is there, in the order of how much services use them.
    package static func of(_ headers: HTTPHeaders) -> String? {
        for name in names {
            // A part of an id is of use to nobody.
            guard let text = headers[name], !text.isEmpty, text.utf8.count <= 200 else { continue }
            return terminalSafe(text)
        }
        return nil
    }

    private static let names = [
        "x-request-id", "request-id", "x-github-request-id", "x-slack-req-id", "x-amzn-requestid", "x-amz-request-id",
        "x-ms-request-id", "x-goog-request-id", "x-correlation-id", "x-trace-id", "cf-ray", "traceparent",
    ]
}

package import FlowCore

/// What a status means where nothing more is known of the service: one table for every HTTP node.
package enum HTTPStatusTable {
    /// The failure of a response by its status, its `Retry-After` included.
    ///
    /// - Parameters:
    ///   - effect: decides whether a server error is `transient` or leaves a write `uncertain`.
    ///   - hasIdempotencyKey: whether the request carried a key that makes a repeated write safe.
    ///   - now: for a `Retry-After` that is a date.
    /// - Returns: nil for 2xx.
    package static func failure(
        for response: HTTPResponse, effect: Effect, hasIdempotencyKey: Bool = false, now: Timestamp
    ) -> Failure? {
        let asked = AskedPause.retryAfter(response.headers, now: now)
        guard
            let kind = kind(
                ofStatus: response.status, effect: effect, hasIdempotencyKey: hasIdempotencyKey,
                asksToWait: asked != nil)
        else { return nil }
        let server = Origin(response.url)?.host ?? "the server"
        var failure = Failure(
            kind, "\(server) answered \(describe(response.status))",
            hint: hint(kind, status: response.status, asked: asked),
            code: String(response.status), retryAfter: asked)
        if kind == .protocolError, failure.hint != nil, response.headers["location"] == nil {
            failure.hint = "check the address; the answer does not say where it redirects to"
        }
        failure.requestID = RequestID.of(response.headers)
        return failure
    }

    /// The kind alone; nil for 2xx.
    ///
    /// - Parameter asksToWait: whether the response has a `Retry-After`: a 503 with one is a refusal, without one it
    ///   may come from behind a write that happened.
    package static func kind(
        ofStatus status: Int, effect: Effect, hasIdempotencyKey: Bool = false, asksToWait: Bool = false
    ) -> FailureKind? {
        switch status {
        case 200..<300: nil
        case 401: .auth
        case 403: .permission
        case 404, 410: .notFound
        case 409, 412: .conflict
        case 408, 425: .transient
        case 429: .rateLimited
        case 400..<500: .invalid
        // It says that it can't do this at all, or has no room: nothing happened, and nothing changes by itself.
        case 501, 505, 507: .invalid
        // Whoever runs the network answered in its place.
        case 511: .network
        case 503 where asksToWait: .transient
        case 500..<600: effect != .write || hasIdempotencyKey ? .transient : .uncertain
        case 300..<400: .protocolError
        default: effect != .write || hasIdempotencyKey ? .protocolError : .uncertain
        }
    }

    /// `404 Not Found`; the number alone where it has no usual name.
    package static func describe(_ status: Int) -> String { names[status].map { "\(status) \($0)" } ?? String(status) }

    /// What to do about a failure that passes by itself.
    package static func hint(toComeBackAfter pause: Duration?) -> String {
        guard let pause, pause > .zero else { return "try again later" }
        return "try again in \(pause.humanText)"
    }

    private static func hint(_ kind: FailureKind, status: Int, asked: Duration?) -> String? {
        switch kind {
        case .auth: "check the credential with \"flowctl credentials test\""
        case .permission: "give the credential the permission for this, or use another one"
        case .notFound: "check the name or id, and that the credential may see it"
        case .invalid where status == 507: "make room at the service, or have it give more"
        case .network: "log in to the network, as in a browser"
        case .invalid: "run it with --trace - to see what the service says"
        case .conflict: "look at its current state, then try again"
        case .rateLimited, .transient: hint(toComeBackAfter: asked)
        case .uncertain: "look whether it happened before you repeat it"
        case .protocolError where (300..<400).contains(status) && status != 304: "use the address it redirects to"
        default: nil
        }
    }

    private static let names: [Int: String] = [
        300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
        307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
        402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict",
        410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large",
        414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed",
        421: "Misdirected Request", 422: "Unprocessable Content", 423: "Locked", 424: "Failed Dependency",
        425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons", 500: "Internal Server Error",
        501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        505: "HTTP Version Not Supported",
        507: "Insufficient Storage", 508: "Loop Detected", 511: "Network Authentication Required",
    ]
}

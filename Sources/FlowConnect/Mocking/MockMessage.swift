package import FlowCore

/// A request as a mock of an app gets it.
package struct MockRequest: Sendable {
    /// Upper case.
    package var method: String
    /// Path and query below the app's own prefix, as they were sent: `/repos/a/b/issues?page=2`.
    package var target: String
    package var headers: HTTPHeaders
    /// As much of it as the server keeps.
    package var body: [UInt8]

    package init(method: String, target: String, headers: HTTPHeaders, body: [UInt8]) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The target without the query.
    var path: String { String(target.prefix { $0 != "?" }) }

    /// Parameters of the query in order, decoded.
    var query: [(name: String, value: String)] {
        MockRequest.pairs(String(target.drop { $0 != "?" }.dropFirst()), isForm: false)
    }

    /// The media type of the body without its parameters.
    var type: String { String((headers["Content-Type"] ?? "").prefix { $0 != ";" && $0 != " " }).lowercased() }

    var isJSON: Bool { type == "application/json" || type.hasSuffix("+json") }

    var json: Value? { isJSON ? try? JSON.parse(body) : nil }

    /// Fields of a form in order; nil where the body is none.
    var form: [(name: String, value: String)]? {
        guard type == "application/x-www-form-urlencoded" else { return nil }
        return MockRequest.pairs(String(decoding: body, as: UTF8.self), isForm: true)
    }

    private static func pairs(_ text: String, isForm: Bool) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { PercentEncoding.decode(String($0), plusIsSpace: isForm) }
            return (decoded[0], decoded.count > 1 ? decoded[1] : "")
        }
    }
}

/// What a mock answers.
package struct MockReply: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A refusal that says why.
    package static func refusal(_ status: Int, _ message: String) -> MockReply {
        MockReply(
            status: status, headers: HTTPHeaders([("Content-Type", "application/json")]),
            body: JSON.bytes(["error": .string(message), "message": .string(message)]))
    }
}

import FlowCore

/// A request taken apart the way descriptions of interfaces speak of it.
struct DocumentedRequest: Sendable {
    enum Body: Sendable {
        case none
        case json(Value)
        case form([(name: String, value: String)])
        /// Names of the parts.
        case multipart([String])
        case raw
    }

    var method: String
    var host: String
    /// Percent-encoded, with what the connector's base has of it.
    var path: String
    /// Decoded, in their order.
    var query: [(name: String, value: String)]
    var headers: HTTPHeaders
    var body: Body
    /// The body as it is, where it is in memory.
    var text: String
    /// What the parts of a multipart body hold that are no files, by their names.
    var texts: [String: String] = [:]

    init(_ request: HTTPRequest) {
        method = request.method
        let address = request.url.firstRange(of: "://").map { request.url[$0.upperBound...] } ?? request.url[...]
        let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        host = String(parts[0].prefix { $0 != "/" })
        path = String(parts[0].drop { $0 != "/" })
        query = Self.pairs(parts.count == 2 ? parts[1] : "")
        headers = request.headers
        body = Self.body(request)
        text = request.text
        if case .multipart = body { texts = Self.texts(request.body) }
    }

    /// Without parameters: `application/json`; nil where there is no body that needs one.
    var mediaType: String? {
        headers["Content-Type"].map { $0.prefix { $0 != ";" }.lowercased() }
    }

    /// Empty for any other body.
    var fieldsOfForm: [(name: String, value: String)] {
        if case .form(let pairs) = body { return pairs }
        return []
    }

    private static func pairs(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                PercentEncoding.decode(String($0), plusIsSpace: true)
            }
            return (parts[0], parts.count == 2 ? parts[1] : "")
        }
    }

    private static func body(_ request: HTTPRequest) -> Body {
        let type = request.headers["Content-Type"] ?? ""
        if type.contains("urlencoded") { return .form(pairs(request.text[...])) }
        if type.contains("multipart/") { return .multipart(partNames(request.body)) }
        if type.contains("json"), let value = try? JSON.parse(request.text) { return .json(value) }
        return request.body == .none ? .none : .raw
    }

    private static func partNames(_ body: HTTPBody) -> [String] {
        heads(body).map(\.name)
    }

    private static func texts(_ body: HTTPBody) -> [String: String] {
        let texts = heads(body).filter { !$0.head.contains("; filename=") }.map { ($0.name, $0.text) }
        return Dictionary(texts) { first, _ in first }
    }

    /// The parts: what stands before their content, their names, and the content where it is in memory.
    private static func heads(_ body: HTTPBody) -> [(head: Substring, name: String, text: String)] {
        switch body {
        case .parts(let parts): return parts.flatMap(heads)
        case .bytes(let bytes):
            let pieces = String(decoding: bytes, as: UTF8.self).split(separator: "; name=\"").dropFirst()
            return pieces.map { piece in
                let end = piece.firstRange(of: "\r\n\r\n")
                let text = end.map { piece[$0.upperBound...] } ?? ""
                return (
                    piece[..<(end?.lowerBound ?? piece.endIndex)], String(piece.prefix { $0 != "\"" }),
                    String(text.firstRange(of: "\r\n--").map { text[..<$0.lowerBound] } ?? text.dropLast())
                )
            }
        case .none, .file: return []
        }
    }
}

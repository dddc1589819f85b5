import FlowCore
import FlowSpec

/// A response that can be asked for again: it has a validator, and nothing forbids keeping it.
struct StoredResponse: Sendable, Hashable {
    private let headers: HTTPHeaders
    private let body: [UInt8]
    private let asker: Asker
    /// Fields of the request that the response depends on (`Vary`), in lower case; without secrets.
    private let varying: [String]
    /// What the request said in them.
    private let selecting: HTTPHeaders

    /// More is not kept.
    private static let maximumSize = 1 << 20
    /// Bytes of a validator; a longer one would not get through to the server.
    private static let longestValidator = 1024

    /// nil where the response may not be kept, or would be of no use.
    init?(_ response: HTTPResponse, to call: HTTPCall) {
        guard response.status == 200, response.url == call.request.sentURL, case .bytes(let bytes) = response.body,
            bytes.count <= StoredResponse.maximumSize,
            StoredResponse.validators.contains(where: { StoredResponse.validator($0.field, response.headers) != nil }),
            !StoredResponse.words(response.headers, "Cache-Control").contains("no-store")
        else { return nil }
        let varying = StoredResponse.words(response.headers, "Vary")
        guard !varying.contains("*"), let asker = Asker(of: call) else { return nil }
        self.asker = asker
        self.varying = varying.filter { !Asker.isSecret($0, in: call.request) }
        selecting = StoredResponse.fields(self.varying, of: call.request.headers)
        var kept = response.headers
        kept.fields.removeAll { StoredResponse.isOfTheMoment($0.name) }
        headers = kept
        body = bytes
    }

    /// Whether the response is one to this request, too, and no larger than it may be.
    func fits(_ call: HTTPCall) -> Bool {
        if case .memory(let limit) = call.destination, body.count > limit { return false }
        return StoredResponse.fields(varying, of: call.request.headers) == selecting && asker.made(call)
    }

    /// Asks for a response only if it is another one than this.
    func addConditions(to request: inout HTTPHeaders) {
        for (field, condition) in StoredResponse.validators {
            if let value = StoredResponse.validator(field, headers) { request[condition] = value }
        }
    }

    private static let validators = [
        (field: "ETag", condition: "If-None-Match"), (field: "Last-Modified", condition: "If-Modified-Since"),
    ]

    /// nil where there is none that can be sent back.
    private static func validator(_ name: String, _ headers: HTTPHeaders) -> String? {
        let text = name == "Last-Modified" ? Edition.date(headers) : headers[name]
        guard let value = text, value.utf8.count <= longestValidator,
            !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return nil }
        return value
    }

    /// Whether a field says what was true when the response came, so that it means nothing beside a 304.
    private static func isOfTheMoment(_ name: String) -> Bool {
        RateLimitHeaders.areIn(name) || name.lowercased().hasPrefix("retry-after")
    }

    /// This response with the fields that a 304 brings up to date (RFC 9111, 3.2).
    func response(refreshedBy answer: HTTPResponse) -> HTTPResponse {
        let fresh = answer.headers.fields.map { (name: $0.name.lowercased(), value: $0.value) }
            .filter { !StoredResponse.ofBody.contains($0.name) }
        let names = Set(fresh.map(\.name))
        let kept = headers.fields.filter { !names.contains($0.name.lowercased()) }
        return HTTPResponse(
            status: 200, headers: HTTPHeaders(kept.map { ($0.name, $0.value) } + fresh), body: .bytes(body),
            version: answer.version, url: answer.url, isStored: true)
    }

    /// What describes the body, which is not that of the 304.
    private static let ofBody: Set = [
        "content-length", "content-encoding", "content-range", "content-type", "transfer-encoding",
    ]

    private static func words(_ headers: HTTPHeaders, _ name: String) -> [String] {
        headers.all(name).flatMap { $0.split(separator: ",") }.map { word in
            word.prefix { $0 != "=" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
    }

    private static func fields(_ names: [String], of headers: HTTPHeaders) -> HTTPHeaders {
        HTTPHeaders(names.sorted().flatMap { name in headers.all(name).map { (name, $0) } })
    }
}

extension StoredResponse {
    /// One line of JSON, then the body as it is.
    var content: [UInt8] {
        let head: Value = [
            "headers": StoredResponse.pairs(headers), "vary": .list(varying.map(Value.string)),
            "selecting": StoredResponse.pairs(selecting), "asker": asker.asValue,
        ]
        return JSON.bytes(head) + [UInt8(ascii: "\n")] + body
    }

    init?(content: [UInt8]) {
        guard let end = content.firstIndex(of: UInt8(ascii: "\n")), let head = try? JSON.parse(Array(content[..<end])),
            let headers = StoredResponse.headers(head["headers"]),
            let selecting = StoredResponse.headers(head["selecting"]), let varying = head["vary"]?.listValue,
            let asker = Asker(head["asker"])
        else { return nil }
        self.headers = headers
        self.selecting = selecting
        self.asker = asker
        self.varying = varying.compactMap(\.stringValue)
        body = Array(content[(end + 1)...])
    }

    private static func pairs(_ headers: HTTPHeaders) -> Value {
        .list(headers.fields.map { [.string($0.name), .string($0.value)] })
    }

    private static func headers(_ value: Value?) -> HTTPHeaders? {
        value?.listValue.map { pairs in
            HTTPHeaders(
                pairs.compactMap { pair in
                    guard let parts = pair.listValue, parts.count == 2, let name = parts[0].stringValue,
                        let text = parts[1].stringValue
                    else { return nil }
                    return (name, text)
                })
        }
    }
}

import FlowCore
import FlowSpec

/// A response that can be asked for again: it has a validator, and nothing forbids keeping it.
struct StoredResponse: Sendable, Hashable {
    private let headers: HTTPHeaders
    private let body: [UInt8]
    /// Fields of the request that the response depends on (`Vary`), in lower case.
    private let varying: [String]
    /// What the request said in them.
    private let selecting: HTTPHeaders

    /// More is not kept.
    private static let maximumSize = 1 << 20

    /// nil where the response may not be kept, or would be of no use.
    init?(_ response: HTTPResponse, to call: HTTPCall) {
        guard response.status == 200, response.url == call.request.url, case .bytes(let bytes) = response.body,
            bytes.count <= StoredResponse.maximumSize,
            response.headers["ETag"] != nil || response.headers["Last-Modified"] != nil,
            !StoredResponse.words(response.headers, "Cache-Control").contains("no-store")
        else { return nil }
        let varying = StoredResponse.words(response.headers, "Vary")
        guard !varying.contains("*") else { return nil }
        // The credential is part of the key already, and its secret stays out of here.
        self.varying = varying.filter { $0 != "authorization" && !call.request.secrets.headers.contains($0) }
        selecting = StoredResponse.fields(self.varying, of: call.request.headers)
        headers = response.headers
        body = bytes
    }

    /// Whether the response is one to this request, too.
    func fits(_ call: HTTPCall) -> Bool { StoredResponse.fields(varying, of: call.request.headers) == selecting }

    /// Asks for a response only if it is another one than this.
    func addConditions(to request: inout HTTPHeaders) {
        if let tag = headers["ETag"] { request["If-None-Match"] = tag }
        if let date = headers["Last-Modified"] { request["If-Modified-Since"] = date }
    }

    /// This response with the fields that a 304 brings up to date (RFC 9111, 3.2).
    func response(refreshedBy answer: HTTPResponse) -> HTTPResponse {
        var fields = headers
        for name in Set(answer.headers.fields.map { $0.name.lowercased() }) where !StoredResponse.ofBody.contains(name)
        {
            let values = answer.headers.all(name)
            fields[name] = nil
            for value in values { fields.append(name, value) }
        }
        return HTTPResponse(
            status: 200, headers: fields, body: .bytes(body), version: answer.version, url: answer.url, isStored: true)
    }

    /// What describes the body, which is not that of the 304.
    private static let ofBody: Set = ["content-length", "content-encoding", "content-range", "transfer-encoding"]

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
            "selecting": StoredResponse.pairs(selecting),
        ]
        return JSON.bytes(head) + [UInt8(ascii: "\n")] + body
    }

    init?(content: [UInt8]) {
        guard let end = content.firstIndex(of: UInt8(ascii: "\n")), let head = try? JSON.parse(Array(content[..<end])),
            let headers = StoredResponse.headers(head["headers"]),
            let selecting = StoredResponse.headers(head["selecting"]), let varying = head["vary"]?.listValue
        else { return nil }
        self.headers = headers
        self.selecting = selecting
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

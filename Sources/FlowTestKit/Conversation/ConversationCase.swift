package import FlowCore
import FlowSpec
import FlowYAML

/// A whole conversation of one node with its service, read from a file: what runs, each request it must send, each
/// reply, and what comes of it.
///
///     run: slack.send_message
///     with: { channel: C1, text: hi }
///     exchanges:
///       - request: { method: POST, url: "https://slack.com/api/chat.postMessage", json: { channel: C1, text: hi } }
///         reply: { json: { ok: false, error: not_in_channel } }
///     failure: { kind: permission, code: not_in_channel }
package struct ConversationCase: Sendable {
    package struct Exchange: Sendable {
        var request: ExpectedRequest
        var reply: Reply
    }

    /// What one request must be. A body that isn't named must be empty.
    struct ExpectedRequest: Sendable {
        enum Body: Sendable {
            case none
            case json(Value)
            case form(ValueMap)
            case text(String)
            /// A stretch of one of the case's files.
            case piece(path: String, offset: Int, size: Int)
            case multipart([ExpectedPart])
        }

        var method: String
        var url: String
        /// Headers it must have, among others.
        var headers: [(name: String, value: String)]
        /// Headers it must not have.
        var without: [String]
        var body: Body
    }

    enum Reply: Sendable {
        case response(status: Int, headers: HTTPHeaders, body: [UInt8])
        /// The connection failed.
        case failure(Failure)
    }

    package enum Outcome: Sendable {
        case output(Value)
        /// `kind`, and of `code`, `message`, `hint` and `retry_after` those that are given.
        case failure(ValueMap)
    }

    package var node: String
    package var arguments: ValueMap
    /// nil takes the test's own.
    var credential: Credential?
    package var baseURL: String?
    /// Text by absolute path; ASCII where it is long.
    package var files: [String: String]
    /// Retries the HTTP layer may make.
    var retries: Int
    /// Whether an earlier attempt was cut off before it knew what came of it.
    var isRepeated: Bool
    /// Results that an earlier attempt has left, by the name of the checkpoint.
    var done: ValueMap
    package var exchanges: [Exchange]
    package var outcome: Outcome
    /// Files there must be afterwards.
    package var saved: [String: String]

    /// Whether a request of it stays without an answer.
    package var losesAnAnswer: Bool {
        exchanges.contains { if case .failure = $0.reply { true } else { false } }
    }

    /// Whether one of its answers has the status.
    package func isAnswered(_ status: Int) -> Bool {
        exchanges.contains { if case .response(status, _, _) = $0.reply { true } else { false } }
    }

    /// - Returns: nil where the file is no case; `diagnostics` says why.
    package init?(_ text: SourceText, diagnostics: inout Diagnostics) {
        guard let root = YAML.read(text, diagnostics: &diagnostics),
            let map = MapDecoder(root, "a conversation", &diagnostics)
        else { return nil }
        map.finish(
            [
                "run", "with", "credential", "base_url", "files", "retries", "repeated", "done", "exchanges", "output",
                "failure",
                "saved",
            ], &diagnostics)
        node = map.requiredString("run", &diagnostics) ?? ""
        arguments = map.node("with")?.value.mapValue ?? ValueMap()
        credential = map.node("credential").flatMap { Self.credential($0, &diagnostics) }
        baseURL = map.string("base_url", &diagnostics)
        files = Self.files(map, &diagnostics)
        retries = map.int("retries", &diagnostics) ?? 0
        isRepeated = map.bool("repeated", &diagnostics) ?? false
        done = map.node("done")?.value.mapValue ?? ValueMap()
        saved = Self.texts(map, "saved", &diagnostics)
        exchanges = []
        for node in map.list("exchanges", &diagnostics) ?? [] {
            if let exchange = Self.exchange(node, &diagnostics) { exchanges.append(exchange) }
        }
        if let failure = map.node("failure")?.value.mapValue {
            outcome = .failure(failure)
        } else {
            outcome = .output(map.required("output", &diagnostics)?.value ?? .null)
        }
        if diagnostics.hasErrors { return nil }
    }

    private static func texts(
        _ map: MapDecoder, _ key: String, _ diagnostics: inout Diagnostics
    ) -> [String: String] {
        var texts: [String: String] = [:]
        for entry in map.map(key, &diagnostics) ?? [] {
            texts[entry.key] = entry.value.decodeString(for: entry.key, &diagnostics)
        }
        return texts
    }

    /// Each a text, or what a long one repeats: `{ repeat: 0123456789, size: 20000000 }`.
    private static func files(_ map: MapDecoder, _ diagnostics: inout Diagnostics) -> [String: String] {
        var texts: [String: String] = [:]
        for entry in map.map("files", &diagnostics) ?? [] {
            guard entry.value.map != nil, let long = MapDecoder(entry.value, "a file", &diagnostics) else {
                texts[entry.key] = entry.value.decodeString(for: entry.key, &diagnostics)
                continue
            }
            long.finish(["repeat", "size"], &diagnostics)
            let unit = Array((long.requiredString("repeat", &diagnostics) ?? "x").utf8)
            let size = long.int("size", in: 1...100_000_000, &diagnostics) ?? 1
            let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                for index in 0..<size { buffer[index] = unit[index % unit.count] }
                count = size
            }
            texts[entry.key] = String(decoding: bytes, as: UTF8.self)
        }
        return texts
    }

    private static func credential(_ node: SourceNode, _ diagnostics: inout Diagnostics) -> Credential? {
        guard let map = MapDecoder(node, "a credential", &diagnostics) else { return nil }
        map.finish(["type", "fields", "open", "origins"], &diagnostics)
        var fields = (map.node("fields")?.value.mapValue ?? ValueMap()).mapValues(\.markedSecret)
        // Those that are no secrets.
        for (name, value) in map.node("open")?.value.mapValue ?? ValueMap() { fields[name] = value }
        let origins = map.strings("origins", &diagnostics)?.compactMap { Origin($0.text) }
        return Credential(
            name: "team", type: map.requiredString("type", &diagnostics) ?? "",
            fields: fields, origins: origins.map { Set($0) })
    }

    private static func exchange(_ node: SourceNode, _ diagnostics: inout Diagnostics) -> Exchange? {
        guard let map = MapDecoder(node, "an exchange", &diagnostics) else { return nil }
        map.finish(["request", "reply"], &diagnostics)
        guard let request = map.required("request", &diagnostics).flatMap({ self.request($0, &diagnostics) }),
            let reply = map.required("reply", &diagnostics).flatMap({ self.reply($0, &diagnostics) })
        else { return nil }
        return Exchange(request: request, reply: reply)
    }

    private static func request(_ node: SourceNode, _ diagnostics: inout Diagnostics) -> ExpectedRequest? {
        guard let map = MapDecoder(node, "a request", &diagnostics) else { return nil }
        map.finish(
            ["method", "url", "headers", "without", "json", "form", "text", "piece", "multipart"], &diagnostics)
        let body: ExpectedRequest.Body
        if let json = map.node("json") {
            body = .json(json.value)
        } else if let form = map.node("form")?.value.mapValue {
            body = .form(form)
        } else if let piece = map.node("piece").flatMap({ MapDecoder($0, "a piece", &diagnostics) }) {
            piece.finish(["of", "from", "size"], &diagnostics)
            body = .piece(
                path: piece.requiredString("of", &diagnostics) ?? "", offset: piece.int("from", &diagnostics) ?? 0,
                size: piece.int("size", &diagnostics) ?? 0)
        } else if let parts = map.list("multipart", &diagnostics) {
            body = .multipart(parts.compactMap { ExpectedPart($0, &diagnostics) })
        } else {
            body = map.string("text", &diagnostics).map { .text($0) } ?? .none
        }
        return ExpectedRequest(
            method: map.requiredString("method", &diagnostics) ?? "",
            url: map.requiredString("url", &diagnostics) ?? "",
            headers: texts(map, "headers", &diagnostics).map { ($0.key, $0.value) },
            without: map.strings("without", &diagnostics)?.map(\.text) ?? [], body: body)
    }

    private static func reply(_ node: SourceNode, _ diagnostics: inout Diagnostics) -> Reply? {
        guard let map = MapDecoder(node, "a reply", &diagnostics) else { return nil }
        map.finish(["status", "headers", "json", "text", "fail"], &diagnostics)
        if let kind = map.choice("fail", as: FailureKind.self, &diagnostics) {
            return .failure(Failure(kind, "the connection failed"))
        }
        var headers = HTTPHeaders()
        for (name, value) in texts(map, "headers", &diagnostics).sorted(by: { $0.key < $1.key }) {
            headers[name] = value
        }
        var body: [UInt8] = []
        if let json = map.node("json") {
            body = JSON.bytes(json.value)
            if headers["Content-Type"] == nil { headers["Content-Type"] = "application/json; charset=utf-8" }
        } else if let text = map.string("text", &diagnostics) {
            body = Array(text.utf8)
        }
        return .response(
            status: map.int("status", in: 100...599, &diagnostics) ?? 200, headers: headers, body: body)
    }
}

import FlowCore
import FlowNodeKit
import FlowSpec

/// Arguments of `http.request` to the request they mean.
struct RequestBuilder {
    private let arguments: Arguments
    private let context: NodeContext

    init(_ arguments: Arguments, in context: NodeContext) {
        self.arguments = arguments
        self.context = context
    }

    /// Says by which key the server knows a request that is sent again (draft-ietf-httpapi-idempotency-key-header).
    static let keyHeader = "Idempotency-Key"

    /// - Parameter isPreview: secrets become `***`.
    func build(isPreview: Bool = false) throws -> HTTPRequest {
        let given = arguments.string("url") ?? ""
        let foreseen = isPreview ? ForeseenAddress(given) : nil
        var url = try address(foreseen?.text ?? given, isPreview: isPreview)
        var fields = Fields(isPreview: isPreview)
        for (name, value) in arguments["query"]?.members ?? [] {
            for item in value.items where !item.isNull { fields.query.append((name, fields.text(item))) }
            if value.containsSecret { fields.secrets.add(parameter: name) }
        }
        var headers = HTTPHeaders()
        for (name, value) in arguments["headers"]?.members ?? [] {
            for item in value.items where !item.isNull {
                let text = fields.text(item)
                try checkField(name, text)
                headers.append(name, text)
            }
            if value.containsSecret { fields.secrets.add(header: name) }
        }
        if context.isKeyGiven {
            guard headers[RequestBuilder.keyHeader] == nil else {
                throw Failure(
                    .invalid, "http.request: the header Idempotency-Key is given twice",
                    hint: "leave it out of headers, or leave out idempotency_key")
            }
            headers.append(RequestBuilder.keyHeader, context.idempotencyKey)
        }
        let body = try body(&headers, &fields.secrets, isPreview: isPreview)
        if !isPreview { try context.requireLent(url, given: arguments.values) }
        if let credential = context.credential {
            let isOpen = isPreview && !ForeseenAddress.hasOrigin(url)
            let signer = try CredentialSigner(credential, for: isOpen ? nil : url, isPreview: isPreview)
            switch signer.place {
            case .header(let name, let value):
                headers[name] = isPreview ? "***" : value
                fields.secrets.add(credentialHeader: name)
            case .query(let name, let value):
                fields.query.append((name, isPreview ? "***" : value))
                fields.secrets.add(parameter: name)
            }
        }
        if !fields.query.isEmpty { url = adding(fields.query, to: url) }
        url = foreseen?.restored(url) ?? url
        return HTTPRequest(
            arguments.string("method") ?? "GET", url, headers: headers, body: body, secrets: fields.secrets)
    }

    private struct Fields {
        let isPreview: Bool
        var query: [(name: String, value: String)] = []
        var secrets = SecretPlaces()

        init(isPreview: Bool) { self.isPreview = isPreview }

        func text(_ value: Value) -> String {
            isPreview && value.containsSecret ? "***" : PlainText.of(value.deeplyRevealed)
        }
    }

    private func address(_ given: String, isPreview: Bool) throws -> String {
        guard !given.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw Failure(
                .invalid, "http.request: parameter \"url\" has a space or control character in it",
                hint: "percent-encode it (a space is %20), or give what is in the query with \"query\"")
        }
        let isOpen = isPreview && !ForeseenAddress.hasOrigin(given)
        guard isOpen || Origin(given) != nil else {
            let isAddress = ["http://", "https://"].contains { given.lowercased().hasPrefix($0) }
            throw Failure(
                .invalid,
                "http.request: parameter \"url\" "
                    + (isAddress ? "has no host, or no port from 1 to 65535" : "must be an http or https address"),
                hint: "write it whole, as in https://api.example.com/v1/items")
        }
        // A fragment is the client's own and never sent.
        let sent = String(given.prefix { $0 != "#" })
        guard let base = context.baseURL, let scheme = sent.firstRange(of: "://") else { return sent }
        let rest = sent[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + rest
    }

    private func adding(_ query: [(name: String, value: String)], to url: String) -> String {
        let text = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
            .joined(separator: "&")
        guard let mark = url.firstIndex(of: "?") else { return "\(url)?\(text)" }
        return url.index(after: mark) == url.endIndex || url.hasSuffix("&") ? url + text : "\(url)&\(text)"
    }

    private func body(
        _ headers: inout HTTPHeaders, _ secrets: inout SecretPlaces, isPreview: Bool
    ) throws -> HTTPBody {
        let given = ["json", "form", "multipart", "body", "file"].filter { arguments[$0] != nil }
        guard given.count <= 1 else {
            throw Failure(
                .invalid, "http.request: give only one of \(given.map { "\"\($0)\"" }.joined(separator: ", "))",
                hint: "a request has one body")
        }
        guard let name = given.first, let value = arguments[name] else { return .none }
        secrets.add(inBody: value)
        switch name {
        case "json":
            addType("application/json", &headers)
            return .bytes(JSON.bytes(isPreview ? Masker().mask(value) : value))
        case "form":
            addType("application/x-www-form-urlencoded", &headers)
            return .bytes(Array(form(value.members, isPreview: isPreview).utf8))
        case "multipart":
            let random = context.world.random
            let parts = MultipartBody(
                boundary: isPreview ? "boundary" : "flowctl-" + Hexadecimal.encode(random.bytes(12)))
            let fields = Fields(isPreview: isPreview)
            let body = parts.body(
                try value.members.flatMap { name, value in
                    try value.items.filter { !$0.isNull }.map { (name, try part($0, named: name, fields)) }
                })
            try addBoundary(parts.contentType, &headers)
            return body
        case "file":
            let path = arguments.path("file", in: context) ?? ""
            addType("application/octet-stream", &headers)
            return .file(path: path)
        default:
            if isPreview, value.containsSecret { return .bytes(Array("***".utf8)) }
            if case .bytes(let bytes) = value.revealed { return .bytes(bytes) }
            return .bytes(Array(PlainText.of(value.deeplyRevealed).utf8))
        }
    }

    private func form(_ members: [(name: String, value: Value)], isPreview: Bool) -> String {
        let fields = Fields(isPreview: isPreview)
        return members.flatMap { name, value in
            value.items.filter { !$0.isNull }.map {
                "\(PercentEncoding.encodeForm(name))=\(PercentEncoding.encodeForm(fields.text($0)))"
            }
        }.joined(separator: "&")
    }

    /// A file where the value is one, or a map that names one; else its text.
    private func part(_ value: Value, named name: String, _ fields: Fields) throws -> MultipartBody.Part {
        if case .file(let file) = value.revealed { return .file(file) }
        if value.listValue != nil {
            throw Failure(
                .invalid, "http.request: the part \(JSON.quoted(name)) is a list in a list",
                hint: "give one list, or its text with to_json()")
        }
        guard let map = value.mapValue else { return .text(fields.text(value)) }
        guard let path = map["file"] else {
            throw Failure(
                .invalid, "http.request: the part \(JSON.quoted(name)) is a map without a file",
                hint: "write {file: report.pdf}, or give its text with to_json()")
        }
        if let unknown = map.names.first(where: { !["file", "name", "type"].contains($0) }) {
            throw Failure(
                .invalid, "http.request: the part \(JSON.quoted(name)) has an unknown key \(JSON.quoted(unknown))",
                hint: "a file has file, name and type")
        }
        if case .file(var file) = path.revealed {
            file.name = map["name"]?.stringValue ?? file.name
            file.mediaType = map["type"]?.stringValue ?? file.mediaType
            return .file(file)
        }
        guard let text = path.stringValue else {
            throw Failure(
                .invalid, "http.request: the file of the part \(JSON.quoted(name)) is not a path",
                hint: "write {file: report.pdf}")
        }
        return .file(
            FileReference(
                path: context.absolutePath(text), name: map["name"]?.stringValue, size: 0,
                mediaType: map["type"]?.stringValue))
    }

    /// A type of the step's own has to leave the boundary to the form.
    private func addBoundary(_ type: String, _ headers: inout HTTPHeaders) throws {
        if let own = headers["Content-Type"] {
            let parts = own.lowercased().split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard parts.first?.hasPrefix("multipart/") == true, !parts.contains(where: { $0.hasPrefix("boundary=") })
            else {
                throw Failure(
                    .invalid, "http.request: the header \"Content-Type\" doesn't fit the form of \"multipart\"",
                    hint: "leave it out; the form has one of its own")
            }
            headers["Content-Type"] = own + type.drop { $0 != ";" }
        }
        addType(type, &headers)
    }

    private func addType(_ type: String, _ headers: inout HTTPHeaders) {
        if headers["Content-Type"] == nil { headers.append("Content-Type", type) }
    }

    /// A line break would let a value write header fields of its own.
    private func checkField(_ name: String, _ value: String) throws {
        let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
        guard isName, !value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
            throw Failure(
                .invalid,
                "http.request: the header \(JSON.quoted(terminalSafe(name))) holds a character that headers can't have",
                hint: "remove line breaks and control characters")
        }
    }
}

extension Value {
    /// The members of a map; those of a secret one are secret, too.
    fileprivate var members: [(name: String, value: Value)] {
        let isSecret = isMarkedSecret
        return (mapValue ?? ValueMap()).map { ($0.key.text, isSecret ? $0.value.markedSecret : $0.value) }
    }

    /// The items of a list, which is what gives several fields of one name; else the value itself.
    fileprivate var items: [Value] {
        guard let items = listValue else { return [self] }
        return isMarkedSecret ? items.map(\.markedSecret) : items
    }

    private var isMarkedSecret: Bool {
        if case .secret = self { true } else { false }
    }
}

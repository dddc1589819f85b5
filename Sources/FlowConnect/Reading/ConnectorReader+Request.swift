import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension ConnectorReader {
    static let requestKeys = [
        "request", "query", "headers", "json", "form", "multipart", "related", "graphql", "xml", "body", "auth",
        "errors", "ok",
        "decode", "idempotency", "save",
    ]

    mutating func request(_ map: MapDecoder) -> RequestTemplate? {
        guard let node = map.required("request", &diagnostics), var request = line(node) else { return nil }
        request.query = fields(map, "query") ?? []
        request.headers = headers(map) ?? []
        request.body = body(map)
        request.decoding = decoding(map)
        request.save = map.node("save").flatMap { template($0, for: "save") }
        if let auth = map.node("auth") {
            if auth.string == "none" {
                request.sendsCredential = false
            } else {
                diagnostics.error(
                    "unknown-value", "the only value of \"auth\" in a request is none", at: auth.shortSpan,
                    hint: "remove it to send the credential")
            }
        }
        if let errors = map.node("errors") {
            request.judgement = errors.string == "by_status" ? .status : .rules(errorRules(errors))
        }
        for item in map.list("ok", &diagnostics) ?? [] {
            if let status = item.decodeInt(for: "ok", in: 100...599, &diagnostics) { request.accepted.insert(status) }
        }
        if let node = map.node("idempotency") { request.idempotency = idempotency(node) }
        return request
    }

    // MARK: The request line

    /// `POST chat.postMessage`, `GET /repos/{+repo}/issues/{number}`, `POST ${{ steps.slot.body.upload_url }}`
    private mutating func line(_ node: SourceNode) -> RequestTemplate? {
        guard let text = node.decodeString(for: "request", &diagnostics) else { return nil }
        let method = String(text.prefix { $0 != " " })
        let rest = text.dropFirst(method.count).drop { $0 == " " }
        guard HTTPMethod.all.contains(method), !rest.isEmpty else {
            diagnostics.error(
                "bad-request", "\(JSON.quoted(text)) is no method and path", at: node.span,
                hint:
                    "write it as \"GET users/{id}\"; the methods are \(HTTPMethod.all.sorted().joined(separator: " "))")
            return nil
        }
        guard rest.contains("${{") else {
            guard Origin(String(rest)) == nil else {
                diagnostics.error(
                    "bad-request", "a request goes to a path of the base, not to an address", at: node.span,
                    hint: "write the path alone, or take the address from an earlier response")
                return nil
            }
            return segments(String(rest), node).map {
                RequestTemplate(method: method, target: .path($0), span: node.span)
            }
        }
        guard let address = node.suffix(from: text.utf8.count - rest.utf8.count),
            let template = template(address, for: "request")
        else { return nil }
        guard template.parts.count == 1, case .expression = template.parts[0] else {
            diagnostics.error(
                "bad-request", "an address that is computed must be one expression alone", at: node.span,
                hint: "name parameters in braces, such as {id}, or put the rest under query:")
            return nil
        }
        return RequestTemplate(method: method, target: .address(template), span: node.span)
    }

    private mutating func segments(_ path: String, _ node: SourceNode) -> [RequestTemplate.Segment]? {
        var segments: [RequestTemplate.Segment] = []
        var rest = path[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else {
                diagnostics.error("bad-request", "a \"{\" in the path is not closed", at: node.span)
                return nil
            }
            if open > rest.startIndex { segments.append(.text(String(rest[..<open]))) }
            var name = rest[rest.index(after: open)..<close]
            let keepsSlashes = name.hasPrefix("+")
            if keepsSlashes { name = name.dropFirst() }
            segments.append(
                name == "credential" ? .credential : .parameter(String(name), keepsSlashes: keepsSlashes))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { segments.append(.text(String(rest))) }
        return segments
    }

    private mutating func idempotency(_ node: SourceNode) -> RequestTemplate.Idempotency? {
        guard let map = MapDecoder(node, "\"idempotency\"", &diagnostics) else { return nil }
        map.finish(["send", "valid_for", "replay_status"], &diagnostics)
        guard let send = map.requiredString("send", &diagnostics) else { return nil }
        let header = send.hasPrefix("header.") ? String(send.dropFirst("header.".count)) : ""
        guard !header.isEmpty else {
            diagnostics.error(
                "unknown-value", "\(JSON.quoted(send)) is no place for a key", at: map.node("send")?.span ?? map.start,
                hint: "write it as header.Idempotency-Key")
            return nil
        }
        return RequestTemplate.Idempotency(
            header: header, validFor: map.duration("valid_for", &diagnostics),
            replayStatus: map.int("replay_status", in: 100...599, &diagnostics))
    }

    // MARK: Pages

    mutating func pagination(_ node: SourceNode) -> Pagination? {
        guard let map = MapDecoder(node, "\"paginate\"", &diagnostics),
            let style = map.required("by", &diagnostics) != nil
                ? map.choice("by", as: Pagination.Style.self, &diagnostics) : nil
        else { return nil }
        var keys = ["by", "items", "size", "more"]
        switch style {
        case .cursor: keys += ["cursor", "send"]
        case .link: break
        case .nextURL: keys += ["url"]
        case .page, .offset: keys += ["send", "first"]
        }
        map.finish(keys, later: ["next"], &diagnostics)
        guard let items = map.required("items", &diagnostics).flatMap({ template($0, for: "items") }) else {
            return nil
        }
        var pagination = Pagination(style: style, items: items, span: node.span)
        switch style {
        case .cursor: pagination.next = map.required("cursor", &diagnostics).flatMap { template($0, for: "cursor") }
        case .nextURL: pagination.next = map.required("url", &diagnostics).flatMap { template($0, for: "url") }
        default: break
        }
        if keys.contains("send"), let node = map.required("send", &diagnostics) { pagination.send = slot(node) }
        pagination.size = map.node("size").flatMap { size($0) }
        pagination.first = map.int("first", in: 0...1, &diagnostics) ?? (style == .offset ? 0 : 1)
        pagination.more = map.node("more").flatMap { template($0, for: "more") }
        return pagination
    }

    private mutating func slot(_ node: SourceNode) -> Pagination.Slot? {
        guard let text = node.decodeString(for: "send", &diagnostics) else { return nil }
        if let slot = Pagination.Slot(text) { return slot }
        diagnostics.error(
            "unknown-value", "\(JSON.quoted(text)) is no place in a request", at: node.span,
            hint: "write it as query.cursor, form.cursor or json.cursor")
        return nil
    }

    /// `query.limit = 200`
    private mutating func size(_ node: SourceNode) -> Pagination.Size? {
        guard let text = node.decodeString(for: "size", &diagnostics) else { return nil }
        let parts = text.split(separator: "=").map { $0.filter { $0 != " " } }
        if parts.count == 2, let slot = Pagination.Slot(parts[0]), let value = Int(parts[1]), value > 0 {
            return Pagination.Size(slot: slot, value: value)
        }
        diagnostics.error(
            "unknown-value", "\(JSON.quoted(text)) is no page size", at: node.span,
            hint: "write it as query.limit = 200")
        return nil
    }
}

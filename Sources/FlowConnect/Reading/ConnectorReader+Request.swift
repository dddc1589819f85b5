import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension ConnectorReader {
    static let requestKeys =
        [
            "request", "path", "query", "headers", "auth", "errors", "ok", "done_already", "decode", "idempotency",
            "save", "secret", "presign", "content_md5", "answer_within", "part",
        ] + bodyKeys

    mutating func request(_ map: MapDecoder) -> RequestTemplate? {
        guard let node = map.required("request", &diagnostics), var request = line(node) else { return nil }
        request.pathValues = fields(map, "path") ?? []
        checkPathValues(request)
        request.query = fields(map, "query") ?? []
        if let node = map.node("headers"), node.string != nil {
            request.furtherHeaders = condition(node, for: "headers").flatMap { _ in template(node, for: "headers") }
        } else {
            request.headers = headers(map) ?? []
        }
        request.body = body(map)
        request.decoding = decoding(map)
        request.sendsDigest = map.bool("content_md5", &diagnostics) ?? false
        request.presign = map.node("presign").flatMap { presign($0) }
        if let node = map.node("save") { (request.save, request.saveName) = place(node) }
        request.asksForPart = map.node("part").flatMap { condition($0, for: "part") }
        request.answerWithin = map.node("answer_within").flatMap { answerTime($0) }
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
            if item.string?.contains("${{") == true {
                if let condition = condition(item, for: "ok") { request.acceptedWhen.append(condition) }
            } else if let status = item.decodeInt(for: "ok", in: 100...599, &diagnostics) {
                request.accepted.insert(status)
            }
        }
        request.doneSigns = map.list("done_already", &diagnostics)?.compactMap { sign($0, for: "done_already") } ?? []
        request.secretParts = secretParts(map)
        if let node = map.node("idempotency") { request.idempotency = idempotency(node) }
        return request
    }

    /// A count of seconds, or an expression that gives one.
    private mutating func answerTime(_ node: SourceNode) -> ValueTemplate? {
        if node.string?.contains("${{") != true {
            let bounds = RequestTemplate.answerSeconds
            let range = Int(bounds.lowerBound)...Int(bounds.upperBound)
            guard node.decodeInt(for: "answer_within", in: range, &diagnostics) != nil else { return nil }
        }
        return valueTemplate(node)
    }

    private mutating func checkPathValues(_ request: RequestTemplate) {
        let known = request.pathNames
        for (name, value) in request.pathValues where !known.contains(name) {
            diagnostics.error(
                "unknown-name", "the path has no \"{\(name)}\"", at: value.span,
                hint: Suggestion.didYouMean(name, among: known))
        }
    }

    /// `${{ params.to }}`, or `{ to: "${{ params.to }}", name: report.csv }`
    private mutating func place(_ node: SourceNode) -> (path: Template?, name: Template?) {
        guard node.map != nil else { return (template(node, for: "save"), nil) }
        guard let map = MapDecoder(node, "\"save\"", &diagnostics) else { return (nil, nil) }
        map.finish(["to", "name"], &diagnostics)
        return (
            map.required("to", &diagnostics).flatMap { template($0, for: "to") },
            map.node("name").flatMap { template($0, for: "name") }
        )
    }

    /// `[headers.location, body.upload_url]`
    private mutating func secretParts(_ map: MapDecoder) -> [[String]] {
        (map.strings("secret", &diagnostics) ?? []).compactMap { text, span in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            if parts.count >= 2, ["headers", "body"].contains(parts[0]), !parts.contains("") { return parts }
            diagnostics.error(
                "unknown-value", "\(JSON.quoted(text)) is no part of a response", at: span,
                hint: "write it as headers.location or body.upload_url")
            return nil
        }
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
            guard Origin(String(rest)) != nil else {
                return segments(String(rest), node).map {
                    RequestTemplate(method: method, target: .path($0), span: node.span)
                }
            }
            return hosted(method, String(rest), node)
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

    /// A request to one of the connector's hosts, written out: `POST https://content.example.com/2/files/upload`.
    private mutating func hosted(_ method: String, _ address: String, _ node: SourceNode) -> RequestTemplate? {
        let fitting = hosts.filter { address.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") }
        guard let host = fitting.max(by: { $0.utf8.count < $1.utf8.count }) else {
            diagnostics.error(
                "bad-request", "a request goes to a path of the base or to one of the hosts, not to any address",
                at: node.span, hint: "write the path alone, or name the host in hosts:")
            return nil
        }
        return segments(String(address.dropFirst(host.count)), node).map {
            RequestTemplate(method: method, target: .path($0), host: host, span: node.span)
        }
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
                name == "credential"
                    ? .credential(keepsSlashes: keepsSlashes) : .parameter(String(name), keepsSlashes: keepsSlashes))
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
        var keys = ["by", "items", "size", "more", "incomplete"]
        switch style {
        case .cursor: keys += ["cursor", "send", "next"]
        case .link: break
        case .nextURL: keys += ["url"]
        case .page, .offset: keys += ["send", "first"]
        case .window: keys += ["send"]
        }
        map.finish(keys, &diagnostics)
        guard let items = map.required("items", &diagnostics).flatMap({ template($0, for: "items") }) else {
            return nil
        }
        var pagination = Pagination(style: style, items: items, span: node.span)
        switch style {
        case .cursor: pagination.next = map.required("cursor", &diagnostics).flatMap { template($0, for: "cursor") }
        case .nextURL: pagination.next = map.required("url", &diagnostics).flatMap { template($0, for: "url") }
        default: break
        }
        pagination.following = map.node("next").flatMap { following($0) }
        if keys.contains("send"), map.has("send") || !map.has("next"), let node = map.required("send", &diagnostics) {
            pagination.send = slot(node)
        }
        pagination.size = map.node("size").flatMap { size($0) }
        if style == .window { _ = map.required("size", &diagnostics) }
        pagination.first = map.int("first", in: 0...1, &diagnostics) ?? (style == .offset ? 0 : 1)
        pagination.more = map.node("more").flatMap { condition($0, for: "more") }
        pagination.incomplete = map.node("incomplete").flatMap { gap($0) }
        return pagination
    }

    /// `{ when: ${{ body.incomplete }}, fails: true, hint: Ask for less. }`
    private mutating func gap(_ node: SourceNode) -> Pagination.Gap? {
        guard let map = MapDecoder(node, "\"incomplete\"", &diagnostics) else { return nil }
        map.finish(["when", "fails", "hint"], &diagnostics)
        guard let condition = map.required("when", &diagnostics).flatMap({ condition($0, for: "when") }) else {
            return nil
        }
        return Pagination.Gap(
            condition: condition, fails: map.bool("fails", &diagnostics) ?? false,
            hint: map.node("hint").flatMap { template($0, for: "hint") })
    }

    /// The request for all pages but the first.
    private mutating func following(_ node: SourceNode) -> RequestTemplate? {
        guard let map = MapDecoder(node, "\"next\"", &diagnostics) else { return nil }
        map.finish(Self.requestKeys, &diagnostics)
        return request(map)
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
        if parts.count == 2, let slot = Pagination.Slot(parts[0]), let value = Int(parts[1]),
            Pagination.sizes.contains(value)
        {
            return Pagination.Size(slot: slot, value: value)
        }
        diagnostics.error(
            "unknown-value", "\(JSON.quoted(text)) is no page size", at: node.span,
            hint: "write it as query.limit = 200, with a number up to \(Pagination.sizes.upperBound)")
        return nil
    }
}

import FlowCore
import FlowSpec

extension RequestBuilder.Draft {
    /// The address with its query.
    func url(isPreview: Bool) -> String {
        guard !query.isEmpty else { return address }
        let pairs = query.map { pair in
            WireText.encode(pair.name, isPreview: isPreview) + "=" + WireText.encode(pair.value, isPreview: isPreview)
        }
        return address + (address.contains("?") ? "&" : "?") + pairs.joined(separator: "&")
    }

    /// The whole request: body encoded, content type set where the connector didn't.
    ///
    /// - Parameter boundary: what parts of a multipart body are told apart by.
    func request(isPreview: Bool, boundary: @autoclosure () -> String) throws(Failure) -> HTTPRequest {
        var request = HTTPRequest(method, url(isPreview: isPreview), headers: headers, secrets: secrets)
        var contentType: String?
        if let raw {
            (request.body, contentType) = try RequestBody.raw(raw)
            request.secrets.add(inBody: raw)
        } else if let xml {
            request.body = .bytes(try XMLWriter.document(xml))
            contentType = "application/xml; charset=utf-8"
            if xml.containsSecret { request.secrets.add(inBody: .secret("")) }
        } else if let multipart {
            (request.body, contentType) = multipart.request(boundary: boundary(), secrets: &request.secrets)
        } else if let form {
            let pairs = form.map { PercentEncoding.encodeForm($0.name) + "=" + formText($0.value, isPreview) }
            request.body = .bytes(Array(pairs.joined(separator: "&").utf8))
            contentType = "application/x-www-form-urlencoded"
        } else if let json = graphQL ?? json {
            request.body = .bytes(JSON.bytes(json.deeplyRevealed))
            contentType = "application/json; charset=utf-8"
            request.secrets.add(inBody: json)
        }
        if request.headers["Content-Type"] == nil { request.headers["Content-Type"] = contentType }
        return request
    }

    private var graphQL: Value? {
        guard let graphQLQuery else { return nil }
        var body = ValueMap([("query", .string(graphQLQuery))])
        body["variables"] = json
        return .map(body)
    }

    private func formText(_ text: String, _ isPreview: Bool) -> String {
        isPreview && text.contains("‹") ? WireText.encode(text, isPreview: true) : PercentEncoding.encodeForm(text)
    }
}

/// Bodies that are sent as they are.
enum RequestBody {
    static func raw(_ value: Value) throws(Failure) -> (HTTPBody, contentType: String?) {
        switch value.revealed {
        case .file(let file): (file.asBody, file.mediaType ?? "application/octet-stream")
        case .bytes(let bytes): (.bytes(bytes), "application/octet-stream")
        case .string(let text): (.bytes(Array(text.utf8)), "text/plain; charset=utf-8")
        case .null, .absent: (.none, nil)
        default: throw Failure(.invalid, "a body must be a file, bytes or text, not a \(value.type.plainName)")
        }
    }
}

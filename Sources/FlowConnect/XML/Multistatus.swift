import FlowCore

/// The answer about several resources of WebDAV (RFC 4918, 13).
enum Multistatus {
    /// A list with `{href, path, status, is_collection, props, failed}` for each resource.
    ///
    /// `path` is decoded. `props` has the properties that were found, by local name and as `{namespace}name`; `failed` the
    /// status of each other one, as `{namespace}name`.
    ///
    /// - Throws: a failure of kind `protocol` where the document is another one.
    static func value(_ root: XMLElement) throws(Failure) -> Value {
        guard root.name == XMLName("multistatus", in: XMLName.dav) else {
            throw Failure(.protocolError, "its element is \(root.name.text), not {DAV:}multistatus")
        }
        return .list(
            root.elements.filter { $0.name == XMLName("response", in: XMLName.dav) }.flatMap { response in
                response.elements.filter { $0.name == XMLName("href", in: XMLName.dav) }.map {
                    resource($0.text.trimmed, response)
                }
            })
    }

    private static func resource(_ href: String, _ response: XMLElement) -> Value {
        var props = ValueMap()
        var byFullName = ValueMap()
        var failed = ValueMap()
        for propstat in response.elements where propstat.name == XMLName("propstat", in: XMLName.dav) {
            let status = status(propstat) ?? 200
            for property in propstat.first(XMLName("prop", in: XMLName.dav))?.elements ?? [] {
                if (200..<300).contains(status) {
                    props[property.name.local] = property.value()
                    byFullName[property.name.text] = property.value()
                } else {
                    failed[property.name.text] = .int(Int64(status))
                }
            }
        }
        for (key, value) in byFullName { props[key] = value }
        let isCollection =
            response.elements.flatMap { $0.first(XMLName("prop", in: XMLName.dav))?.elements ?? [] }
            .contains { property in
                property.name == XMLName("resourcetype", in: XMLName.dav)
                    && property.first(XMLName("collection", in: XMLName.dav)) != nil
            }
        var map = ValueMap([
            ("href", .string(href)), ("path", .string(path(href))), ("status", .int(Int64(status(response) ?? 200))),
            ("is_collection", .bool(isCollection)), ("props", .map(props)), ("failed", .map(failed)),
        ])
        if let text = response.first(XMLName("responsedescription", in: XMLName.dav))?.text.trimmed, !text.isEmpty {
            map["message"] = .string(text)
        }
        return .map(map)
    }

    /// `HTTP/1.1 200 OK`
    private static func status(_ element: XMLElement) -> Int? {
        let words = element.first(XMLName("status", in: XMLName.dav))?.text.split(separator: " ") ?? []
        return words.count >= 2 ? Int(words[1]) : nil
    }

    /// The path of an address, decoded; a server may give the whole address or the path alone.
    private static func path(_ href: String) -> String {
        let afterScheme = href.firstRange(of: "://").map { href[$0.upperBound...].drop { $0 != "/" } } ?? href[...]
        return PercentEncoding.decode(String(afterScheme.prefix { $0 != "?" && $0 != "#" }))
    }
}

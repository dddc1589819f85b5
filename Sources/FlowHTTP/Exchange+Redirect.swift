import CCurl
import FlowCore
import FlowSpec

extension Exchange {
    /// Whether a response with this status is followed where it says where to.
    func follows(_ status: Int) -> Bool { call.maximumRedirects > 0 && Exchange.redirects.contains(status) }

    private static let redirects: Set<Int> = [301, 302, 303, 307, 308]

    /// The next hop where `response` redirects (RFC 9110, 15.4), nil where it is the call's answer.
    ///
    /// A hop to another origin goes without cookies, credentials, client certificate, the call's secret headers and those
    /// with names of secrets, also when a later hop leads back; and over the network. The authorities that a credential
    /// names are for its own server, while those of a call without one stay. A body with a secret in it is not sent there.
    ///
    /// - Throws: a `Failure` of kind `protocol` where the redirect leads nowhere or may not be followed.
    func redirected(by response: HTTPResponse) throws(Failure) -> Exchange? {
        guard follows(response.status), let location = response.headers["location"] else { return nil }
        // "See other" means that the work is done, and only its result stands elsewhere; and so do most servers mean it
        // that answer a form so.
        let isDone = response.status == 303 || request.method == "POST" && response.status <= 302
        func refusal(_ message: String) -> Failure { self.refusal(message, mayBeDone: mayBeDone || isDone) }
        guard redirects < call.maximumRedirects else {
            throw refusal(
                "\(call.request.method) to \(firstAuthority) was redirected more than \(call.maximumRedirects) times")
        }
        guard let url = URLReference.resolve(location, against: request.url), let target = Origin(url) else {
            throw refusal("\(authority) redirects to something that is not an http or https URL")
        }
        guard !URLReference.hasUser(url) else {
            throw refusal("\(authority) redirects to an address with a user name or password in it")
        }
        guard origin.scheme == "http" || target.scheme == "https" else {
            throw refusal("\(authority) redirects to \(target), which is not encrypted")
        }
        var next = request
        next.url = url
        if call.asksForChange {
            for name in ["if-none-match", "if-modified-since"] { next.headers[name] = nil }
        }
        var route = route
        if isDone {
            if request.method != "HEAD" { next.method = "GET" }
            next.body = .none
            for name in ["content-type", "content-length", "content-encoding", "content-language", "transfer-encoding"]
            {
                next.headers[name] = nil
            }
        }
        if target != origin {
            if next.body != .none, request.secrets.areInBody {
                throw refusal("\(authority) redirects to \(target), where the secret in the request's body may not go")
            }
            next.headers.fields.removeAll { field in
                let name = field.name.lowercased()
                return name == "host" || request.secrets.headers.contains(name) || SecretNames.covers(name)
            }
            if call.credential != nil { route.caFile = nil }
            route.clientCertificate = nil
            route.unixSocket = nil
        }
        return Exchange(after: self, next, to: target, route, mayBeDone: mayBeDone || isDone)
    }

    private var firstAuthority: String { Origin(call.request.url)?.authority ?? authority }

    /// Where the server wanted the same request elsewhere, it did nothing.
    private func refusal(_ message: String, mayBeDone: Bool) -> Failure {
        let failure = Failure(
            .protocolError, message, hint: "use the address that the service documents", nothingSent: !mayBeDone)
        return mayBeDone ? call.inDoubt(failure) : failure
    }
}

/// A URL that another one may be relative to (RFC 3986, section 5), as libcurl reads it.
enum URLReference {
    /// The absolute URL without its fragment; nil where either text is no URL.
    static func resolve(_ reference: String, against base: String) -> String? {
        // Without anything before its fragment it is the document itself; libcurl would go to the root.
        let reference = reference.isEmpty || reference.hasPrefix("#") ? base : reference
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        let encodes = UInt32(CURLU_URLENCODE)
        guard curl_url_set(url, CURLUPART_URL, base, encodes) == CURLUE_OK,
            curl_url_set(url, CURLUPART_URL, reference, encodes) == CURLUE_OK,
            curl_url_set(url, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK
        else { return nil }
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// Whether a user or a password stands before the host of an absolute URL.
    static func hasUser(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        return url[scheme.upperBound...].utf8.prefix { !URLReference.endsHost($0) }.contains(UInt8(ascii: "@"))
    }

    /// The absolute URL with bytes percent-encoded that are no ASCII, but for those of its host.
    static func encoded(_ url: String) -> String {
        guard url.utf8.contains(where: { $0 >= 0x80 }), let scheme = url.firstRange(of: "://"),
            let end = url[scheme.upperBound...].utf8.firstIndex(where: URLReference.endsHost)
        else { return url }
        return url[..<end] + text(url[end...].utf8)
    }

    /// The address in a header field, where a byte that is no ASCII may be of any character set.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
            } else {
                text += Array("%\(Hexadecimal.encode([byte]).uppercased())".utf8)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func endsHost(_ byte: UInt8) -> Bool { "/?#\\".utf8.contains(byte) }
}

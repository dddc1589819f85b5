import CCurl
import FlowCore
import FlowSpec

/// What libcurl is told about a request beside its URL, its body and its time: what one request after the other may share.
final class RequestSetup {
    private let method: String
    private let sendsBody: Bool
    private let headers: HTTPHeaders
    private let usesHTTP2: Bool
    private let proxy: String?
    private let route: HTTPRoute
    private let connectTimeout: Duration
    private let isSentOnce: Bool
    /// Whether the answer goes to a file.
    private let isDownload: Bool

    /// Whole seconds that a connection may have been idle where a request must go out once only. Servers end it after two
    /// at the soonest, and it may be on its way to them then.
    private static let longestIdle = 1

    /// Bytes of a download that are read at a time, four times what is usual: a fifth less processor. For uploads, more
    /// than is usual brings nothing.
    private static let downloadPortion = 64 << 10

    init(_ transfer: Transfer) {
        let exchange = transfer.exchange
        method = exchange.request.method
        sendsBody = transfer.sendsBody
        headers = exchange.request.headers
        usesHTTP2 = transfer.mayShare
        proxy = transfer.proxy
        route = exchange.route
        connectTimeout = exchange.call.timeouts.connect
        isSentOnce = exchange.isSentOnce
        isDownload = exchange.call.isDownload
    }

    /// Whether a handle that was told this is ready for the request of `transfer`.
    func serves(_ transfer: Transfer) -> Bool {
        let exchange = transfer.exchange
        // What it was told about a body a handle doesn't forget without a reset.
        return !sendsBody && !transfer.sendsBody && hasSameHeaders(exchange.request.headers)
            && method == exchange.request.method && usesHTTP2 == transfer.mayShare
            && proxy == transfer.proxy && route == exchange.route
            && connectTimeout == exchange.call.timeouts.connect && isSentOnce == exchange.isSentOnce
            && isDownload == exchange.call.isDownload
    }

    /// Byte by byte: to a server, two spellings of a letter that Swift takes for the same are not.
    private func hasSameHeaders(_ other: HTTPHeaders) -> Bool {
        headers.fields.elementsEqual(other.fields) { mine, theirs in
            mine.name == theirs.name && mine.value.utf8.elementsEqual(theirs.value.utf8)
        }
    }

    /// Tells a new or reset handle.
    ///
    /// - Returns: the header lines, which must live as long as the handle uses them.
    func apply(
        to curl: UnsafeMutableRawPointer, userAgent: String
    ) -> UnsafeMutablePointer<curl_slist>? {
        flow_set_common(curl)
        flow_set_http_only(curl)
        // A signed path must arrive as it was signed.
        flow_set_long(curl, CURLOPT_PATH_AS_IS, 1)
        flow_set_long(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        setConnection(curl)
        if isDownload { flow_set_long(curl, CURLOPT_BUFFERSIZE, RequestSetup.downloadPortion) }
        flow_set_text(curl, CURLOPT_CUSTOMREQUEST, method)
        if method == "HEAD", !sendsBody { flow_set_long(curl, CURLOPT_NOBODY, 1) }
        return setHeaders(curl, userAgent)
    }

    private func setConnection(_ curl: UnsafeMutableRawPointer) {
        flow_set_tickets(curl)
        flow_set_way(curl, proxy, route.caFile, route.proxyCAFile)
        flow_set_long(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let socket = route.unixSocket { flow_set_text(curl, CURLOPT_UNIX_SOCKET_PATH, socket) }
        if let own = route.clientCertificate {
            let key = own.key ?? own.certificate
            flow_set_certificate(
                curl, own.certificate, HTTPRoute.isPEM(own.certificate), key, HTTPRoute.isPEM(key))
        }
        flow_set_long(
            curl, CURLOPT_HTTP_VERSION, Int(usesHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        if usesHTTP2 { flow_set_long(curl, CURLOPT_PIPEWAIT, 1) }
        if isSentOnce { flow_set_long(curl, CURLOPT_MAXAGE_CONN, RequestSetup.longestIdle) }
        flow_set_long(curl, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(connectTimeout.inMilliseconds)))
    }

    private func setHeaders(
        _ curl: UnsafeMutableRawPointer, _ userAgent: String
    ) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for field in headers.fields { list = curl_slist_append(list, field.curlLine) }
        if sendsBody {
            // What libcurl would add of its own accord: a form's type, and a pause of a second before a large body.
            if headers["content-type"] == nil { list = curl_slist_append(list, "Content-Type:") }
            if headers["expect"] == nil { list = curl_slist_append(list, "Expect:") }
        }
        if headers["accept-encoding"] == nil, !ContentDecoder.accepted.isEmpty {
            list = curl_slist_append(list, "Accept-Encoding: \(ContentDecoder.accepted)")
        }
        if headers["user-agent"] == nil {
            // As its own option libcurl would put it together with each request anew. For a proxy there is no other way.
            list = curl_slist_append(list, "User-Agent: \(userAgent)")
            if proxy != nil { flow_set_text(curl, CURLOPT_USERAGENT, userAgent) }
        }
        flow_set_headers(curl, list)
        return list
    }
}

extension HTTPCall {
    fileprivate var isDownload: Bool { if case .sink = destination { true } else { false } }
}

import CCurl
import FlowCore
import FlowSpec

extension Transfer {
    /// Larger bodies are read piece by piece instead of being copied once more.
    private static let copiedBodyLimit = 64 << 10

    /// Prepares `handle` for this transfer.
    func configure(_ handle: EasyHandle) {
        self.handle = handle
        let curl = handle.pointer
        let context = Unmanaged.passUnretained(self).toOpaque()
        handle.errorText[0] = 0
        flow_set_pointer(curl, CURLOPT_ERRORBUFFER, handle.errorText)
        flow_set_pointer(curl, CURLOPT_PRIVATE, context)
        flow_set_long(curl, CURLOPT_NOSIGNAL, 1)
        flow_set_http_only(curl)
        flow_set_text(curl, CURLOPT_URL, exchange.request.url)
        // A signed path must arrive as it was signed.
        flow_set_long(curl, CURLOPT_PATH_AS_IS, 1)
        flow_set_long(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        flow_set_long(curl, CURLOPT_TCP_KEEPALIVE, 1)
        setConnection(curl)
        setMethodAndBody(curl, context)
        setHeaders(curl)
        setCallbacks(curl, context)
    }

    private func setConnection(_ curl: UnsafeMutableRawPointer) {
        // Empty means none; without it libcurl would read the environment.
        flow_set_text(curl, CURLOPT_PROXY, proxy ?? "")
        flow_set_text(curl, CURLOPT_NOPROXY, options.noProxy ?? "")
        flow_set_long(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        flow_set_long(curl, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = exchange.call.caFile { flow_set_text(curl, CURLOPT_CAINFO, file) }
        if body.isPresent || exchange.origin.scheme == "http" {
            // libcurl before 8 can lose an HTTP/2 answer that comes before the request's body is sent.
            flow_set_long(curl, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        } else {
            flow_set_long(curl, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
            flow_set_long(curl, CURLOPT_PIPEWAIT, 1)
        }
        let timeouts = exchange.call.timeouts
        flow_set_long(curl, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(timeouts.connect.inMilliseconds)))
        if let deadline = exchange.deadline {
            flow_set_long(curl, CURLOPT_TIMEOUT_MS, max(1, Int((deadline - .now).inMilliseconds)))
        }
    }

    private func setMethodAndBody(_ curl: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer) {
        let method = exchange.request.method
        // A body of no bytes says so with a length of zero, as servers want it from a POST.
        if body.isPresent || ["POST", "PUT", "PATCH"].contains(method) {
            flow_set_long(curl, CURLOPT_POST, 1)
            if let bytes = body.inMemory(upTo: Transfer.copiedBodyLimit) {
                _ = bytes.withUnsafeBytes { flow_set_body(curl, $0.baseAddress, $0.count) }
            } else {
                flow_set_offset(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.length))
                flow_set_reader(
                    curl,
                    { bytes, size, count, context in
                        let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
                        return Transfer.at(context).read(into: buffer)
                    },
                    { context, offset, origin in
                        // libcurl only ever seeks from the start.
                        origin == 0 && Transfer.at(context).body.seek(to: Int64(offset))
                            ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
                    }, context)
            }
        } else if method == "HEAD" {
            flow_set_long(curl, CURLOPT_NOBODY, 1)
        }
        flow_set_text(curl, CURLOPT_CUSTOMREQUEST, method)
    }

    private func setHeaders(_ curl: UnsafeMutableRawPointer) {
        let headers = exchange.request.headers
        var list: UnsafeMutablePointer<curl_slist>?
        for field in headers.fields {
            // libcurl takes a name with nothing after the colon for one to leave out.
            list = curl_slist_append(list, field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // What libcurl would add of its own accord: a form's type, and a pause of a second before a large body.
        if headers["content-type"] == nil { list = curl_slist_append(list, "Content-Type:") }
        if headers["expect"] == nil { list = curl_slist_append(list, "Expect:") }
        if headers["accept-encoding"] == nil, !ContentDecoder.accepted.isEmpty {
            list = curl_slist_append(list, "Accept-Encoding: \(ContentDecoder.accepted)")
        }
        headerList = list
        flow_set_headers(curl, list)
        if headers["user-agent"] == nil { flow_set_text(curl, CURLOPT_USERAGENT, options.userAgent) }
    }

    private func setCallbacks(_ curl: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer) {
        flow_set_writer(
            curl,
            { bytes, size, count, context in
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return Transfer.at(context).addHeader(line) ? size * count : 0
            },
            { bytes, size, count, context in
                let portion = UnsafeRawBufferPointer(start: bytes, count: size * count)
                // Not 0: that is success for a portion of no bytes.
                return Transfer.at(context).addBody(portion) ? size * count : size * count + 1
            }, context)
        flow_set_prerequest(
            curl,
            { context, _, _, _, _ in Transfer.at(context).willSend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT },
            context)
    }

    /// The transfer a callback is about; the loop keeps it alive while libcurl has its handle.
    static func at(_ context: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }
}

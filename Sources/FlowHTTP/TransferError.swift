import CCurl
import FlowCore
import FlowSpec
import Glibc

/// Why libcurl ended a transfer, told as a failure.
///
/// Texts name host and port only: a path or a query may hold a secret.
struct TransferError {
    let code: CURLcode
    let exchange: Exchange
    let wasSent: Bool
    private let status: Int
    let proxy: String?
    /// What the proxy answered to the request for a connection; 0 where it wasn't asked.
    let proxyStatus: Int
    /// Why a proxy that speaks SOCKS made no connection.
    let proxyError: CURLproxycode
    private let systemError: Int32
    /// libcurl's own words, which name hosts and protocol details but nothing of the request.
    private let detail: String

    init(_ transfer: Transfer, code: CURLcode) {
        self.code = code
        exchange = transfer.exchange
        wasSent = transfer.timesSent > 0
        status = transfer.status
        proxy = transfer.proxy
        proxyStatus = transfer.handle.map { flow_info_long($0.pointer, CURLINFO_HTTP_CONNECTCODE) } ?? 0
        proxyError = CURLproxycode(
            UInt32(clamping: transfer.handle.map { flow_info_long($0.pointer, CURLINFO_PROXY_ERROR) } ?? 0))
        systemError = transfer.handle.map { Int32(clamping: flow_info_long($0.pointer, CURLINFO_OS_ERRNO)) } ?? 0
        detail = transfer.handle.map { String(cString: $0.errorText) } ?? ""
    }

    var authority: String { exchange.authority }
    var isThroughProxy: Bool { proxy != nil }
    private var timeouts: HTTPCall.Timeouts { exchange.call.timeouts }

    /// libcurl sends a request again by itself where a kept connection has ended: whatever is in the way of that, the
    /// server may have got the first one.
    var failure: Failure {
        // Of one who isn't let in the server has read nothing.
        if isAboutOwnCertificate { return ownCertificate }
        return wasSent ? exchange.call.inDoubt(plainFailure) : plainFailure
    }

    private var plainFailure: Failure {
        if isThroughProxy, proxyStatus >= 300 { return TransferError.refused(byProxyOf: exchange, proxyStatus) }
        if let proxyFault { return proxyFault }
        switch code {
        case CURLE_URL_MALFORMAT where !exchange.origin.host.utf8.allSatisfy { $0 < 0x80 }:
            return plain(
                .invalid, "the host \"\(exchange.origin.host)\" has characters that no name of a host has",
                hint: TransferError.asciiHint)
        case CURLE_URL_MALFORMAT:
            return invalidURL
        case CURLE_UNSUPPORTED_PROTOCOL where !wasSent:
            return invalidURL
        // The bound of libcurl for a line, which it can't tell from that of the memory.
        case CURLE_OUT_OF_MEMORY where wasSent, TransferError.tooLarge:
            return plain(
                .protocolError, "\(authority) answered with a header line of more than 100 KiB",
                hint: "have the service send less in it", code: "headers_too_large")
        case CURLE_LOGIN_DENIED:
            return plain(
                .invalid, "the URL for \(authority) has a user name or password in it",
                hint: "take it out and use a credential")
        case CURLE_COULDNT_RESOLVE_HOST:
            return plain(
                .network, "could not find the host \"\(exchange.origin.host)\"",
                hint: exchange.origin.host.utf8.allSatisfy { $0 < 0x80 }
                    ? "check the spelling, and this machine's network and DNS" : TransferError.asciiHint)
        case CURLE_COULDNT_RESOLVE_PROXY:
            return plain(.network, "could not find the proxy for \(authority)", hint: "check the proxy's address")
        case CURLE_COULDNT_CONNECT: return notConnected
        case CURLE_OPERATION_TIMEDOUT: return timedOut
        case CURLE_OUT_OF_MEMORY: return plain(.internal, "out of memory in a request to \(authority)")
        case _ where isNoHTTP:
            return plain(
                .protocolError, "\(authority) answered something that is not valid HTTP",
                hint: "check that the address and port belong to the service")
        case CURLE_SSL_CONNECT_ERROR where brokeWhileBeingSecured:
            return plain(
                .network, "\(securedPlace) broke the connection off before it was secure",
                hint: "try again later, or check that the port speaks TLS 1.2 or newer")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
            return notSecure
        default: return broken
        }
    }

    /// `CURLE_TOO_LARGE` of libcurl 8.6 and newer.
    private static let tooLarge = CURLcode(100)

    private var invalidURL: Failure {
        plain(.invalid, "the URL for \(authority) is not valid", hint: "check its host, port and path")
    }

    private static let asciiHint = "write it in ASCII, as in xn--bcher-kva.example for bücher.example"

    private var notConnected: Failure {
        let reason = systemError == 0 ? "no connection" : systemText(systemError)
        if let socket = exchange.route.unixSocket {
            return plain(
                .network, "could not connect to the socket \(socket) (\(reason))",
                hint: "check that the server is running and that this user may use its socket")
        }
        return isThroughProxy
            ? plain(
                .network, "could not connect to the proxy for \(authority) (\(reason))",
                hint: "check the proxy's address")
            : plain(
                .network, "could not connect to \(authority) (\(reason))",
                hint: "check that the server is running and reachable from this machine")
    }

    /// Whether what came is no answer of HTTP.
    private var isNoHTTP: Bool {
        switch code {
        // libcurl takes an answer without a status line for HTTP/0.9, a protocol it does not support.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: true
        // Of the transfer, as codings of the content are not libcurl's matter here.
        case CURLE_BAD_CONTENT_ENCODING: true
        case CURLE_RECV_ERROR: detail.contains("chunked-encoding")
        // Another protocol, which nobody asked for.
        case CURLE_GOT_NOTHING: status == 101
        default: false
        }
    }

    /// Whether the connection ended, without a word of TLS, before it was secure: so do servers that have too much to do,
    /// or are just being started.
    private var brokeWhileBeingSecured: Bool {
        [ECONNRESET, EPIPE].contains(systemError)
            || ["SSL_ERROR_SYSCALL", "unexpected eof", "reset by peer", "Broken pipe", "non-properly terminated"]
                .contains { detail.contains($0) }
    }

    private var securedPlace: String { isWithProxy ? "the proxy for \(authority)" : authority }

    private var notSecure: Failure {
        let place = securedPlace
        switch code {
        case CURLE_SSL_CACERT_BADFILE:
            let file = isWithProxy ? exchange.route.proxyCAFile : exchange.route.caFile
            return plain(
                .tls, "could not read the certificates to trust\(file.map { " from \($0)" } ?? "")",
                hint: "name a file of PEM certificates")
        case CURLE_PEER_FAILED_VERIFICATION:
            let complaint = CertificateComplaint(of: place, libcurl: detail)
            return plain(.tls, complaint.message, hint: complaint.hint)
        default:
            // TLS 1.2 has no alert of its own for this.
            let mayWantCertificate =
                exchange.route.clientCertificate == nil && !isWithProxy && detail.contains("alert handshake failure")
            return plain(
                .tls, "no secure connection with \(place)",
                hint: "check that the port speaks TLS 1.2 or newer"
                    + (mayWantCertificate ? ", and whether the server wants a client certificate" : ""))
        }
    }

    /// Whether the server said no to what the client has shown of itself, or there was nothing to show. With TLS 1.3 it
    /// says so only after the request, which it has not looked at.
    private var isAboutOwnCertificate: Bool {
        if code == CURLE_SSL_CERTPROBLEM || detail.contains("alert certificate required")
            || detail.contains("alert bad certificate")
        {
            return true
        }
        let refusals = ["alert unknown ca", "alert certificate "]
        return exchange.route.clientCertificate != nil && refusals.contains { detail.contains($0) }
    }

    private var ownCertificate: Failure {
        if code == CURLE_SSL_CERTPROBLEM {
            if let unreadable = exchange.route.clientCertificate?.unreadableFile {
                return plain(
                    .tls, "could not read \(unreadable.what) for \(authority) (\(unreadable.reason))",
                    hint: "check the path of \(unreadable.field) and its permissions")
            }
            return plain(
                .tls, "the client certificate for \(authority) can't be used",
                hint: "check that client_cert and client_key are PEM, belong together and need no pass phrase")
        }
        var failure =
            exchange.route.clientCertificate == nil
            ? plain(
                .tls, "\(authority) wants a client certificate",
                hint: "add client_cert and client_key to the credential")
            : plain(
                .tls, "\(authority) does not accept the client certificate",
                hint: "check that it is valid and from an authority the server trusts")
        failure.nothingSent = true
        return failure
    }

    /// The proxy itself answered, and not with a connection.
    static func refused(byProxyOf exchange: Exchange, _ status: Int) -> Failure {
        let answer = HTTPStatusTable.describe(status)
        return status == 407
            ? Failure(
                .auth, "the proxy for \(exchange.authority) wants a user name and password (\(answer))",
                hint: "write them into its address, as in http://user:password@proxy.example:3128")
            : Failure(
                status == 403 ? .permission : .network,
                "the proxy for \(exchange.authority) would not connect (\(answer))",
                hint: "ask who runs the proxy, or name the host in NO_PROXY where it needs none")
    }

    private var timedOut: Failure {
        guard wasSent else {
            let isTotal = exchange.deadline.map { $0 <= .now } ?? false
            let limit = isTotal ? timeouts.total ?? timeouts.connect : timeouts.connect
            if isThroughProxy {
                return plain(
                    .timeout, "no connection to \(authority) through its proxy within \(limit.humanText)",
                    hint: "check that the proxy answers, and that it reaches the server")
            }
            if detail.hasPrefix("SSL connection timeout") {
                return plain(
                    .timeout, "no secure connection with \(authority) within \(limit.humanText)",
                    hint: "check that the port speaks TLS 1.2 or newer")
            }
            return plain(
                .timeout, "could not connect to \(authority) within \(limit.humanText)",
                hint: "check that the server is reachable from this machine")
        }
        let limit = timeouts.total ?? timeouts.connect
        return TransferError.afterSending(
            exchange, .timeout, "no complete answer from \(authority) within \(limit.humanText)",
            hint: "raise the timeout if the service is slow", underlying: nil)
    }

    /// The connection ended before the answer was whole.
    private var broken: Failure {
        let what =
            switch code {
            case CURLE_GOT_NOTHING, CURLE_ABORTED_BY_CALLBACK: "\(authority) closed the connection without an answer"
            case CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM: "the answer of \(authority) broke off"
            default:
                status >= 200
                    ? "the answer of \(authority) broke off"
                    : "the connection to \(authority) broke before an answer came"
            }
        guard wasSent else {
            return plain(.network, what, hint: "check that the server is running and reachable from this machine")
        }
        return TransferError.afterSending(
            exchange, .network, what,
            // With neither a length nor this, nobody can tell that it was all.
            hint: status >= 200 && detail.contains("unexpected eof")
                ? "try again later; where it stays so, have the service announce the length of its answer"
                : "try again later", underlying: text)
    }

    /// What comes to a standstill after the request has begun to go out.
    enum Standstill { case sending, awaited, answering }

    /// No byte moved for as long as `limit`.
    static func stalled(_ exchange: Exchange, _ stage: Standstill, for limit: Duration) -> Failure {
        let what =
            stage == .sending
            ? "\(exchange.authority) took nothing more of the request" : "nothing came from \(exchange.authority)"
        let timeouts = exchange.call.timeouts
        let hint =
            if timeouts.isStallChosen {
                "raise stall_timeout if the service is slow"
            } else if stage != .awaited {
                "try again later; stall_timeout of http.request allows longer pauses"
            } else if timeouts.total == nil {
                "if the service is slow, give the step a timeout as long as its answer may take to begin, such as 5m"
            } else {
                "raise the timeout if the service is slow"
            }
        return afterSending(
            exchange, .timeout, "\(what) within \(limit.humanText)", hint: hint, underlying: nil)
    }

    private static func afterSending(
        _ exchange: Exchange, _ kind: FailureKind, _ what: String,
        hint: String, underlying: String?
    ) -> Failure {
        exchange.call.inDoubt(Failure(kind, what, hint: hint, underlying: underlying))
    }

    func plain(_ kind: FailureKind, _ message: String, hint: String? = nil, code: String? = nil) -> Failure {
        Failure(kind, message, hint: hint, code: code, underlying: text)
    }

    private var text: String {
        let words = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        return "libcurl error \(code.rawValue): \(words)"
    }
}

extension Failure {
    /// The ``code`` of a request that this process was too busy for, which says nothing about the service.
    static let notBegun = "not_begun"
}

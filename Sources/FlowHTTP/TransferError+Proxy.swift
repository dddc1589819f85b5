import CCurl
import FlowCore
import FlowSpec
import Glibc

extension TransferError {
    /// Whether what is or is not secure is the connection with the proxy itself: no other one has been begun.
    var isWithProxy: Bool { proxyScheme == "https" && proxyStatus == 0 && !wasSent }

    /// What went wrong at the proxy, or in what was to lead there; nil where it is a matter of the server, or told by others.
    var proxyFault: Failure? {
        guard let scheme = proxyScheme, !wasSent else { return nil }
        guard TransferError.proxySchemes.contains(scheme) else {
            return plain(
                .invalid, "the address of the proxy for \(authority) does not begin as that of a proxy does",
                hint: "write http://, https://, socks5:// or socks5h:// before its host and port")
        }
        if code == CURLE_PROXY { return socksFault }
        let isTunnel = exchange.origin.scheme == "https" && !scheme.hasPrefix("socks")
        let isCutOff = [
            CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_PARTIAL_FILE,
        ].contains(code)
        guard isTunnel, proxyStatus == 0, isCutOff else { return nil }
        return plain(
            .network, "the proxy for \(authority) gave no answer that makes a connection",
            hint: "check that its address and port are those of a proxy, and that it works")
    }

    /// As libcurl reads it; nil where there is no proxy.
    private var proxyScheme: String? {
        proxy.map { proxy in proxy.firstRange(of: "://").map { proxy[..<$0.lowerBound].lowercased() } ?? "http" }
    }

    private static let proxySchemes: Set = ["http", "https", "socks", "socks4", "socks4a", "socks5", "socks5h"]

    private var socksFault: Failure {
        let passwordHint = "write them into its address, as in socks5://user:password@proxy.example:1080"
        switch proxyError {
        case CURLPX_NO_AUTH, CURLPX_IDENTD:
            return plain(.auth, "the proxy for \(authority) wants a user name and password", hint: passwordHint)
        case CURLPX_USER_REJECTED, CURLPX_IDENTD_DIFFER:
            return plain(
                .auth, "the proxy for \(authority) does not take the user name and password", hint: passwordHint)
        case CURLPX_LONG_USER, CURLPX_LONG_PASSWD:
            return plain(
                .invalid, "the user name or password for the proxy for \(authority) is longer than 255 bytes",
                hint: "check its address")
        case CURLPX_REPLY_NOT_ALLOWED:
            return plain(
                .permission, "the proxy for \(authority) would not connect",
                hint: "ask who runs the proxy, or name the host in NO_PROXY where it needs none")
        case CURLPX_RESOLVE_HOST:
            return plain(
                .network, "could not find the host \"\(exchange.origin.host)\"",
                hint: "check the spelling; a proxy of socks5h:// looks names up itself")
        case CURLPX_REPLY_CONNECTION_REFUSED: return unreached("connection refused")
        case CURLPX_REPLY_HOST_UNREACHABLE: return unreached("host unreachable")
        case CURLPX_REPLY_NETWORK_UNREACHABLE: return unreached("network unreachable")
        case CURLPX_REPLY_TTL_EXPIRED: return unreached("no route")
        case CURLPX_REPLY_GENERAL_SERVER_FAILURE, CURLPX_REQUEST_FAILED: return unreached("no reason given")
        default:
            return plain(
                .network, "the proxy for \(authority) gave no answer that makes a connection",
                hint: "check that its address and port are those of a proxy that speaks SOCKS, and that it works")
        }
    }

    private func unreached(_ reason: String) -> Failure {
        plain(
            .network, "the proxy could not connect to \(authority) (\(reason))",
            hint: "check that the server is running and reachable from the proxy")
    }
}

extension HTTPRoute.ClientCertificate {
    /// The first of its files that can't be read. A key's place is as secret as the key.
    var unreadableFile: (field: String, what: String, reason: String)? {
        for (field, what, file) in [
            ("client_cert", "the client certificate \(certificate)", certificate),
            ("client_key", "the key of the client certificate", key ?? certificate),
        ] where !HTTPRoute.isPEM(file) && access(file, R_OK) != 0 {
            return (field, what, systemText(errno))
        }
        return nil
    }
}

import CCurl
import FlowCore
import FlowSpec
import Glibc

/// Why libcurl could not connect to a server of mail or sign in there, told as a failure. Nothing of the mail had been
/// sent.
struct MailError {
    private let code: CURLcode
    private let server: MailServer
    private let detail: String
    private let lines: [String]
    private let systemError: Int32

    init(_ handle: MailHandle, _ code: CURLcode) {
        self.code = code
        server = handle.server
        detail = handle.detail
        lines = handle.serverLines
        systemError = Int32(clamping: flow_info_long(handle.pointer, CURLINFO_OS_ERRNO))
    }

    private var place: String { server.authority }

    var failure: Failure {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return plain(
                .network, "could not find the host \"\(server.host)\"",
                hint: "check the spelling, and this machine's network and DNS")
        case CURLE_COULDNT_RESOLVE_PROXY:
            return plain(.network, "could not find the proxy for \(place)", hint: "check the proxy's address")
        case CURLE_COULDNT_CONNECT:
            let reason = systemError == 0 ? "no connection" : errorText(systemError)
            return plain(
                .network, "could not connect to \(place) (\(reason))",
                hint: "check host and port, and that the server is reachable from this machine")
        case CURLE_OPERATION_TIMEDOUT:
            return plain(
                .timeout, "\(place) took too long to answer",
                hint: server.security == .tls
                    ? "check the port; one for STARTTLS needs security: starttls"
                    : "check the port; one for TLS from the first byte needs security: tls")
        case CURLE_USE_SSL_FAILED:
            return plain(
                .tls, "\(place) offers no STARTTLS",
                hint: "use its port for TLS with security: tls")
        case CURLE_LOGIN_DENIED: return refusedLogin
        case CURLE_PEER_FAILED_VERIFICATION: return notTrusted
        case CURLE_SSL_CACERT_BADFILE:
            return plain(
                .tls, "could not read the certificates to trust\(server.route.caFile.map { " from \($0)" } ?? "")",
                hint: "name a file of PEM certificates")
        case CURLE_SSL_CERTPROBLEM:
            return plain(
                .tls, "the client certificate for \(place) can't be used",
                hint: "check that client_cert and client_key are PEM, belong together and need no pass phrase")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED:
            return plain(
                .tls, "no secure connection with \(place)",
                hint: server.security == .tls
                    ? "check the port; one for STARTTLS needs security: starttls"
                    : "check that the server speaks TLS 1.2 or newer")
        case CURLE_WEIRD_SERVER_REPLY:
            if server.service == .smtp, let refusal = refusedConnection { return refusal }
            return plain(
                .protocolError, "\(place) does not answer as a server of mail does",
                hint: "check the port; one for TLS from the first byte needs security: tls")
        default:
            return plain(
                .network, "the connection to \(place) broke while signing in",
                hint: "try again later, and check host, port and security")
        }
    }

    private var notTrusted: Failure {
        let complaint = CertificateComplaint(of: place, libcurl: detail)
        return plain(.tls, complaint.message, hint: complaint.hint)
    }

    /// A server that sends mail may greet with a no (RFC 5321, 3.1).
    private var refusedConnection: Failure? {
        let word = LoginAnswer(lines)
        guard let code = word.code else { return nil }
        return plain(
            word.isTemporary ? .transient : .permission,
            "\(place) refused the connection (\(ServiceText.line(word.text)))",
            hint: word.isTemporary
                ? "try again later" : "read the server's words; many refuse machines whose address is on a list",
            code: code)
    }

    /// The server's own words say what kind of refusal it is.
    private var refusedLogin: Failure {
        let word = LoginAnswer(lines)
        let said = word.text.isEmpty ? "" : " (\(ServiceText.line(word.text)))"
        if word.isTemporary {
            return plain(
                .transient, "\(place) can't sign anybody in now\(said)", hint: "try again later", code: word.code)
        }
        let hint =
            server.isTokenHolder
            ? "log in again with \"flowctl credentials login\" and the scope for mail, or give the credential a new token"
            : "check user name and password; many providers want an app password, or a login by OAuth instead"
        return plain(.auth, "\(place) refused the login of \"\(server.user)\"\(said)", hint: hint, code: word.code)
    }

    private func plain(_ kind: FailureKind, _ message: String, hint: String, code: String? = nil) -> Failure {
        let words = detail.isEmpty ? String(cString: curl_easy_strerror(self.code)) : detail
        return Failure(
            kind, message, hint: hint, code: code, underlying: "libcurl error \(self.code.rawValue): \(words)",
            nothingSent: true)
    }

    private func errorText(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }
}

/// How a server says no to a login: `A002 NO [AUTHENTICATIONFAILED] text`, `535 5.7.8 text`, and before it perhaps
/// `+ eyJ…` or `334 eyJ…` with the reason why a token is refused.
struct LoginAnswer {
    private(set) var text = ""
    private(set) var code: String?
    /// Whether it may be otherwise later.
    private(set) var isTemporary = false

    private static let temporaryWords: Set<String> = ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"]

    init(_ lines: [String]) {
        guard let line = lines.last(where: { !$0.isEmpty }) else { return }
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        let rest = words.dropFirst(2).joined()
        if line.hasPrefix("* BYE") {
            (text, code, isTemporary) = (rest, "BYE", true)
        } else if words.count == 2, words[0] == "+" || words[0] == "334" {
            // The reason in JSON; its status is all that says something.
            code = Base64.decode(words[1]).flatMap { try? JSON.parse($0) }?["status"]?.stringValue
            text = code.map { "status \($0)" } ?? ""
        } else if words.count > 1, words[0].utf8.count == 3, let number = Int(words[0]) {
            (text, code) = (words.dropFirst().joined(separator: " "), String(number))
            isTemporary = (400..<500).contains(number)
        } else if words.count > 2, words[1] == "NO" || words[1] == "BAD" {
            text = rest
            guard text.hasPrefix("["), let end = text.firstIndex(of: "]") else { return }
            code = text[..<end].dropFirst().split(separator: " ").first?.uppercased()
            text = String(text[text.index(after: end)...].drop { $0 == " " })
            isTemporary = code.map(Self.temporaryWords.contains) ?? false
        }
    }
}

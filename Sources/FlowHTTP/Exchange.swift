import FlowCore
import FlowSpec

/// One request of a call: the call itself, or what a redirect made of it.
///
/// A class, as it is handed on a dozen times on its way, and copying its fields would be a good part of the work.
final class Exchange: Sendable {
    let request: HTTPRequest
    let call: HTTPCall
    let origin: Origin
    let route: HTTPRoute
    /// When the whole call must be over.
    let deadline: ContinuousClock.Instant?
    let redirects: Int
    /// Whether an earlier hop may already have done what the call is to do.
    let mayBeDone: Bool

    /// - Throws: a `Failure` of kind `invalid` where the request can't be sent as it stands.
    init(_ call: HTTPCall) throws(Failure) {
        var request = call.request
        request.url = request.sentURL
        self.request = request
        self.call = call
        guard let origin = Origin(call.request.url) else {
            throw Failure(
                .invalid, "the URL of the request is not an absolute http or https URL",
                hint: "start it with https:// and a host name", nothingSent: true)
        }
        self.origin = origin
        route = call.route
        deadline = call.timeouts.total.map { .now + $0 }
        redirects = 0
        mayBeDone = false
        try checkText()
        try checkFiles()
    }

    /// The hop after `earlier`.
    init(after earlier: Exchange, _ request: HTTPRequest, to origin: Origin, _ route: HTTPRoute, mayBeDone: Bool) {
        self.request = request
        self.route = route
        call = earlier.call
        self.origin = origin
        deadline = earlier.deadline
        redirects = earlier.redirects + 1
        self.mayBeDone = mayBeDone
    }

    /// The same hop with another request to the same place.
    init(_ other: Exchange, sending request: HTTPRequest) {
        self.request = request
        call = other.call
        origin = other.origin
        route = other.route
        deadline = other.deadline
        redirects = other.redirects
        mayBeDone = other.mayBeDone
    }

    /// The host, and the port where it isn't the scheme's own; what messages name.
    var authority: String { origin.authority }

    /// Whether sending the request twice may do its work twice. What only fetches the result of work that is done does
    /// none.
    var isUnrepeatable: Bool { call.isUnrepeatable && !(mayBeDone && ["GET", "HEAD"].contains(request.method)) }
    /// Whether libcurl must not write it again where a kept connection ends without an answer.
    var isSentOnce: Bool { call.isSentOnce || isUnrepeatable }

    /// Without the null byte at its end (unix(7)).
    private static let longestSocketPath = 107

    /// What is to be asked next where `response` is not the call's answer yet: elsewhere, anew, or for the rest.
    @inline(never)
    func next(after response: HTTPResponse) throws(Failure) -> Exchange? {
        try redirected(by: response) ?? restarted(after: response) ?? continued(after: response)
    }

    /// Makes the last response the call's answer.
    @inline(never)
    func finish(_ response: inout HTTPResponse) {
        response = answer(response)
        response.isAfterwards = mayBeDone
    }

    /// The failure of this hop, with a mark where it is not that of the server that the call asks.
    func attributed(_ failure: Failure) -> Failure {
        guard redirects > 0, origin != Origin(call.request.url) else { return failure }
        var failure = failure
        failure.isOfRedirect = true
        return failure
    }

    /// libcurl would wait at a pipe for who writes to it, and all other requests with it.
    private func checkFiles() throws(Failure) {
        let certificate = route.clientCertificate
        // Most requests name none, and all come through here.
        guard route.caFile != nil || route.proxyCAFile != nil || certificate != nil else { return }
        let files = [
            (route.caFile, "the certificates to trust"), (route.proxyCAFile, "the certificates to trust"),
            (certificate?.certificate, "the client certificate"),
            (certificate?.key, "the key of the client certificate"),
        ]
        for case (let file?, let what) in files where !HTTPRoute.isPEM(file) {
            guard let objection = ReplacedFile.objection(to: file) else { continue }
            throw Failure(
                .tls, "could not read \(what) for \(authority): \(objection.rawValue)",
                hint: "name a file of PEM certificates", nothingSent: true)
        }
    }

    private func checkText() throws(Failure) {
        guard !request.url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw Failure(
                .invalid, "the URL for \(authority) has a space or control character in it",
                hint: "percent-encode it", nothingSent: true)
        }
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(\.isTokenCharacter) else {
            throw Failure(
                .invalid, "the method of the request to \(authority) is not a word",
                hint: "use one such as GET or POST",
                nothingSent: true)
        }
        if let socket = route.unixSocket, socket.utf8.count > Exchange.longestSocketPath {
            throw Failure(
                .invalid, "the path of the socket \(socket) is longer than \(Exchange.longestSocketPath) bytes",
                hint: "use a shorter one, such as that of a symbolic link", nothingSent: true)
        }
        guard request.method != "HEAD" || request.body == .none else {
            throw Failure(
                .invalid, "the HEAD request to \(authority) has a body, which means nothing there",
                hint: "leave the body out, or use another method", nothingSent: true)
        }
        for field in request.headers.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(\.isTokenCharacter) else {
                throw Failure(
                    .invalid, "\(JSON.quoted(field.name)) is not a header name",
                    hint: "use letters, digits and hyphens", nothingSent: true)
            }
            guard !HTTPHeaders.isOfConnection(field.name) else {
                throw Failure(
                    .invalid, "the header \"\(field.name)\" of a request can't be set, as flowctl writes it itself",
                    hint: "take it out", nothingSent: true)
            }
            guard !field.value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
                throw Failure(
                    .invalid, "the header \"\(field.name)\" has a line break in it",
                    hint: "remove the line break; a secret read from a file often ends in one", nothingSent: true)
            }
        }
    }
}

extension HTTPRequest {
    /// The URL as it goes out, which is also what an answer to it is from.
    var sentURL: String { URLReference.encoded(url) }
}

extension Origin {
    /// Host and port, without a port that goes without saying.
    var authority: String { String(description.dropFirst(scheme.count + 3)) }
}

extension UInt8 {
    /// A character of an HTTP token (RFC 9110, 5.6.2).
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}

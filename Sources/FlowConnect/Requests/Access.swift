import FlowCore
import FlowExpression
import FlowSpec

/// What one use of a connector may reach, and with which credential: the base, the origins that may get the secret,
/// and the signature.
struct Access: Sendable {
    /// Where paths are added.
    private(set) var base: String
    /// The base of the app itself, where that isn't computed.
    private let ownBase: String?
    /// Whether the base is one that the user gave, so that it stands for the connector's hosts too.
    private let isReplaced: Bool
    @Boxed private(set) var scheme: AuthScheme?
    private var credential: Credential?
    /// Origins the connector sends its credential to.
    private let origins: Set<Origin>
    /// Origins the credential was made for; nil where its connector is part of flowctl and stands at its own place.
    private let granted: Set<Origin>?
    private let node: String
    private let connectorName: String
    private let world: World
    private let clocks: ServiceClocks
    /// Whether the first part of a path stands before the host.
    private let hasBucketInHost: Bool

    /// - Parameters:
    ///   - schemes: those of the connector that the operation has a place for.
    ///   - isPreview: a credential may be missing then.
    /// - Throws: a failure of kind `auth` where the credential is missing or of a type the connector can't use.
    init(
        _ connector: Connector, _ schemes: [AuthScheme], node: String, context: NodeContext, clocks: ServiceClocks,
        isPreview: Bool, needsCredential: Bool
    ) throws(Failure) {
        self.node = node
        self.clocks = clocks
        connectorName = connector.name
        world = context.world
        credential = context.credential
        let scheme = try Access.scheme(among: schemes, node: node, context.credential)
        _scheme = Boxed(wrappedValue: scheme)
        if scheme == nil, needsCredential, !isPreview, !schemes.isEmpty {
            throw Failure(
                .auth, "\(node) needs a credential",
                hint: "add one with \"flowctl credentials add \(connector.name)\", "
                    + "or name one with \"credential:\"")
        }
        let scope = Rendering(
            variables: ValueMap([("credential", .map(context.credential?.openFields ?? ValueMap()))]),
            isPreview: isPreview, now: { context.world.clock.now() })
        if case .signatureV4(let fields)? = scheme?.signer, let isSo = fields.hasBucketInHost, !isPreview,
            context.baseURL == nil
        {
            hasBucketInHost = try scope.value(isSo).boolValue ?? false
        } else {
            hasBucketInHost = false
        }
        ownBase = ((scheme ?? schemes.first)?.base ?? connector.base).literal.map {
            $0.hasSuffix("/") ? String($0.dropLast()) : $0
        }
        let givenBase = context.credential?.fields[AuthScheme.baseURLField]?.stringValue.flatMap {
            $0.isEmpty ? nil : $0
        }
        let replaced = context.baseURL ?? givenBase
        isReplaced = replaced != nil
        if let replaced {
            base = replaced
        } else {
            let scheme = scheme ?? schemes.first
            let isAskedFor = !isPreview && scheme?.lookups.isEmpty == false
            base = try scope.text(isAskedFor ? connector.base : scheme?.base ?? connector.base) ?? ""
        }
        guard let origin = Origin(base) else {
            guard isPreview else {
                throw Failure(
                    .invalid, "\(node): the base \"\(terminalSafe(base))\" is no http or https URL",
                    hint: "give an address such as https://example.com/api")
            }
            origins = []
            granted = nil
            return
        }
        var reached: Set = [origin]
        if replaced == nil {
            for host in scheme?.hosts ?? connector.hosts {
                if let origin = try scope.text(host).flatMap({ Origin($0) }) { reached.insert(origin) }
            }
        }
        origins = reached
        let own = givenBase.flatMap { Origin($0) }.map { [$0] } ?? []
        let isTrusted = connector.source == .embeddedConnector && context.baseURL == nil
        // A connector that is part of flowctl may be trusted with a credential that names no hosts of its own.
        granted =
            isTrusted && context.credential?.origins == nil
            ? nil : (context.credential?.origins ?? []).union(own)
    }

    /// The scheme that takes the credential; nil where there is no credential, or the app takes none.
    ///
    /// - Throws: `auth` where none takes it.
    static func scheme(
        among schemes: [AuthScheme], node: String, _ credential: Credential?
    ) throws(Failure) -> AuthScheme? {
        guard let credential, !schemes.isEmpty else { return nil }
        if credential.source == .mock { return schemes.first }
        if let scheme = schemes.first(where: { $0.takes(credential) }) { return scheme }
        let types = schemes.filter { $0.login == nil }.map(\.name).joined(separator: ", ")
        let logins = schemes.compactMap(\.login).map {
            "log in with \"flowctl credentials login \($0.provider)\""
        }
        let ways = (types.isEmpty ? [] : ["use a credential of type \(types)"]) + logins
        throw Failure(.auth, "\(node) can't use \(credential)", hint: ways.joined(separator: ", or "))
    }

    /// The same with a token that was renewed meanwhile.
    func with(_ renewed: Credential?) -> Access {
        var copy = self
        copy.credential = renewed
        return copy
    }

    /// What is to be asked for before the base is known.
    var lookupsOfBase: [Lookup] { isReplaced ? [] : scheme?.lookups ?? [] }

    /// The same with the base that is known by now.
    ///
    /// - Parameter scope: with what was asked for.
    func located(_ scope: Rendering) throws(Failure) -> Access {
        var copy = self
        if let base = scheme?.base { copy.base = try scope.text(base) ?? "" }
        return copy
    }

    /// The base as expressions see it, without a slash at its end.
    var site: String { base.hasSuffix("/") ? String(base.dropLast()) : base }

    /// Where the path of a request is added that goes to one of the connector's hosts; nil is the base.
    func root(_ host: String?) -> String { isReplaced ? base : host ?? base }

    /// Where the mock that stands at the base has what the app has at an address.
    ///
    /// - Throws: a failure of kind `permission` where that is nowhere: no request leaves for another server.
    func mocked(_ url: String) throws(Failure) -> String {
        let place = place(of: url)
        guard isInMock(place) else {
            throw Failure(
                .permission, "\(node) leads to an address that the mock of \(connectorName) doesn't have",
                hint: "give an http or https URL", nothingSent: true)
        }
        return place
    }

    private func isInMock(_ url: String) -> Bool {
        url.hasPrefix(site) && (url.count == site.count || "/?".contains(url.dropFirst(site.count).prefix(1)))
    }

    private func place(of url: String) -> String {
        if isInMock(url) { return url }
        if let ownBase, url.hasPrefix(ownBase) { return site + url.dropFirst(ownBase.count) }
        // A path alone, as an answer may name one, begins at the root of the server.
        if let origin = Origin(site)?.description, url.hasPrefix(origin + "/") {
            return site + url.dropFirst(origin.count)
        }
        return MockApp.place(of: url).map { site + $0 } ?? url
    }

    /// Adds the credential to a request.
    ///
    /// - Throws: a failure of kind `permission` where the credential may not go to the request's origin.
    func sign(_ request: inout HTTPRequest, isPreview: Bool) throws(Failure) {
        guard let scheme else { return }
        if !isPreview { try check(request.url) }
        switch scheme.signer {
        case .bearer(let field):
            request.secrets.add(credentialHeader: "Authorization")
            request.headers["Authorization"] = "Bearer " + (try secret(field, isPreview))
        case .basic(let user, let password):
            request.secrets.add(credentialHeader: "Authorization")
            guard !isPreview else {
                request.headers["Authorization"] = "Basic \(Masker.replacement)"
                return
            }
            let pair = try secret(user, false) + ":" + secret(password, false)
            request.headers["Authorization"] = "Basic " + Base64.encode(Array(pair.utf8))
        case .header(let name, let field, let prefix):
            request.secrets.add(credentialHeader: name)
            request.headers[name] = prefix + (try secret(field, isPreview))
        case .query(let name, let field):
            request.secrets.add(parameter: name)
            let text = try secret(field, isPreview)
            request.url +=
                (request.url.contains("?") ? "&" : "?") + PercentEncoding.encode(name) + "="
                + (isPreview ? text : PercentEncoding.encode(text))
        case .path(let field, let prefix):
            let text = try secret(field, isPreview)
            PathCredential.sign(
                &request, with: text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text,
                isPreview: isPreview)
        case .oauth1(let fields):
            request.secrets.add(credentialHeader: "Authorization")
            guard !isPreview else {
                request.headers["Authorization"] = Masker.replacement
                return
            }
            try OAuth1Signature(
                consumerKey: secret(fields.consumerKey, false), consumerSecret: secret(fields.consumerSecret, false),
                token: secret(fields.token, false), tokenSecret: secret(fields.tokenSecret, false),
                nonce: Hexadecimal.encode(world.random.bytes(16)), time: clocks.now(at: request.url, by: world.clock)
            ).sign(&request)
        case .assertion:
            request.secrets.add(credentialHeader: "Authorization")
            request.headers["Authorization"] = "Bearer " + (try secret(AssertionScheme.tokenField, isPreview))
        case .signatureV4(let fields):
            request.secrets.add(credentialHeader: "Authorization")
            guard !isPreview else {
                request.headers["Authorization"] = Masker.replacement
                return
            }
            if fields.sessionToken != nil { request.secrets.add(credentialHeader: "x-amz-security-token") }
            if hasBucketInHost { request.url = BucketHost.address(request.url, base: base) }
            // TLS keeps whole what is streamed; without it the digest has to.
            let isStreamed = request.body.isInFile && request.url.hasPrefix("https:")
            let payload =
                isStreamed ? SignatureV4.unsignedPayload : try BodyDigest.sha256(request.body, world.files)
            try signature(fields, for: request.url).sign(&request, payload: payload)
        }
    }

    /// The address of a request with a signature in it, for whoever has it.
    ///
    /// - Returns: the address, marked secret where a secret of the credential stands in it.
    /// - Throws: a failure of kind `permission` where the credential may not go to the address, as in ``sign(_:isPreview:)``.
    func presigned(_ method: String, _ url: String, seconds: Int64) throws(Failure) -> Value {
        guard case .signatureV4(let fields)? = scheme?.signer else {
            throw Failure(.auth, "\(node) needs a credential that signs addresses")
        }
        try check(url)
        let address = hasBucketInHost ? BucketHost.address(url, base: base) : url
        let signature = try signature(fields, for: address)
        let signed = Value.string(try signature.presigned(method, address, seconds: seconds))
        return signature.sessionToken == nil ? signed : signed.markedSecret
    }

    /// Whether a refusal tells that the service's clock is another, so that a new signature may be taken.
    func learnsTime(from refusal: HTTPResponse) -> Bool {
        scheme?.hasTimedSignature == true && clocks.learn(from: refusal, by: world.clock)
    }

    private func signature(_ fields: SignatureScheme, for url: String) throws(Failure) -> SignatureV4 {
        let token = fields.sessionToken.flatMap { credential?.fields[$0]?.stringValue }.flatMap {
            $0.isEmpty ? nil : $0
        }
        return SignatureV4(
            accessKey: try secret(fields.accessKey, false), secretKey: try secret(fields.secretKey, false),
            sessionToken: token, region: try secret(fields.region, false), service: fields.service,
            time: clocks.now(at: url, by: world.clock))
    }

    private func secret(_ field: String, _ isPreview: Bool) throws(Failure) -> String {
        if isPreview { return Masker.replacement }
        guard let text = credential?.fields[field]?.stringValue, !text.isEmpty else {
            throw Failure(
                .auth, "\(credential.map(String.init(describing:)) ?? "the credential") has no \"\(field)\"",
                hint: credential?.remedy(forField: field))
        }
        // A header can't hold a line break, and one at the end of a pasted token is never part of it.
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Failure(
                .auth,
                "the field \"\(field)\" of \(credential.map(String.init(describing:)) ?? "the credential") "
                    + "holds a line break or control character", hint: credential?.remedy(forField: field))
        }
        return text
    }

    private func check(_ url: String) throws(Failure) {
        guard let origin = Origin(url), origins.contains(origin) else {
            let place = Origin(url)?.description ?? "an address that is no http or https URL"
            throw Failure(
                .permission, "\(node) leads to \(place), where no credential of \(connectorName) may go",
                hint: "use an address of \(origins.map(\.description).sorted().joined(separator: " or "))")
        }
        if let granted, let credential { try credential.require(origin, among: granted) }
    }
}

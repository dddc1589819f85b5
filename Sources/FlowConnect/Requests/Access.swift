import FlowCore
import FlowExpression
import FlowSpec

/// What one use of a connector may reach, and with which credential: the base, the origins that may get the secret,
/// and the signature.
struct Access: Sendable {
    /// Where paths are added.
    let base: String
    let scheme: AuthScheme?
    private var credential: Credential?
    /// Origins the connector sends its credential to.
    private let origins: Set<Origin>
    /// Origins the credential was made for; nil where its connector is part of flowctl and stands at its own place.
    private let granted: Set<Origin>?
    private let node: String
    private let connectorName: String

    /// - Parameter isPreview: a credential may be missing then.
    /// - Throws: a failure of kind `auth` where the credential is missing or of a type the connector can't use.
    init(
        _ connector: Connector, node: String, context: NodeContext, isPreview: Bool, needsCredential: Bool
    ) throws(Failure) {
        self.node = node
        connectorName = connector.name
        credential = context.credential
        scheme = try Access.scheme(connector, node: node, context.credential)
        if scheme == nil, needsCredential, !isPreview, !connector.auth.isEmpty {
            throw Failure(
                .auth, "\(node) needs a credential",
                hint: "add one with \"flowctl credentials add \(connector.name)\", "
                    + "or name one with \"credential:\"")
        }
        let scope = Rendering(
            variables: ValueMap([("credential", .map(context.credential?.openFields ?? ValueMap()))]),
            isPreview: isPreview, now: { context.world.clock.now() })
        let ownBase = context.credential?.fields[AuthScheme.baseURLField]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        let replaced = context.baseURL ?? ownBase
        if let replaced {
            base = replaced
        } else {
            base = try scope.text((scheme ?? connector.auth.first)?.base ?? connector.base) ?? ""
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
        let own = ownBase.flatMap { Origin($0) }.map { [$0] } ?? []
        let isTrusted = connector.source == .embeddedConnector && context.baseURL == nil
        // A connector that is part of flowctl may be trusted with a credential that names no hosts of its own.
        granted =
            isTrusted && context.credential?.origins == nil
            ? nil : (context.credential?.origins ?? []).union(own)
    }

    private static func scheme(
        _ connector: Connector, node: String, _ credential: Credential?
    ) throws(Failure) -> AuthScheme? {
        guard let credential, !connector.auth.isEmpty else { return nil }
        if let scheme = connector.auth.first(where: { $0.takes(credential) }) { return scheme }
        let types = connector.auth.filter { $0.login == nil }.map(\.name).joined(separator: ", ")
        let logins = connector.auth.compactMap(\.login).map {
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

    /// Adds the credential to a request.
    ///
    /// - Throws: a failure of kind `permission` where the credential may not go to the request's origin.
    func sign(_ request: inout HTTPRequest, isPreview: Bool) throws(Failure) {
        guard let scheme else { return }
        if !isPreview { try check(request.url) }
        switch scheme.signer {
        case .bearer(let field):
            request.secrets.add(header: "Authorization")
            request.headers["Authorization"] = "Bearer " + (try secret(field, isPreview))
        case .basic(let user, let password):
            request.secrets.add(header: "Authorization")
            guard !isPreview else {
                request.headers["Authorization"] = "Basic \(Masker.replacement)"
                return
            }
            let pair = try secret(user, false) + ":" + secret(password, false)
            request.headers["Authorization"] = "Basic " + Base64.encode(Array(pair.utf8))
        case .header(let name, let field, let prefix):
            request.secrets.add(header: name)
            request.headers[name] = prefix + (try secret(field, isPreview))
        case .query(let name, let field):
            request.secrets.add(parameter: name)
            let text = try secret(field, isPreview)
            request.url +=
                (request.url.contains("?") ? "&" : "?") + PercentEncoding.encode(name) + "="
                + (isPreview ? text : PercentEncoding.encode(text))
        }
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

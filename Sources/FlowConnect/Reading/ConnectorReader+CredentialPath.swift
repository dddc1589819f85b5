import FlowCore

extension ConnectorReader {
    /// A credential that stands in the path needs its place in each request, and no other one has such a place.
    mutating func checkCredentialPlaces(_ connector: Connector) {
        let inPath = connector.auth.filter { if case .path = $0.signer { true } else { false } }
        if let other = connector.auth.first(where: { scheme in !inPath.contains { $0.name == scheme.name } }),
            !inPath.isEmpty
        {
            diagnostics.error(
                "contradiction", "\"\(other.name)\" is not sent in the path, as \"\(inPath[0].name)\" is",
                at: other.span, hint: "write a connector for each")
        }
        for request in connector.operations.flatMap(\.requests) {
            switch (inPath.isEmpty, request.namesCredential) {
            case (true, true):
                diagnostics.error(
                    "unknown-parameter", "the path names \"{credential}\", but no auth is of type path",
                    at: request.span)
            case (false, false) where request.sendsCredential && !request.isToGivenAddress:
                diagnostics.error(
                    "no-place", "the credential has no place in this path", at: request.span,
                    hint: "write {credential} where it stands, or auth: none")
            default: break
            }
        }
    }
}

extension RequestTemplate {
    fileprivate var namesCredential: Bool {
        if case .path(let segments) = target { segments.contains(.credential) } else { false }
    }

    fileprivate var isToGivenAddress: Bool { if case .address = target { true } else { false } }
}

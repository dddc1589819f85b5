import FlowCore

extension ConnectorReader {
    /// A credential that stands in the path needs its place there, and no other one has such a place.
    mutating func checkCredentialPlaces(_ connector: Connector) {
        let inPath = connector.auth.filter(\.isInPath)
        let isAlways = !inPath.isEmpty && inPath.count == connector.auth.count
        for operation in connector.operations {
            let hasPlace = operation.requests.contains(where: \.namesCredential)
            for request in operation.requests {
                if request.namesCredential, inPath.isEmpty {
                    diagnostics.error(
                        "unknown-parameter", "the path names \"{credential}\", but no auth is of type path",
                        at: request.span)
                } else if isAlways || hasPlace, !request.namesCredential, request.sendsCredential,
                    !request.isToGivenAddress
                {
                    diagnostics.error(
                        "no-place", "the credential has no place in this path", at: request.span,
                        hint: "write {credential} where it stands, or auth: none")
                }
            }
        }
        let isUsed = isAlways || connector.operations.contains { $0.requests.contains(where: \.namesCredential) }
        if let scheme = inPath.first, !isUsed {
            diagnostics.error(
                "no-place", "\"\(scheme.name)\" is sent in the path, and no path has a place for it", at: scheme.span,
                hint: "write {credential} where it stands")
        }
    }
}

extension RequestTemplate {
    fileprivate var isToGivenAddress: Bool { if case .address = target { true } else { false } }
}

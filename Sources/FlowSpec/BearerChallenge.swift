package import FlowCore

/// Why a service refuses a token, by the `WWW-Authenticate` of its answer (RFC 6750, 3).
///
///     Bearer realm="files", error="insufficient_scope", scope="files.read files.write"
package struct BearerChallenge: Sendable, Hashable {
    /// `invalid_token`, `insufficient_scope`, or whatever the service says.
    package var error: String?
    /// What the request would have needed; empty where the service doesn't say.
    package var scopes: [String]

    /// nil where the answer has no challenge of that scheme.
    package init?(_ headers: HTTPHeaders) {
        guard let text = headers.all("WWW-Authenticate").lazy.compactMap(BearerChallenge.parameters).first else {
            return nil
        }
        var parameters = ChallengeParameters(text)
        error = nil
        scopes = []
        while let (name, value) = parameters.next() {
            switch name.lowercased() {
            case "error" where error == nil: error = ServiceText.line(value)
            case "scope" where scopes.isEmpty:
                scopes = value.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
                    .filter { $0.utf8.allSatisfy(BearerChallenge.isOfScopes) }
            default: break
            }
        }
    }

    /// A character that a scope may have (RFC 6749, 3.3).
    private static func isOfScopes(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// What follows the name of the scheme; other challenges may stand before it in the same field.
    private static func parameters(_ field: String) -> Substring? {
        var rest = field[...]
        while let found = rest.firstIndex(where: { $0 == "B" || $0 == "b" }) {
            let word = rest[found...].prefix(6)
            let after = rest[found...].dropFirst(6)
            let standsAlone = found == field.startIndex || [" ", ","].contains(field[field.index(before: found)])
            if word.lowercased() == "bearer", standsAlone, after.first.map({ $0 == " " || $0 == "," }) ?? true {
                return after
            }
            rest = rest[found...].dropFirst()
        }
        return nil
    }
}

/// The parameters of a challenge, each `name=value` or `name="value"` (RFC 9110, 11.2).
private struct ChallengeParameters {
    private var rest: Substring

    init(_ text: Substring) { rest = text }

    /// nil at the end, or where another challenge begins.
    mutating func next() -> (name: String, value: String)? {
        rest = rest.drop { $0 == " " || $0 == "," || $0 == "\t" }
        let name = rest.prefix { $0 != "=" && $0 != " " && $0 != "," }
        rest = rest[name.endIndex...].drop { $0 == " " }
        guard !name.isEmpty, rest.first == "=" else { return nil }
        rest = rest.dropFirst().drop { $0 == " " }
        guard rest.first == "\"" else {
            let value = rest.prefix { $0 != "," && $0 != " " }
            rest = rest[value.endIndex...]
            return (String(name), String(value))
        }
        rest = rest.dropFirst()
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\" {
                if let escaped = rest.popFirst() { value.append(escaped) }
            } else {
                value.append(character)
            }
        }
        return (String(name), value)
    }
}

extension Failure {
    /// Says which scopes a token lacks, where the answer it is the failure of does.
    ///
    /// - Parameter credential: the one that was refused.
    package mutating func explain(by response: HTTPResponse, _ credential: Credential?) {
        guard let credential, let challenge = BearerChallenge(response.headers),
            challenge.error == "insufficient_scope"
        else { return }
        guard !challenge.scopes.isEmpty else {
            message += "; the token of \"\(credential.name)\" lacks a scope that this needs"
            return
        }
        let noun = challenge.scopes.count == 1 ? "scope" : "scopes"
        message += "; it needs the \(noun) \(challenge.scopes.joined(separator: " ")) of \"\(credential.name)\""
        guard credential.source == .vault else { return }
        // A login asks for all that the new token shall do.
        let granted = credential.fields["scopes"]?.stringValue?.split(separator: " ").map(String.init) ?? []
        let wanted = granted + challenge.scopes.filter { !granted.contains($0) }
        let list = wanted.joined(separator: ",")
        hint = "run \"flowctl credentials login \(credential.name) --scopes \(list.asShellWord)\""
    }
}

package import FlowCore

/// Names under which requests and answers carry secrets, by custom; the net below the marks and the masker.
package enum SecretNames {
    /// Whether a header field or a member of this name holds something that must not be shown.
    package static func covers(_ name: String) -> Bool {
        let letters = letters(name)
        return whole.contains(letters) || parts.contains { letters.contains($0) }
    }

    /// The same of a parameter in a query or form, where some words mean what they mean nowhere else.
    static func coversParameter(_ name: String) -> Bool {
        covers(name) || ["code", "key", "sig", "sid"].contains(letters(name))
    }

    private static func letters(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }

    private static let whole: Set<String> = ["pin", "otp", "jwt", "pwd", "pass", "assertion"]
    private static let parts = [
        "authorization", "cookie", "token", "secret", "password", "passwd", "passphrase", "apikey", "accesskey",
        "privatekey", "signature", "credential", "authkey",
    ]

    /// What stands for a value of this name in a shell command: `X-Api-Key` gives `X_API_KEY`.
    package static func variable(_ name: String) -> String {
        let text = String(
            name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        return text.first.map { $0.isNumber } ?? true ? "SECRET_\(text)" : text
    }

    /// The value with `replacement` for all that stands under such a name, or a `marked` one, in its maps.
    package static func replacing(
        in value: Value, marked: Set<String> = [], by replacement: (_ name: String) -> String
    ) -> Value {
        switch value {
        case .map(let map):
            var copy = ValueMap()
            for (key, member) in map {
                let isSecret =
                    marked.contains(key.text) || covers(key.text) && !member.isNull && member.boolValue == nil
                copy[key] =
                    isSecret
                    ? .string(replacement(key.text)) : replacing(in: member, marked: marked, by: replacement)
            }
            return .map(copy)
        case .list(let items): return .list(items.map { replacing(in: $0, marked: marked, by: replacement) })
        default: return value
        }
    }
}

extension String {
    /// The address with `replacement` for its password, and for the values of secret names, and of `marked` ones, in its
    /// query and its fragment, where some services return tokens.
    package func replacingSecretsInAddress(
        marked: Set<String> = [], _ replacement: (_ name: String) -> String
    ) -> String {
        replacingPassword(replacement).replacingSecretsBehindPath(marked: marked, replacement)
    }

    /// Without a password a user's name may be a token.
    private func replacingPassword(_ replacement: (_ name: String) -> String) -> String {
        guard let start = firstRange(of: "://")?.upperBound,
            let at = self[start...].prefix(while: { !"/?#\\".contains($0) && !$0.isWhitespace }).lastIndex(of: "@")
        else { return self }
        let user = self[start..<at].prefix { $0 != ":" }
        let name = user.endIndex < at ? "\(user):\(replacement("password"))" : replacement("token")
        return "\(self[..<start])\(name)\(self[at...])"
    }

    private func replacingSecretsBehindPath(
        marked: Set<String>, _ replacement: (_ name: String) -> String
    ) -> String {
        guard let start = firstIndex(where: { $0 == "?" || $0 == "#" }) else { return self }
        let parts = self[start...].split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map { part in
            let mark = part.hasPrefix("?") ? "?" : ""
            return mark + String(part.dropFirst(mark.count)).replacingSecretParameters(marked: marked, replacement)
        }
        return self[..<start] + parts.joined(separator: "#")
    }

    /// The form, or query, with `replacement` for the values of secret names and of `marked` ones.
    package func replacingSecretParameters(
        marked: Set<String> = [], _ replacement: (_ name: String) -> String
    ) -> String {
        split(separator: "&", omittingEmptySubsequences: false).map { pair -> String in
            guard let equals = pair.firstIndex(of: "=") else { return String(pair) }
            let name = PercentEncoding.decode(String(pair[..<equals].replacing("+", with: " ")))
            let isSecret = marked.contains(name) || SecretNames.coversParameter(name)
            return isSecret ? "\(pair[...equals])\(replacement(name))" : String(pair)
        }.joined(separator: "&")
    }
}

package import FlowCore

/// The rules for names of credentials.
package enum CredentialName {
    /// Letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 of them.
    ///
    /// - Throws: `invalid` for any other name.
    package static func check(_ name: String) throws(Failure) {
        let bytes = Array(name.utf8)
        let isValid =
            (1...100).contains(bytes.count) && isLetterOrDigit(bytes[0])
            && bytes.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
        guard isValid else {
            throw Failure(
                .invalid, "\"\(terminalSafe(String(name.prefix(120))))\" can't be the name of a credential",
                hint: "use up to 100 letters, digits, \".\", \"_\" and \"-\", starting with a letter or digit",
                code: "credential_name")
        }
    }

    /// The variable that stands for the credential: `slack-team` is `FLOWCTL_CREDENTIAL_SLACK_TEAM`.
    package static func environmentVariable(_ name: String) -> String {
        variablePrefix
            + String(
                decoding: name.uppercased().utf8.map { isLetterOrDigit($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }

    /// What a credential that a variable stands for is most likely called, as case and punctuation can't be known; nil
    /// where it stands for none: `FLOWCTL_CREDENTIAL_SLACK_TEAM` for `slack_team`, `FLOWCTL_CREDENTIAL_slack` for none.
    package static func likely(forVariable variable: String) -> String? {
        guard variable.hasPrefix(variablePrefix) else { return nil }
        let name = variable.dropFirst(variablePrefix.count).lowercased()
        guard (try? check(name)) != nil, environmentVariable(name) == variable else { return nil }
        return name
    }

    package static let variablePrefix = "FLOWCTL_CREDENTIAL_"

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: false
        }
    }
}

package import FlowCore

/// What the text of a credential's field has to look like.
///
/// Checked where a person enters a field, so that what can't work is said before a service refuses it. No message
/// repeats the text: it may be the secret.
package struct FieldForm: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Any text on one line.
        case text
        /// A secret of letters, digits and marks, as services give them out.
        case token
        /// Any text on one line, spaces and quotes too.
        case password
        case url, host, port, email, number, date, header, region
        case accessKeyID = "access_key_id"
        /// PEM, unencrypted.
        case privateKey = "private_key"
        /// The JSON file of a service account.
        case serviceAccount = "service_account"
        /// PEM, or the path of a file of it.
        case pemOrPath = "pem_or_path"

        /// Several lines, so that it is given as a file where a person is asked.
        package var isFile: Bool { self == .privateKey || self == .serviceAccount }
    }

    /// How something starts that people give by mistake, and what it is: `xapp-`, an app-level token.
    package struct Mistake: Sendable, Hashable {
        package var prefix: String
        package var noun: String

        package init(_ prefix: String, _ noun: String) {
            self.prefix = prefix
            self.noun = noun
        }
    }

    /// Why a text can't be the field's: `holds a line break`, and what to give instead.
    package struct Objection: Error, Sendable, Hashable {
        package var reason: String
        package var remedy: String
    }

    package var kind: Kind
    /// The only texts it takes; empty takes any.
    package var choices: [String]
    /// What it starts with, one of them; empty says nothing.
    package var prefixes: [String]
    package var mistakes: [Mistake]

    package init(_ kind: Kind, choices: [String] = [], prefixes: [String] = [], mistakes: [Mistake] = []) {
        self.kind = kind
        self.choices = choices
        self.prefixes = prefixes
        self.mistakes = mistakes
    }

    /// The text without what copying it leaves at its ends.
    package func trimmed(_ text: String) -> String {
        let isKept: (Character) -> Bool = kind == .password ? { !$0.isNewline } : { !$0.isWhitespace }
        guard let first = text.firstIndex(where: isKept), let last = text.lastIndex(where: isKept) else { return "" }
        return String(text[first...last])
    }

    /// - Parameter text: trimmed and not empty.
    /// - Throws: why it can't be what is meant.
    package func check(_ text: String) throws(Objection) {
        guard
            kind.isFile || kind == .pemOrPath
                || !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            throw Objection(reason: "holds a line break or control character", remedy: "copy it again without")
        }
        if !choices.contains(text), Placeholder.isOne(text, inPassword: kind == .password) {
            throw Objection(reason: "is a placeholder", remedy: "put what the service gave you in its place")
        }
        try checkKind(text)
        if let mistake = mistakes.first(where: { text.hasPrefix($0.prefix) }) {
            throw Objection(reason: "is \(mistake.noun), which starts with \(mistake.prefix)", remedy: startHint)
        }
        guard prefixes.isEmpty || prefixes.contains(where: text.hasPrefix) else {
            throw Objection(reason: "does not start with \(prefixes.joined(separator: " or "))", remedy: startHint)
        }
        guard choices.isEmpty || choices.contains(text) else {
            throw Objection(
                reason: "is none of the values it may have", remedy: "give one of \(choices.joined(separator: ", "))")
        }
    }

    private var startHint: String {
        prefixes.isEmpty
            ? "look for the right one" : "give the one that starts with \(prefixes.joined(separator: " or "))"
    }

    private func checkKind(_ text: String) throws(Objection) {
        switch kind {
        case .text, .password, .pemOrPath: break
        case .token: try TokenForm.check(text)
        case .privateKey: try KeyForm.check(pem: text)
        case .serviceAccount: try KeyForm.check(serviceAccount: text)
        case .accessKeyID: try KeyForm.check(accessKeyID: text)
        case .url, .host, .email, .header, .region: try AddressForm.check(text, kind)
        case .port:
            guard let port = Int(text), (1...65535).contains(port) else {
                throw Objection(reason: "is no port", remedy: "give a number from 1 to 65535")
            }
        case .number:
            guard Double(text)?.isFinite == true else {
                throw Objection(reason: "is no number", remedy: "give digits, such as 30")
            }
        case .date:
            guard Timestamp(dateOrTime: text) != nil else {
                throw Objection(reason: "is no date", remedy: "write it as 2030-01-31 or 2030-01-31T09:00:00Z")
            }
        }
    }
}

extension Timestamp {
    /// A time of RFC 3339, or a date, which means its first moment in UTC.
    package init?(dateOrTime text: String) { self.init(rfc3339: text.utf8.count == 10 ? text + "T00:00:00Z" : text) }
}

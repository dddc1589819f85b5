package import FlowCore
package import FlowSpec

/// The fields of a credential for a database, as texts.
package struct AccountFields: Sendable {
    /// The credential's.
    package let name: String
    private var texts: [String: String]

    /// - Parameters:
    ///   - type: of the credentials that `node` wants, which is also the name of its app: `postgres`.
    ///   - title: what people call the kind of server: `PostgreSQL`.
    /// - Throws: a `Failure` of kind `auth` where there is no credential, `invalid` where the app is mocked.
    package init(_ context: NodeContext, for node: NodeSpec, type: String, title: String) throws(Failure) {
        guard let credential = context.credential else {
            throw Failure(
                .auth, "\(node.name) needs a credential",
                hint: "add one with: flowctl credentials add \(type) --type \(type)", nothingSent: true)
        }
        guard credential.source != .mock else {
            throw Failure(
                .invalid, "\(node.name) can't be mocked, as \(title) speaks no HTTP",
                hint: "run it without --mock, with the credential of a server to test with", nothingSent: true)
        }
        name = credential.name
        texts = Dictionary(
            credential.fields.compactMap { field in
                let text =
                    field.value.stringValue ?? field.value.intValue.map { String($0) }
                    ?? field.value.boolValue.map { String($0) }
                return text.flatMap { $0.isEmpty ? nil : (field.key.text, $0) }
            }, uniquingKeysWith: { $1 })
    }

    /// nil where the field is missing or empty.
    package subscript(field: String) -> String? { texts[field] }

    /// Gives a field what the address has of it, unless it stands in the credential itself.
    package mutating func fill(_ field: String, _ text: String?) {
        if let text, texts[field] == nil { texts[field] = text }
    }

    package func required(_ field: String) throws(Failure) -> String {
        if let text = texts[field] { return text }
        throw wrong(field, "is missing", "set \(field), or url with all of it")
    }

    package func number(_ field: String, _ range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let text = texts[field] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw wrong(field, "is no number", "give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package func flag(_ field: String) throws(Failure) -> Bool {
        switch texts[field] {
        case nil, "false": return false
        case "true": return true
        default: throw wrong(field, "is neither true nor false", "give true or false")
        }
    }

    /// The file whose absolute path, or whose PEM, a field has.
    package func file(_ field: String) throws(Failure) -> CredentialFile? {
        guard let text = texts[field] else { return nil }
        return try CredentialFile(text) { wrong(field, $0, $1) }
    }

    /// One of the words of `Choice`; nil where the field is missing.
    ///
    /// - Parameter others: words that stand for one of them.
    package func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ field: String, _ others: [String: Choice] = [:]
    ) throws(Failure) -> Choice? {
        guard let word = texts[field] else { return nil }
        if let known = Choice(rawValue: word) ?? others[word] { return known }
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw wrong(field, "is \(JSON.quoted(word)), which is not known", "give one of \(words)")
    }

    /// What is wrong with a field: `wrong("port", "is no number", "give a whole number")`.
    package func wrong(_ field: String, _ what: String, _ hint: String) -> Failure {
        Failure(.auth, "the credential \"\(name)\": \(field) \(what)", hint: hint, nothingSent: true)
    }
}

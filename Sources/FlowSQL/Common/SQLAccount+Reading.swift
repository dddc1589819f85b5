import FlowCore
import FlowSpec

extension SQLAccount {
    /// The account of a node's credential.
    ///
    /// - Throws: a `Failure` of kind `auth` that names the field that is missing or wrong, `invalid` where the app is
    ///   mocked.
    static func read<Driver: SQLDriver>(
        _ context: NodeContext, as driver: Driver.Type, for node: NodeSpec
    ) throws(Failure) -> SQLAccount {
        guard let credential = context.credential else {
            throw Failure(
                .auth, "\(node.name) needs a credential",
                hint: "add one with: flowctl credentials add \(Driver.name) --type \(Driver.name)")
        }
        guard credential.source != .mock else {
            throw Failure(
                .invalid, "\(node.name) can't be mocked, as \(Driver.title) speaks no HTTP",
                hint: "run it without --mock, with the credential of a server to test with")
        }
        var fields = SQLAccountFields(credential, Driver.account)
        try fields.readAddress()
        return try fields.account()
    }
}

/// The fields of a credential, with those that its `url` gives.
private struct SQLAccountFields {
    private let form: SQLAccount.Form
    private let name: String
    private var texts: [String: String]

    init(_ credential: Credential, _ form: SQLAccount.Form) {
        self.form = form
        name = credential.name
        texts = Dictionary(
            credential.fields.compactMap { field in
                let text =
                    field.value.stringValue ?? field.value.intValue.map { String($0) }
                    ?? field.value.boolValue.map { String($0) }
                return text.flatMap { $0.isEmpty ? nil : (field.key.text, $0) }
            }, uniquingKeysWith: { $1 })
    }

    /// Puts the parts of `url` where the fields are; a field beside it wins.
    mutating func readAddress() throws(Failure) {
        guard let text = texts["url"] else { return }
        let url = try ServerAddress(text, schemes: form.schemes) { wrong("url", $0, $1) }
        var parts = [
            "host": url.host, "port": url.port, "database": url.path, "username": url.user, "password": url.password,
        ]
        for (name, value) in url.parameters {
            guard let field = form.parameters[name] else {
                throw wrong(
                    "url", "has the parameter \"\(name)\", which is not known here",
                    "leave it out; these are known: \(form.parameters.keys.sorted().joined(separator: ", "))")
            }
            parts[field] = value
        }
        for case (let field, let value?) in parts where texts[field] == nil { texts[field] = value }
    }

    func account() throws(Failure) -> SQLAccount {
        let seconds = try number("connect_timeout", 1...3600) ?? 10
        let authority = try file("ca_file")
        let certificate = try file("client_cert")
        let key = try file("client_key")
        return SQLAccount(
            host: try required("host"), port: try number("port", 1...65535) ?? form.port,
            database: try required("database"), user: try required("username"), password: texts["password"],
            protection: try protection(), authorityFile: authority?.path, certificateFile: certificate?.path,
            keyFile: key?.path,
            connectTimeout: .seconds(seconds), connections: try number("connections", 1...100) ?? 4,
            isReadOnly: try flag("read_only"), name: name,
            files: [authority, certificate, key].compactMap(\.self))
    }

    private func protection() throws(Failure) -> SQLAccount.Protection {
        guard let word = texts["tls"] else { return .verify }
        if let known = SQLAccount.Protection(rawValue: word) ?? form.protections[word] { return known }
        let words = SQLAccount.Protection.allCases.map(\.rawValue).joined(separator: ", ")
        throw wrong("tls", "is \(JSON.quoted(word)), which is not known", "give one of \(words)")
    }

    private func required(_ field: String) throws(Failure) -> String {
        if let text = texts[field] { return text }
        throw wrong(field, "is missing", "set \(field), or url with all of it")
    }

    private func number(_ field: String, _ range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let text = texts[field] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw wrong(field, "is no number", "give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func flag(_ field: String) throws(Failure) -> Bool {
        switch texts[field] {
        case nil, "false": return false
        case "true": return true
        default: throw wrong(field, "is neither true nor false", "give true or false")
        }
    }

    private func file(_ field: String) throws(Failure) -> CredentialFile? {
        guard let text = texts[field] else { return nil }
        return try CredentialFile(text) { wrong(field, $0, $1) }
    }

    private func wrong(_ field: String, _ what: String, _ hint: String) -> Failure {
        Failure(.auth, "the credential \"\(name)\": \(field) \(what)", hint: hint, nothingSent: true)
    }
}

import FlowCore

/// Keys that come as files or in pairs.
enum KeyForm {
    static func check(pem text: String) throws(FieldForm.Objection) {
        func label(_ line: some StringProtocol) -> Substring? {
            guard line.hasPrefix("-----BEGIN "), line.hasSuffix("-----") else { return nil }
            return Substring(line.dropFirst(11).dropLast(5))
        }
        let lines = text.split(whereSeparator: \.isNewline).map { FieldForm(.text).trimmed(String($0)) }
        guard let first = lines.first, let name = label(first) else {
            throw .init(
                reason: "is no key in PEM", remedy: "give the file that starts with -----BEGIN PRIVATE KEY-----")
        }
        guard name.hasSuffix("PRIVATE KEY") else {
            throw .init(
                reason: "is a \(name.lowercased()), not a private key",
                remedy: "give the file that starts with -----BEGIN PRIVATE KEY-----")
        }
        guard !name.contains("ENCRYPTED"), !text.contains("Proc-Type: 4,ENCRYPTED") else {
            throw .init(
                reason: "is locked with a pass phrase",
                remedy: "take the pass phrase off, as with: openssl pkey -in key.pem -out open.pem")
        }
        guard lines.count > 2, lines.last == "-----END \(name)-----" else {
            throw .init(
                reason: "is only a part of a key", remedy: "give the whole file, to its line -----END \(name)-----")
        }
    }

    static func check(serviceAccount text: String) throws(FieldForm.Objection) {
        guard let file = (try? JSON.parse(text))?.mapValue else {
            throw .init(reason: "is no JSON", remedy: "give the key file that was downloaded when the key was made")
        }
        guard file["type"]?.stringValue == "service_account" else {
            let isClient = file["installed"] != nil || file["web"] != nil
            throw .init(
                reason: isClient ? "is the file of an OAuth client" : "is not the file of a service account",
                remedy: "give the key file of a service account, in which \"type\" is \"service_account\"")
        }
        for name in ["client_email", "private_key", "token_uri"] where file[name]?.stringValue?.isEmpty != false {
            throw .init(reason: "lacks \"\(name)\"", remedy: "download a new key file")
        }
        if let key = file["private_key"]?.stringValue { try check(pem: FieldForm(.privateKey).trimmed(key)) }
    }

    /// Services that only sign as AWS does give out ids of other forms.
    static func check(accessKeyID text: String) throws(FieldForm.Objection) {
        let example = "give the id of an access key, such as AKIAIOSFODNN7EXAMPLE"
        for (prefix, noun) in [("AROA", "a role"), ("AIDA", "a user"), ("AGPA", "a group"), ("arn:", "a resource")]
        where text.hasPrefix(prefix) {
            throw .init(reason: "is the id of \(noun), not of an access key", remedy: example)
        }
        let isOfAWS = ["AKIA", "ASIA"].contains { text.hasPrefix($0) }
        guard
            !isOfAWS
                || text.utf8.count == 20 && text.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) })
        else { throw .init(reason: "is not the 20 capitals and digits of an id", remedy: example) }
        guard !text.contains("/"), !text.contains("+") else {
            throw .init(reason: "looks like the secret of the key", remedy: example)
        }
        try TokenForm.check(text)
    }
}

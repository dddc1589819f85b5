import FlowCore
import FlowNodeKit
import FlowSpec

extension SQLAccount {
    /// The account of a node's credential.
    ///
    /// - Throws: a `Failure` of kind `auth` that names the field that is missing or wrong, `invalid` where the app is
    ///   mocked.
    static func read<Driver: SQLDriver>(
        _ context: NodeContext, as driver: Driver.Type, for node: NodeSpec
    ) throws(Failure) -> SQLAccount {
        let form = Driver.account
        var fields = try AccountFields(context, for: node, type: Driver.name, title: Driver.title)
        try fields.readAddress(form)
        let authority = try fields.file("ca_file")
        let certificate = try fields.file("client_cert")
        let key = try fields.file("client_key")
        return SQLAccount(
            host: try fields.required("host"), port: try fields.number("port", 1...65535) ?? form.port,
            database: try fields.required("database"), user: try fields.required("username"),
            password: fields["password"],
            protection: try fields.choice("tls", form.protections) ?? .verify,
            authorityFile: authority?.path, certificateFile: certificate?.path, keyFile: key?.path,
            connectTimeout: .seconds(try fields.number("connect_timeout", 1...3600) ?? 10),
            connections: try fields.number("connections", 1...100) ?? 4,
            isReadOnly: try fields.flag("read_only"), name: fields.name,
            files: [authority, certificate, key].compactMap(\.self))
    }
}

extension AccountFields {
    /// Puts the parts of `url` where the fields are; a field beside it wins.
    fileprivate mutating func readAddress(_ form: SQLAccount.Form) throws(Failure) {
        guard let text = self["url"] else { return }
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
        for (field, value) in parts { fill(field, value) }
    }
}

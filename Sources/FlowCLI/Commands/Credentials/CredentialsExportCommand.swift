import ArgumentParser
import FlowCore
import FlowCrypto
import FlowOAuth
import FlowSpec
import FlowStore
import FlowVault

/// `flowctl credentials export NAME…`
struct CredentialsExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Seal credentials for somebody else.",
        discussion: """
            They are sealed to the public keys of those who are to have them, with the program age, which opens them, \
            too; "flowctl credentials import" puts them into another vault. Hosts and workflows that they are for go \
            along.
              flowctl credentials export team --to age1… -o team.age
            Tokens of a login are left out: a provider that gives a new refresh token with each use would shut one of \
            both out. The other side logs in with the app's id and secret, which are in the file.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credentials' names.", completion: .custom { _, _, _ in Completions.credentials() })
    var names: [String]

    @Option(
        help: ArgumentHelp(
            "A public key: age1…, \"ssh-ed25519 …\" or \"ssh-rsa …\"; may be repeated.", valueName: "recipient"))
    var to: [String] = []

    @Option(
        help: ArgumentHelp("A file with a public key on each line; may be repeated.", valueName: "file"),
        completion: .file())
    var toFile: [String] = []

    @Option(
        name: [.customShort("o"), .customLong("out")],
        help: ArgumentHelp("Where to write it; standard output if left out, or -.", valueName: "file"),
        completion: .file())
    var out: String?

    @Flag(help: "Take the tokens of logins along.")
    var withTokens = false

    @Flag(help: "Write them in clear; asks first.")
    var plaintext = false

    @Flag(help: "Replace a file that is there.")
    var force = false

    @Flag(name: [.short, .long], help: "Don't ask.")
    var yes = false

    func validate() throws {
        guard plaintext != (!to.isEmpty || !toFile.isEmpty) else {
            throw ValidationError(
                plaintext ? "what is sealed to somebody is not in clear" : "say for whom, with --to or --to-file")
        }
    }

    func run(in session: Session) async throws {
        for recipient in to { try AgeTool.check(recipient: recipient) }
        let path = try out.flatMap { $0 == "-" ? nil : $0 }.map { try session.writablePath($0, as: "the file") }
        if let path, let objection = ReplacedFile.objection(to: path) {
            throw Exit.usage(
                "can't write the file \"\(path)\": \(objection.rawValue)",
                hint: "name a file, or leave -o out for standard output")
        }
        if let path, !force, PrivateFile.exists(path) {
            throw Exit.usage(
                "there is already a file \"\(path)\"", hint: "name another file, or add --force to replace it")
        }
        var records: [CredentialRecord] = []
        for name in names where !records.contains(where: { $0.name == name }) {
            let stored = try session.stored(name).1
            session.console.masker.add(secretsIn: .map(stored.fields))
            records.append(withoutTokens(stored.record, session.console))
        }
        if plaintext {
            let what = records.count == 1 ? "\"\(records[0].name)\"" : "\(records.count) credentials"
            try session.confirm(
                "write \(what) in clear, for anyone to read?", isGiven: yes, doing: "write them in clear")
        }
        var plain = CredentialPackage(records).bytes
        defer { wipe(&plain) }
        let bytes =
            plaintext
            ? plain + [0x0A] : try await AgeTool(session).seal(plain, to: to, files: toFile.map(session.absolutePath))
        guard let path else { return try Session.writeOut(bytes) }
        try PrivateFile.replace(path, with: bytes)
        let document: Value = ["file": .string(path), "exported": .list(records.map { .string($0.name) })]
        session.console.show(json: document) {
            session.console.show("wrote \(counted(records.count, "credential")) to \(out ?? path)")
        }
    }

    /// A login's tokens can be used by one of both sides only; those of a machine are asked for anew by anyone.
    private func withoutTokens(_ record: CredentialRecord, _ console: Console) -> CredentialRecord {
        guard record.type == StoredGrant.credentialType.name else { return record }
        let isLogin = record.fields["grant"]?.stringValue ?? "login" == "login"
        guard record.fields["refresh_token"] != nil || !isLogin else { return record }
        guard !withTokens else {
            console.complain(
                "\("warning:", .yellow) the refresh token of \(record.name) will be in two places; a provider that replaces it with each use refuses one of them"
            )
            return record
        }
        var record = record
        for name in ["access_token", "refresh_token", "expires_at"] { record.fields[name] = nil }
        if isLogin {
            console.note("left out the tokens of \(record.name): log in there with \"flowctl credentials login\"")
        }
        return record
    }
}

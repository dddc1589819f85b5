import ArgumentParser
import FlowCore
import FlowSpec
import FlowVault

/// `flowctl credentials edit NAME`
struct CredentialsEditCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change the fields of a credential.",
        discussion: """
            It asks for each field; an empty answer keeps what is there. --set asks for one field only, and --from takes \
            those that change from a file. Tokens that flowctl renews itself stay as they are, and so do the hosts and \
            workflows it is for.
              flowctl credentials edit team --set bot_token --from - <token.txt
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credential's name.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String

    @Option(help: ArgumentHelp("Ask for this field only; may be repeated.", valueName: "field"))
    var set: [String] = []

    @Option(help: ArgumentHelp("Take this field away; may be repeated.", valueName: "field"))
    var unset: [String] = []

    @Option(
        help: ArgumentHelp("Take the fields that change from a file; - is standard input.", valueName: "file"),
        completion: .file())
    var from: String?

    @Option(help: ArgumentHelp("When it ends, for \"credentials doctor\".", valueName: "date"))
    var expires: String?

    @Flag(help: "Take the fields as they are, without asking whether they look right.")
    var unchecked = false

    func run(in session: Session) async throws {
        let (vault, stored) = try session.stored(name)
        session.console.masker.add(secretsIn: .map(stored.fields))
        let index = CredentialTypeIndex(connectors: session.connectors())
        // A type whose connector is gone takes what it has.
        let type =
            index.type(named: stored.info.type)
            ?? CredentialType(stored.info.type, service: stored.info.service, fields: [], isOpen: true)
        let changed = try changes(of: type, stored.fields, session)
        session.console.masker.add(secretsIn: .map(changed))
        guard !changed.isEmpty || !unset.isEmpty else {
            return session.console.show(json: ["name": .string(name), "changed": []]) {
                session.console.show("nothing changes of \(name)")
            }
        }
        try requireRemovable(type, stored.fields)
        let replacesSecret = changed.contains { $0.value.containsSecret }
        try vault.edit(name, isValid: replacesSecret ? true : nil) { record in
            for (key, value) in changed { record.fields[key] = value }
            for field in unset { record.fields[field] = nil }
        }
        let names = changed.names + unset
        session.console.show(json: ["name": .string(name), "changed": .list(names.map(Value.string))]) {
            session.console.show("changed \(names.joined(separator: ", ")) of \(name)")
        }
        session.noteShortSecrets(changed)
    }

    /// The fields that get another value, in their form and with their marks.
    private func changes(of type: CredentialType, _ present: ValueMap, _ session: Session) throws -> ValueMap {
        let source = "the credential \"\(name)\""
        var interview = CredentialInterview(session: session, type: type, present: present)
        var given = ValueMap()
        if let from {
            given = try fields(in: from, of: type, source, session)
        } else if !set.isEmpty || (unset.isEmpty && expires == nil) {
            guard session.prompt.isAvailable else {
                throw Exit.usage(
                    "there is no terminal to ask for the fields on",
                    hint: "give those that change with --from; as JSON: \(type.example)")
            }
            if set.isEmpty {
                interview.introduce()
                given = try interview.fields()
            } else {
                for name in set {
                    let field = try Exit.usage { try interview.type.field(named: name, source: source) }
                    given[name] = try interview.answer(to: field).map(Value.string)
                }
            }
        }
        if let expires { given[CredentialType.expiryField.name] = .string(expires) }
        return try Exit.usage { [given, type = interview.type] in
            guard unchecked else { return try type.entered(given, source: source) }
            var marked = ValueMap()
            for (key, value) in given {
                let isSecret = try type.field(named: key.text, source: source).isSecret
                marked[key] = isSecret ? value.markedSecret : value
            }
            return marked
        }
    }

    /// With one `--set` the file may hold that field alone.
    private func fields(
        in path: String, of type: CredentialType, _ source: String, _ session: Session
    ) throws -> ValueMap {
        guard set.count < 2 else {
            throw Exit.usage("--from gives one field that --set names", hint: "give several as JSON, without --set")
        }
        guard let name = set.first else { return try session.credentialFields(in: path, of: type) }
        let field = try Exit.usage { try type.field(named: name, source: source) }
        let text = try session.readText(path, as: "the credential's file")
        return ValueMap([(name, .string(field.form.trimmed(text)))])
    }

    private func requireRemovable(_ type: CredentialType, _ present: ValueMap) throws {
        for name in unset {
            guard present[name] != nil else {
                throw Exit.usage(
                    "the credential \"\(self.name)\" has no field \"\(name)\"",
                    hint: Suggestion.didYouMean(name, among: present.names)
                        ?? "its fields are \(present.names.joined(separator: ", "))")
            }
            if type.fields.contains(where: { $0.name == name && $0.isRequired }) {
                throw Exit.usage("the type \(type.name) needs \"\(name)\"", hint: "change it with --set \(name)")
            }
        }
    }
}

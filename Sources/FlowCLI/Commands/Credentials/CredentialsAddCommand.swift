import ArgumentParser
import FlowCore
import FlowSpec
import FlowVault

/// `flowctl credentials add NAME`
struct CredentialsAddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put a credential into the vault.",
        discussion: """
            It asks for the fields of the type, secrets without echo. --from takes them from a file instead, as JSON \
            or, where the type has one secret field, as that secret alone:
              flowctl credentials add team --type slack_bot --from - <token.txt
            There is no option for a secret: command lines are seen by every process of the machine.
            With --replace the workflows that it is for stay, and without --host its hosts, unless another type brings \
            its own.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "How workflows call it.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "What kind it is; else the first of the connector named like it, or the type of that name.",
            valueName: "type"),
        completion: .custom { _, _, _ in Completions.credentialTypes() })
    var type: String?

    @Option(
        help: ArgumentHelp("Take the fields from a file; - is standard input.", valueName: "file"), completion: .file())
    var from: String?

    @Option(
        help: ArgumentHelp(
            "The only host its secrets may go to; may be repeated. Else those of the connector.", valueName: "host"))
    var host: [String] = []

    @Option(help: ArgumentHelp("When it ends, for \"credentials doctor\".", valueName: "date"))
    var expires: String?

    @Option(
        help: ArgumentHelp("A field of the type custom that is no secret; may be repeated.", valueName: "field"))
    var plain: [String] = []

    @Flag(help: "Take the fields as they are, without asking whether they look right.")
    var unchecked = false

    @Flag(help: "Replace the credential of this name.")
    var replace = false

    func run(in session: Session) async throws {
        let index = CredentialTypeIndex(connectors: session.connectors())
        try Exit.usage { try CredentialName.check(name) }
        var type = try CredentialTypeChoice(session: session, index: index).type(named: type, for: name)
        if !plain.isEmpty {
            guard type.isOpen else {
                throw Exit.usage(
                    "the type \(type.name) says itself which of its fields are secret",
                    hint: "leave --plain out; it is for the type custom")
            }
            type.fields = plain.map { CredentialType.Field($0, form: FieldForm(.password)) }
        }
        let vault = try session.vaultAccess().existingVault()
        let replaced = try vault.names().contains(name) ? try vault.show(name).info : nil
        if replaced != nil, !replace {
            throw Exit.usage(
                "there is already a credential \"\(name)\"",
                hint: "change it with \"flowctl credentials edit \(name)\", add --replace, or take another name")
        }
        let isAccount = type.name == "service_account"
        let kept = isAccount ? index.type(named: "oauth2") ?? type : type
        let keepsHosts = host.isEmpty && replaced?.origins != nil && replaced?.type == kept.name
        let origins = keepsHosts ? nil : try origins(of: type, index, session)
        var fields = try fields(of: type, session)
        if isAccount { fields = CredentialTypes.grant(ofServiceAccount: fields) }
        session.console.masker.add(secretsIn: .map(fields))
        let record = CredentialRecord(
            name: name, type: kept.name, service: kept.service, fields: fields, origins: origins)
        if replaced == nil {
            try vault.add(record)
        } else {
            // What limits it is as the vault has it at that moment.
            try vault.edit(name, isValid: true) { $0 = record.limited(as: $0) }
        }
        session.console.show(json: ["name": .string(name), "type": .string(kept.name)]) {
            session.console.show("\(replaced == nil ? "added" : "stored") \(name) of type \(kept.name)")
        }
        session.noteShortSecrets(fields)
        if let replaced { say(try vault.show(name).info, insteadOf: replaced, kept, session.console) }
        if kept.testNode != nil { session.console.note("try it with: flowctl credentials test \(name)") }
    }

    /// What limits a credential that took the place of another, unless any of its type has the same limits.
    private func say(_ info: CredentialInfo, insteadOf old: CredentialInfo, _ type: CredentialType, _ console: Console)
    {
        if let hosts = info.hostsLine, info.origins != type.origins {
            console.note("\(info.origins == old.origins ? "as before, it" : "it now") \(hosts)")
        }
        if let users = info.usersLine { console.note("as before, it \(users)") }
    }

    private func fields(of type: CredentialType, _ session: Session) throws -> ValueMap {
        let source = "the credential \"\(name)\""
        var type = type
        var given: ValueMap
        if let from {
            given = try session.credentialFields(in: from, of: type)
        } else {
            guard session.prompt.isAvailable else {
                throw Exit.usage(
                    "there is no terminal to ask for the fields on",
                    hint: "give them with --from; as JSON: \(type.example)")
            }
            var interview = CredentialInterview(session: session, type: type)
            interview.introduce()
            given = try interview.fields()
            type = interview.type
        }
        if let expires { given[CredentialType.expiryField.name] = .string(expires) }
        return try Exit.usage { [given, type] in
            let entered = unchecked ? given : try type.entered(given, source: source)
            let fields = try type.checked(entered, source: source)
            guard !fields.isEmpty else {
                throw Failure(.invalid, "\(source) has no fields", hint: "give at least one")
            }
            return fields
        }
    }

    private func origins(
        of type: CredentialType, _ index: CredentialTypeIndex, _ session: Session
    ) throws -> Set<Origin>? {
        guard host.isEmpty else { return Set(try host.map(Session.origin)) }
        guard !type.origins.isEmpty else { return nil }
        guard let file = try session.projectFile(of: type, index) else { return type.origins }
        let places = type.origins.map(\.description).sorted().joined(separator: ", ")
        let hosts = type.origins.map { "--host \($0)" }.sorted().joined(separator: " ")
        guard session.prompt.isAvailable else {
            throw Exit.usage("\"\(file)\" would have it sent to \(places)", hint: "add \(hosts) if you trust that")
        }
        session.console.complain("\(file, .bold) would have it sent to \(places)")
        let answer = try session.prompt.ask("is it meant to go there? [y/N]", isSecret: false)
        guard answer.lowercased().hasPrefix("y") else { throw Exit.status(.cancelled) }
        return type.origins
    }
}

extension Exit {
    /// Makes of what is invalid in the words of the command line, or in what they lead to, wrong usage.
    static func usage<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let failure as Failure where failure.kind == .invalid {
            throw Exit.usage(failure.message, hint: failure.hint)
        }
    }
}

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
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "How workflows call it.")
    var name: String

    @Option(
        help: ArgumentHelp("What kind it is; else the first of the connector named like it.", valueName: "type"),
        completion: .custom { _, _, _ in Completions.credentialTypes() })
    var type: String?

    @Option(
        help: ArgumentHelp("Take the fields from a file; - is standard input.", valueName: "file"), completion: .file())
    var from: String?

    @Option(
        help: ArgumentHelp(
            "The only host its secrets may go to; may be repeated. Else those of the connector.", valueName: "host"))
    var host: [String] = []

    @Flag(help: "Replace the credential of this name.")
    var replace = false

    func run(in session: Session) async throws {
        let connectors = try session.connectors()
        let type = try credentialType(CredentialTypeIndex(connectors: connectors))
        try wrongName { try CredentialName.check(name) }
        let origins = try origins(of: type)
        let vault = try session.vaultAccess().existingVault()
        if !replace, try vault.names().contains(name) {
            throw Exit.usage("there is already a credential \"\(name)\"", hint: "add --replace, or take another name")
        }
        let given = try from.map { try read($0, type, session) } ?? ask(type, session.prompt)
        let fields = try wrongName { try type.checked(given, source: "the credential \"\(name)\"") }
        session.console.masker.add(secretsIn: .map(fields))
        let record = CredentialRecord(
            name: name, type: type.name, service: type.service, fields: fields, origins: origins)
        if replace, try vault.names().contains(name) {
            try vault.update(name, to: record)
        } else {
            try vault.add(record)
        }
        session.console.show(json: ["name": .string(name), "type": .string(type.name)]) {
            session.console.show("\(replace ? "stored" : "added") \(name) of type \(type.name)")
        }
        if type.testNode != nil { session.console.note("try it with: flowctl credentials test \(name)") }
    }

    private func credentialType(_ index: CredentialTypeIndex) throws -> CredentialType {
        if let type {
            if let found = index.type(named: type) { return found }
            throw Exit.usage(
                "there is no credential type \"\(type)\"",
                hint: Suggestion.didYouMean(type, among: index.all.map(\.name)) ?? "the types are \(names(index))")
        }
        if let found = index.defaultType(forCredential: name) { return found }
        throw Exit.usage(
            "no type is given, and no connector is named \"\(name)\"", hint: "give --type: \(names(index))")
    }

    private func names(_ index: CredentialTypeIndex) -> String { index.all.map(\.name).joined(separator: ", ") }

    private func origins(of type: CredentialType) throws -> Set<Origin>? {
        guard !host.isEmpty else { return type.origins.isEmpty ? nil : type.origins }
        return Set(
            try host.map { text in
                guard let origin = Origin(text.contains("://") ? text : "https://" + text) else {
                    throw Exit.usage(
                        "\"\(text)\" is no host", hint: "write it as api.example.com or https://example.com:8443")
                }
                return origin
            })
    }

    private func read(_ path: String, _ type: CredentialType, _ session: Session) throws -> ValueMap {
        var text = String(decoding: try session.readArgument(path, as: "the credential's file"), as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        if text.first == "{" {
            // The parser's message would quote the text, and the text is a secret.
            guard let object = (try? JSON.parse(text))?.mapValue else {
                throw Exit.usage("the credential's file is no valid JSON", hint: "write it as \(type.example)")
            }
            return object
        }
        guard let field = type.soleSecretField, !text.isEmpty else {
            throw Exit.usage("the credential's file holds no JSON object", hint: "write it as \(type.example)")
        }
        return ValueMap([(field.name, .string(text))])
    }

    private func ask(_ type: CredentialType, _ prompt: any Prompt) throws -> ValueMap {
        guard prompt.isAvailable else {
            throw Exit.usage(
                "there is no terminal to ask for the fields on", hint: "give them with --from; as JSON: \(type.example)"
            )
        }
        guard !type.fields.isEmpty else {
            throw Exit.usage(
                "the type \(type.name) has no fields of its own to ask for", hint: "give them with --from as JSON")
        }
        var fields = ValueMap()
        for field in type.fields {
            var question = field.help.isEmpty ? field.name : "\(field.name) (\(field.help))"
            if let value = field.defaultValue {
                question += " [\(value)]"
            } else if !field.isRequired {
                question += " [none]"
            }
            let answer = try prompt.ask(question, isSecret: field.isSecret)
            if !answer.isEmpty { fields[field.name] = .string(answer) }
        }
        return fields
    }

    /// What is wrong with the words of the command line is wrong usage.
    private func wrongName<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let failure as Failure where failure.kind == .invalid {
            throw Exit.usage(failure.message, hint: failure.hint)
        }
    }
}

import ArgumentParser
import FlowCore
import FlowSpec

/// `flowctl credentials types`
struct CredentialsTypesCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "types", abstract: "List the types of credentials and their fields.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "Only this one.", completion: .custom { _, _, _ in Completions.credentialTypes() })
    var type: String?

    func run(in session: Session) async throws {
        let index = CredentialTypeIndex(connectors: session.connectors())
        let types: [CredentialType]
        if let type {
            types = [try CredentialTypeChoice(session: session, index: index).type(named: type, for: type)]
        } else {
            types = index.all
        }
        session.console.show(json: .list(types.map(\.asValue))) {
            for (number, type) in types.enumerated() {
                if number > 0 { session.console.show("") }
                show(type, on: session.console)
            }
        }
    }

    private func show(_ type: CredentialType, on console: Console) {
        console.show("\(type.name, .bold)\(type.service.map { "  of \($0)" } ?? "", .dim)")
        for line in [type.help, type.console.map { "Get one at \($0)" } ?? ""] where !line.isEmpty {
            console.show("  \(line)")
        }
        let width = type.fields.map(\.name.count).max() ?? 0
        for field in type.fields {
            let padding = String(repeating: " ", count: width - field.name.count + 2)
            console.show("    \(field.name, .cyan)\(padding)\(field.summary)")
        }
    }
}

extension CredentialType.Field {
    /// The help as a part of a line, where it is no sentence.
    var helpPhrase: String { help.hasSuffix(".") ? String(help.dropLast()) : help }

    /// What a list says of it: `The password (secret)`
    fileprivate var summary: String {
        var words = helpPhrase
        if !form.choices.isEmpty { words += ", one of \(form.choices.joined(separator: ", "))" }
        if !form.prefixes.isEmpty { words += ", starts with \(form.prefixes.joined(separator: " or "))" }
        var notes = isSecret ? ["secret"] : []
        if let defaultValue { notes.append("else \(defaultValue)") } else if !isRequired { notes.append("optional") }
        return notes.isEmpty ? words : "\(words) (\(notes.joined(separator: ", ")))"
    }
}

extension CredentialType {
    fileprivate var asValue: Value {
        [
            "name": .string(name), "service": service.map(Value.string) ?? .null, "help": .string(help),
            "console": console.map(Value.string) ?? .null,
            "fields": .list(
                fields.map { field in
                    [
                        "name": .string(field.name), "secret": .bool(field.isSecret),
                        "required": .bool(field.isRequired && field.defaultValue == nil), "help": .string(field.help),
                        "default": field.defaultValue.map(Value.string) ?? .null,
                        "form": .string(field.form.kind.rawValue),
                        "one_of": .list(field.form.choices.map(Value.string)),
                        "starts_with": .list(field.form.prefixes.map(Value.string)),
                    ]
                }),
            "hosts": .list(origins.map(\.description).sorted().map(Value.string)),
            "test": testNode.map(Value.string) ?? .null,
        ]
    }
}

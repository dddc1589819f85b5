import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl credentials list`
struct CredentialsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List credentials; never their secrets.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let stored = try session.vaultAccess().vault()?.list() ?? []
        let variables = session.environment.keys.filter { $0.hasPrefix("FLOWCTL_CREDENTIAL_") }.sorted()
        let console = session.console
        console.show(json: document(stored, variables)) {
            guard !stored.isEmpty || !variables.isEmpty else {
                return console.note("no credentials yet; add one with: flowctl credentials add NAME --type TYPE")
            }
            var table = Table("CREDENTIAL", "TYPE", "SERVICE", "CHANGED", "")
            for info in stored {
                table.add(
                    StyledText(info.name, .bold), StyledText(info.type), StyledText(info.service ?? ""),
                    StyledText(info.updatedAt.localText), info.isValid ? "" : StyledText("refused by the service", .red)
                )
            }
            for variable in variables { table.add(StyledText(variable, .bold), "", "", "", "from the environment") }
            table.show(on: console)
        }
    }

    private func document(_ stored: [CredentialInfo], _ variables: [String]) -> Value {
        .list(stored.map(\.asValue) + variables.map { ["variable": .string($0), "source": "environment"] })
    }
}

extension CredentialInfo {
    /// All that may be shown, for tools.
    var asValue: Value {
        [
            "name": .string(name), "type": .string(type), "service": service.map(Value.string) ?? .null,
            "hosts": origins.map { .list($0.map(\.description).sorted().map(Value.string)) } ?? .null,
            "created_at": .string(createdAt.rfc3339), "updated_at": .string(updatedAt.rfc3339),
            "valid": .bool(isValid), "source": "vault",
        ]
    }
}

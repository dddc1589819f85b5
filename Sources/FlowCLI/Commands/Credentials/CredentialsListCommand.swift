import ArgumentParser
import FlowCore
import FlowNodes
import FlowVault

/// `flowctl credentials list`
struct CredentialsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List credentials; never their secrets.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Option(
        help: ArgumentHelp("Only those of this type.", valueName: "type"),
        completion: .custom { _, _, _ in Completions.credentialTypes() })
    var type: String?

    @Option(
        help: ArgumentHelp("Only those of this connector.", valueName: "connector"),
        completion: .custom { _, _, _ in Completions.connectors() })
    var service: String?

    @Flag(help: "Only those that don't work any more: refused by the service, or at their end.")
    var invalid = false

    func run(in session: Session) async throws {
        let now = SystemClock().now()
        let all = try session.vaultAccess().vault()?.list() ?? []
        let isFiltered = type != nil || service != nil || invalid
        let stored = isFiltered ? all.filter { isWanted($0, now) } : all
        let variables =
            isFiltered
            ? [] : session.environment.keys.filter { CredentialName.likely(forVariable: $0) != nil }.sorted()
        let uses = stored.isEmpty ? [:] : session.credentialUses
        let console = session.console
        console.show(json: document(stored, uses, variables)) {
            guard !stored.isEmpty || !variables.isEmpty else {
                return console.note(
                    isFiltered
                        ? "no such credentials"
                        : "no credentials yet; add one with: flowctl credentials add NAME --type TYPE")
            }
            var table = Table("CREDENTIAL", "TYPE", "SERVICE", "CHANGED", "LAST USED", "EXPIRES", "")
            table.reserve(rows: stored.count + variables.count)
            for info in stored {
                table.add(
                    StyledText(info.name, .bold), StyledText(info.type), StyledText(info.service ?? ""),
                    StyledText(info.updatedAt.localText), StyledText(info.lastUse(in: uses)?.localText ?? ""),
                    expiry(info, now), info.isValid ? "" : StyledText("refused by the service", .red))
            }
            for variable in variables {
                table.add(StyledText(variable, .bold), "", "", "", "", "", "from the environment")
            }
            table.show(on: console)
        }
    }

    private func isWanted(_ info: CredentialInfo, _ now: Timestamp) -> Bool {
        (type.map { $0 == info.type } ?? true) && (service.map { $0 == info.service } ?? true)
            && (!invalid || !info.isValid || info.expiresAt.map { $0 <= now } ?? false)
    }

    private func expiry(_ info: CredentialInfo, _ now: Timestamp) -> StyledText {
        guard let end = info.expiresAt else { return "" }
        return StyledText(String(end.rfc3339.prefix(10)), end <= now ? .red : nil)
    }

    private func document(
        _ stored: [CredentialInfo], _ uses: [String: Timestamp], _ variables: [String]
    ) -> Value {
        .list(
            stored.map { $0.asValue(lastUsed: $0.lastUse(in: uses)) }
                + variables.map { ["variable": .string($0), "source": "environment"] })
    }
}

extension CredentialInfo {
    /// All that may be shown, for tools.
    func asValue(lastUsed: Timestamp? = nil) -> Value {
        [
            "name": .string(name), "type": .string(type), "service": service.map(Value.string) ?? .null,
            "hosts": origins.map { .list($0.map(\.description).sorted().map(Value.string)) } ?? .null,
            "workflows": workflows.map { .list($0.sorted().map(Value.string)) } ?? .null,
            "created_at": .string(createdAt.rfc3339), "updated_at": .string(updatedAt.rfc3339),
            "last_used": lastUsed.map { .string($0.rfc3339) } ?? .null,
            "expires_at": expiresAt.map { .string($0.rfc3339) } ?? .null,
            "valid": .bool(isValid), "source": "vault",
        ]
    }
}

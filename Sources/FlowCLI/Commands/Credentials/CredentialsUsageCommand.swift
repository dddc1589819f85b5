import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl credentials usage`
struct CredentialsUsageCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Show which workflows of this folder use which credentials.",
        discussion: """
            It reads all workflows in the folder and those below it. A credential may be named by credential:, meant by \
            leaving that out, or read as secrets.NAME. When it was last used is known for runs of this machine.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "Only this one.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String?

    func run(in session: Session) async throws {
        let usage = try CredentialUsage(in: session)
        let infos = try session.vaultAccess().vault()?.list() ?? []
        let stored = Dictionary(infos.map { ($0.name, $0) }) { $1 }
        let uses = usage.uses { stored[$0] != nil || isInEnvironment($0, session) }
        var names = Set(stored.keys).union(uses.keys)
        if let name {
            guard names.contains(name) else {
                throw Exit.usage(
                    "nothing uses a credential \"\(name)\", and there is none",
                    hint: Suggestion.didYouMean(name, among: names) ?? "run \"flowctl credentials usage\" for all")
            }
            names = [name]
        }
        let lastUsed = session.credentialUses
        let rows = names.sorted().map { name in
            Row(
                name: name, isThere: stored[name] != nil || isInEnvironment(name, session),
                uses: uses[name] ?? [],
                lastUsed: stored[name].map { $0.lastUse(in: lastUsed) } ?? lastUsed[name])
        }
        session.console.show(json: .list(rows.map(\.asValue))) { show(rows, usage, on: session.console) }
    }

    private func isInEnvironment(_ name: String, _ session: Session) -> Bool {
        session.environment[CredentialName.environmentVariable(name)] != nil
    }

    private func show(_ rows: [Row], _ usage: CredentialUsage, on console: Console) {
        if rows.isEmpty {
            console.note("no credentials, and \(counted(usage.count, "workflow")) that need none")
        } else {
            var table = Table("CREDENTIAL", "LAST USED", "USED BY")
            for row in rows {
                let places = row.uses.map(\.text).joined(separator: ", ")
                table.add(
                    StyledText(row.name, .bold), StyledText(row.lastUsed?.localText ?? ""),
                    row.isThere
                        ? places.isEmpty ? StyledText("not used here", .dim) : StyledText(places)
                        : "\("missing", .red), for \(places)")
            }
            table.show(on: console)
        }
        for file in usage.unreadable {
            console.note("\("note:", .cyan) \(file) is left out: \"flowctl validate \(file)\" says why")
        }
    }

    private struct Row {
        var name: String
        var isThere: Bool
        var uses: [CredentialUsage.Use]
        var lastUsed: Timestamp?

        var asValue: Value {
            [
                "name": .string(name), "missing": .bool(!isThere),
                "used_by": .list(
                    uses.map { use in
                        [
                            "file": .string(use.file), "line": use.line.map { .int(Int64($0)) } ?? .null,
                            "as": use.line == nil ? "secrets" : "credential",
                        ]
                    }),
                "last_used": lastUsed.map { .string($0.rfc3339) } ?? .null,
            ]
        }
    }
}

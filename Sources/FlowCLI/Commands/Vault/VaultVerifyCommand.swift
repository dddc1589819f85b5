import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl vault verify`
struct VaultVerifyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read all of the vault and say what was damaged or changed from outside.",
        discussion: """
            Exits with 1 where something is wrong. An older copy of the whole file is a valid vault; the number of \
            changes tells how old.
            With --output json: an object with vault, changes, credentials, tokens, slots, problems.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let vault = try session.vaultAccess().existingVault()
        let problems = try vault.verify()
        let contents = try? vault.contents()
        let console = session.console
        func number(_ count: Int?) -> Value { count.map { .int(Int64($0)) } ?? .null }
        let document: Value = [
            "vault": .string(vault.path), "changes": (contents?.changes).map(Value.uint) ?? .null,
            "credentials": number(contents?.credentials), "tokens": number(contents?.tokens),
            "slots": number(contents?.slots), "problems": .list(problems.map(Value.string)),
        ]
        console.show(json: document) {
            for problem in problems { console.show("\("✗", .red) \(problem)") }
            guard let contents else { return }
            let tokens = contents.tokens == 0 ? "" : " (\(contents.tokens) with tokens)"
            let parts = [
                counted(contents.credentials, "credential") + tokens, counted(contents.slots, "key slot"),
                counted(Int(clamping: contents.changes), "change"),
            ]
            let mark: StyledText = problems.isEmpty ? "\("✓", .green) all is as it was stored: " : "there should be "
            console.show(mark + StyledText(parts.joined(separator: ", ")))
        }
        if !problems.isEmpty { throw Exit.status(.failure) }
    }
}

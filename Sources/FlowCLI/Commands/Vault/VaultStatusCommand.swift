import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl vault status`
struct VaultStatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show where the vault is, what opens it, and whether that works here.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let status = try VaultFile.status(try session.settings.vault)
        let until = try? VaultFile.unlockedUntil(status.path, in: KernelKeyring())
        let console = session.console
        let problem = Result { try session.vaultAccess(asks: false).vault() }.failure.map { Failure($0) }
        console.show(json: document(status, until, problem)) {
            console.show("vault: \(status.path)")
            console.show("credentials: \(status.credentials)")
            for slot in status.slots { console.show("opened by: \(slot.kind.words) (\(slot.label))") }
            if let until { console.show("unlocked until \(until.localText)") }
            if let problem {
                console.show("\("locked here", .yellow): \(problem.message)")
                if let hint = problem.hint { console.show("  \("hint:", .cyan) \(hint)") }
            } else {
                console.show("\("opens here", .green) without asking")
            }
        }
    }

    private func document(_ status: VaultStatus, _ until: Timestamp?, _ problem: Failure?) -> Value {
        [
            "vault": .string(status.path), "format": .int(Int64(status.format)),
            "credentials": .int(Int64(status.credentials)),
            "slots": .list(
                status.slots.map {
                    ["id": .string($0.id), "kind": .string($0.kind.rawValue), "label": .string($0.label)]
                }),
            "unlocked_until": (until?.rfc3339).map(Value.string) ?? .null,
            "opens_without_asking": .bool(problem == nil), "error": problem?.asValue ?? .null,
        ]
    }
}

extension KeySlot.Kind {
    var words: String {
        switch self {
        case .passphrase: "a passphrase"
        case .keyFile: "a key file"
        case .key: "a key from outside"
        case .keyring: "the system keyring"
        }
    }
}

extension Result {
    var failure: Failure? {
        if case .failure(let failure) = self { return failure }
        return nil
    }
}

import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl vault slots list`
struct VaultSlotsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what opens the vault.",
        discussion:
            "It needs no key. With --output json: a list of objects with id, kind, label, created_at, opens_here.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let slots = try VaultFile.status(try session.settings.vault).slots
        let openedBy = try? session.vaultAccess(asks: false).vault()?.openedBy
        let console = session.console
        console.show(json: .list(slots.map { $0.asValue(opensHere: $0.id == openedBy) })) {
            var table = Table("SLOT", "KIND", "LABEL", "MADE", "")
            for slot in slots {
                table.add(
                    StyledText(slot.shortID, .bold), StyledText(slot.kind.words), StyledText(slot.label),
                    StyledText(Timestamp(rfc3339: slot.createdAt)?.localText ?? ""),
                    slot.id == openedBy ? StyledText("opens it here", .green) : "")
            }
            table.show(on: console)
        }
    }
}

extension KeySlot {
    func asValue(opensHere: Bool) -> Value {
        [
            "id": .string(id), "kind": .string(kind.rawValue), "label": .string(label),
            "created_at": .string(createdAt), "opens_here": .bool(opensHere),
        ]
    }
}

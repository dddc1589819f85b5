import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl vault slots remove SLOT`
struct VaultSlotsRemoveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take away a way to open the vault.",
        discussion: """
            On a terminal it asks first; elsewhere it needs --yes.
            Its secret still opens copies of the vault that were made before. Who may have both is shut out by \
            "flowctl vault rekey", and by new tokens of the services.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The beginning of the slot's id, or its label.")
    var slot: String

    @Flag(name: [.short, .long], help: "Don't ask.")
    var yes = false

    func run(in session: Session) async throws {
        let vault = try session.vaultAccess().existingVault()
        let slot = try vault.slot(argument: slot)
        let title = "\(slot.shortID) (\(slot.kind.words), \(slot.label))"
        if slot.id == vault.openedBy {
            session.console.complain("\("warning:", .yellow) this is the slot that opened the vault just now")
        }
        try session.confirm("remove the slot \(title)?", isGiven: yes, doing: "remove")
        try vault.removeSlot(slot, in: SystemKeyring())
        session.console.show(json: ["removed": .string(slot.id)]) { session.console.show("removed the slot \(title)") }
    }
}

import ArgumentParser
import FlowCore
import FlowNodes
import FlowVault
import Glibc

/// `flowctl vault restore FILE`
struct VaultRestoreCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a copy in place of the vault.",
        discussion: """
            The copy must open here, and is verified first. The vault it replaces is kept beside it, under a name with \
            the time. With --output json: an object with vault, credentials, replaced, changes_lost.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The copy; - is standard input.", completion: .file())
    var file: String

    @Flag(help: "Replace a vault that the copy is not one of.")
    var force = false

    func run(in session: Session) async throws {
        let path = try session.settings.vault
        let copy = file == "-" ? STDIN_FILENO : open(session.absolutePath(file), O_RDONLY | O_CLOEXEC)
        guard copy >= 0 else { throw Exit.usage(Session.failure("can't read the copy \"\(file)\"").message) }
        defer { if file != "-" { close(copy) } }
        let restoration = try VaultFile.restore(
            copy, named: file == "-" ? "<stdin>" : file, to: path, keys: session.vaultKeys(),
            replacesOther: force, clock: SystemClock())
        let document: Value = [
            "vault": .string(path), "credentials": .int(Int64(restoration.contents.credentials)),
            "replaced": restoration.replaced.map(Value.string) ?? .null,
            "changes_lost": restoration.changesLost.map { .int(Int64($0)) } ?? .null,
        ]
        let console = session.console
        console.show(json: document) {
            console.show("restored \(path) with \(counted(restoration.contents.credentials, "credential"))")
            if let replaced = restoration.replaced { console.show("the one before is kept as \(replaced)") }
        }
        guard restoration.replaced != nil else { return }
        switch restoration.changesLost {
        case nil: console.note("the one before could not be opened, so how old the copy is can't be told")
        case 0: console.note("the copy is as new as the one before")
        case let lost? where lost > 0:
            console.note("the copy is \(counted(lost, "change")) older: logins that were renewed since may be lost")
        case let lost?: console.note("the copy is \(counted(-lost, "change")) newer than the one before")
        }
    }
}

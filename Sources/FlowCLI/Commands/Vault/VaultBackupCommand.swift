import ArgumentParser
import FlowCore
import FlowStore
import FlowVault
import Glibc

/// `flowctl vault backup FILE`
struct VaultBackupCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a copy of the vault, encrypted as it is.",
        discussion: """
            It needs no key, and other processes may use the vault meanwhile. The copy is opened by what opens the \
            vault now; keep key files and passphrases elsewhere.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "Where to write it; - is standard output.", completion: .file())
    var file: String

    @Flag(help: "Replace a file that is there.")
    var force = false

    func run(in session: Session) async throws {
        let vault = try session.settings.vault
        // Opening it takes up renewed tokens that a process which died has left beside it. A copy needs no key otherwise.
        _ = try? session.vaultAccess(asks: false).vault()
        guard file != "-" else { return noteLack(try write(vault, to: session), session.console) }
        let path = try session.writablePath(file, as: "the copy")
        guard RealPath.of(path) != RealPath.of(vault) else {
            throw Exit.usage("that is the vault itself", hint: "name another file")
        }
        let lacking: Int
        do {
            lacking = try VaultFile.backUp(vault, to: path, replacing: force)
        } catch {
            guard error.kind == .conflict else { throw error }
            throw Exit.usage(error.message, hint: "name another file, or add --force to replace it")
        }
        session.console.show(json: ["backup": .string(path)]) { session.console.show("wrote a copy to \(file)") }
        noteLack(lacking, session.console)
    }

    /// - Parameter count: of credentials with tokens beside the vault.
    private func noteLack(_ count: Int, _ console: Console) {
        guard count > 0 else { return }
        console.complain(
            """
            \("warning:", .yellow) the copy may lack renewed tokens of \(counted(count, "credential")): they lie beside \
            the vault until it is opened
            """)
        console.complain("  \("hint:", .cyan) run \"flowctl vault unlock\", then the backup again")
    }

    /// - Returns: as ``VaultFile/backUp(_:to:replacing:)``.
    private func write(_ vault: String, to session: Session) throws -> Int {
        guard isatty(STDOUT_FILENO) == 0 else {
            throw Exit.usage("the copy is no text for a terminal", hint: "redirect it to a file, or name one")
        }
        let copy = "\(vault).backup-\(getpid())"
        let lacking = try VaultFile.backUp(vault, to: copy, replacing: true)
        defer { unlink(copy) }
        let descriptor = open(copy, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = SystemCall.read(descriptor, into: &chunk)
            if count == 0 { return lacking }
            guard count > 0 else { throw Session.failure("can't read the copy") }
            try Session.writeOut(chunk[..<count])
        }
    }
}

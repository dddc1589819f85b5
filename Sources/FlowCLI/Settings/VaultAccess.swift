import FlowCore
import FlowNodes
import FlowStore
import FlowVault
import Synchronization

/// The vault of this command, opened when something needs it and at most once, so that nobody is asked twice.
final class VaultAccess: Sendable {
    private let path: Result<String, Failure>
    private let keys: VaultKeys
    private let opening = Mutex<Result<VaultFile?, Failure>?>(nil)

    /// - Parameter path: the failure says why no place is known for a vault; whoever needs one is told so.
    init(path: Result<String, Failure>, keys: VaultKeys) {
        self.path = path
        self.keys = keys
    }

    /// nil where there is no vault. May ask for a passphrase, and derives keys: call it where blocking is allowed.
    func vault() throws(Failure) -> VaultFile? {
        try opening.withLock { opening in
            if let opening { return opening }
            let result = Result { () throws(Failure) in try self.open() }
            opening = result
            return result
        }.get()
    }

    /// - Throws: `not_found` where there is no vault.
    func existingVault() throws(Failure) -> VaultFile {
        if let vault = try vault() { return vault }
        throw Failure(
            .notFound, "there is no vault at \"\(try path.get())\"", hint: "make one with: flowctl vault init",
            code: "no_vault")
    }

    /// Why no place is known for a vault; nil where one is.
    var obstacle: Failure? { path.failure }

    var exists: Bool { (try? path.get()).map(VaultFile.exists) ?? false }

    private func open() throws(Failure) -> VaultFile? {
        let path = try path.get()
        guard VaultFile.exists(path) else { return nil }
        do throws(Failure) {
            return try VaultFile.open(path, keys: keys, clock: SystemClock())
        } catch {
            // There only by half, since its making was cut off.
            guard error.code == "no_vault" else { throw error }
            return nil
        }
    }
}

/// Seals secrets of the run history with the vault, which is opened only where a run has any.
struct VaultSealing: ValueSealing {
    var access: VaultAccess

    func seal(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] {
        try access.existingVault().sealer().seal(bytes, context: context)
    }

    func open(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] {
        try access.existingVault().sealer().open(bytes, context: context)
    }
}

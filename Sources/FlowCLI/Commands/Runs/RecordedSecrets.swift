import FlowCore
import FlowStore
import Synchronization

/// Opens what a run sealed, where the vault can be opened without asking anybody. Where it can't, a sealed part stays a
/// secret that nothing is known of.
final class RecordedSecrets: ValueSealing {
    private let vault: VaultSealing
    private let obstacle = Mutex<Failure?>(nil)

    init(_ access: VaultAccess) { vault = VaultSealing(access: access) }

    /// What to say of a result that a secret had a part in; nil where all that was met could be opened.
    var remark: String? {
        obstacle.withLock { $0 }.map { obstacle in
            let isLocked = obstacle.code == "vault_locked"
            let hint = isLocked ? "give its key file, or set FLOWCTL_VAULT_KEY" : obstacle.hint
            return "it depends on a secret, which is sealed: \(obstacle.message)" + (hint.map { " (\($0))" } ?? "")
        }
    }

    func seal(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] {
        try vault.seal(bytes, context: context)
    }

    func open(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] {
        do {
            return try vault.open(bytes, context: context)
        } catch {
            obstacle.withLock { $0 = $0 ?? error }
            return try SecretsHidden().open(bytes, context: context)
        }
    }
}

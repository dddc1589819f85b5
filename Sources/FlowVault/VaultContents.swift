package import FlowCore
import FlowStore

/// How much a vault holds, by its manifest.
package struct VaultContents: Sendable, Hashable {
    package var credentials: Int
    /// Credentials with OAuth tokens.
    package var tokens: Int
    package var slots: Int
    /// How often the vault has been changed since it was made.
    package var changes: UInt64
}

extension VaultFile {
    package func contents() throws(Failure) -> VaultContents {
        let manifest = try database.snapshot { try readManifest() }
        return VaultContents(
            credentials: manifest.count(of: .credentials), tokens: manifest.count(of: .tokens),
            slots: manifest.count(of: .slots), changes: manifest.generation)
    }
}

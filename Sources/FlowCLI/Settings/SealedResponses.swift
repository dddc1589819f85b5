import FlowCore
import FlowCrypto
import FlowSpec
import FlowStore
import FlowVault
import Synchronization

/// Responses to requests with a credential of the vault, sealed with its key on disk; all others for this process alone,
/// because there is no key that may be used without asking.
final class SealedResponses: ResponseStore {
    private let table: ResponseTable
    private let access: VaultAccess
    private let records: any SharedRecords
    private let memory = MemoryResponses()
    /// Whether the disk failed once; then it isn't tried again.
    private let isBroken = Atomic<Bool>(false)

    init(table: ResponseTable, access: VaultAccess, records: any SharedRecords) {
        self.table = table
        self.access = access
        self.records = records
    }

    func content(of key: ResponseKey) async -> [UInt8]? {
        let stored = await onDisk(key) { name, sealer, context in
            // What another vault has sealed is as good as nothing.
            try await self.table.content(of: name).flatMap { try? sealer.open($0, context: context) }
        }
        guard let stored else { return await memory.content(of: key) }
        return stored
    }

    func keep(_ content: [UInt8], of key: ResponseKey) async {
        let isKept: Void? = await onDisk(key) { name, sealer, context in
            try await self.table.keep(try sealer.seal(content, context: context), of: name)
        }
        if isKept == nil { await memory.keep(content, of: key) }
    }

    /// nil where the response has no place on disk.
    private func onDisk<T: Sendable>(
        _ key: ResponseKey, _ work: (_ name: [UInt8], _ sealer: Sealer, _ context: String) async throws -> T
    ) async -> T? {
        guard let credential = key.credential, credential.source == .vault,
            !isBroken.load(ordering: .relaxed)
        else { return nil }
        do {
            // The vault is open: the credential came from it.
            guard let sealer = try access.vault()?.sealer() else { return nil }
            let identity = try await records.identity(of: credential)
            let name = try Digest.sha256(Array("\(identity)\n\(key.url)".utf8))
            return try await work(name, sealer, "http response \(Hexadecimal.encode(name))")
        } catch {
            isBroken.store(true, ordering: .relaxed)
            return nil
        }
    }
}

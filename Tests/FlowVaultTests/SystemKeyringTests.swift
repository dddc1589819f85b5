import FlowCore
import FlowCrypto
import FlowVault
import Synchronization
import Testing

/// Stands for the desktop's keyring.
private final class FakeKeyring: SecretService {
    private let keys = Mutex<[String: [UInt8]]>([:])
    private let problem = Mutex<Failure?>(nil)

    func refuse(_ failure: Failure?) { problem.withLock { $0 = failure } }
    var count: Int { keys.withLock { $0.count } }

    func key(of vaultID: String, asks: Bool) throws(Failure) -> SecretBytes? {
        if let failure = problem.withLock({ $0 }), !asks { throw failure }
        return keys.withLock { $0[vaultID].map { SecretBytes($0) } }
    }

    func store(_ key: SecretBytes, of vaultID: String, label: String) {
        keys.withLock { $0[vaultID] = key.copy() }
    }

    func delete(of vaultID: String) { keys.withLock { $0[vaultID] = nil } }
}

@Suite struct SystemKeyringTests {
    private let fixture = VaultFixture()
    private let keyring = FakeKeyring()

    private func open() throws -> VaultFile {
        try VaultFile.open(fixture.path, keys: VaultKeys(keyring: keyring), clock: fixture.clock)
    }

    @Test func aSlotOfTheKeyringOpensTheVault() throws {
        let vault = try fixture.create()
        let id = try vault.addSlot(in: keyring)
        #expect(try open().openedBy == id)
        #expect(
            try VaultFile.status(fixture.path).slots.contains { $0.kind == .keyring && $0.label == "system keyring" })
        let failure = #expect(throws: Failure.self) { try vault.addSlot(in: keyring) }
        #expect(failure?.code == "slot_exists")
        try vault.removeSlot(try vault.slot(named: "system keyring"), in: keyring)
        #expect(keyring.count == 0)
    }

    @Test func aKeyOfASlotThatIsGoneIsPassedOver() throws {
        let vault = try fixture.create(.passphrase("correct fake horse"))
        let id = try vault.addSlot(in: keyring)
        try vault.removeSlot(id)
        _ = try vault.addSlot(.keyring(SecretBytes([UInt8](repeating: 7, count: 32))))
        let keys = VaultKeys(keyring: keyring, askPassphrase: { "correct fake horse" })
        #expect(try VaultFile.open(fixture.path, keys: keys, clock: fixture.clock).openedBy == vault.openedBy)
        // A new slot takes the place of what the keyring had.
        let other = try vault.addSlot(in: keyring)
        #expect(try open().openedBy == other)
    }

    @Test func aLockedKeyringIsNamed() throws {
        let vault = try fixture.create(.passphrase("correct fake horse"))
        _ = try vault.addSlot(in: keyring)
        keyring.refuse(Failure(.auth, "the system keyring is locked", hint: "log in to the desktop"))
        #expect(
            throws: Failure(
                .auth, "the vault \"\(fixture.path)\" is locked; the system keyring is locked",
                hint: "log in to the desktop, or run it in a terminal, or \"flowctl vault unlock\" there first",
                code: "vault_locked")
        ) { try open() }
    }
}

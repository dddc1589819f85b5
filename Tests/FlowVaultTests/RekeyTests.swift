import FlowCore
import FlowCrypto
import FlowStore
import FlowVault
import Testing

@Suite struct RekeyTests {
    private let fixture = VaultFixture()

    /// A vault that a key and a passphrase open.
    private func vault() throws -> (vault: VaultFile, keySlot: String, passphraseSlot: String) {
        let vault = try fixture.create()
        try vault.add([VaultFixture.full("a"), VaultFixture.bearer("b")])
        let added = try vault.addSlot(.passphrase("correct fake horse"), cost: VaultFixture.cheap)
        return (vault, try #require(vault.openedBy), added)
    }

    @Test func everythingIsThereUnderTheNewKey() throws {
        let (vault, key, passphrase) = try vault()
        let before = readBytes(fixture.path)
        let renewed = try vault.rekey(
            unlock: [key: .key(VaultFixture.key), passphrase: .passphrase("correct fake horse")],
            cost: VaultFixture.cheap)
        #expect(try renewed.verify() == [])
        for secret in [UnlockSecret.key(VaultFixture.key), .passphrase("correct fake horse")] {
            let opened = try fixture.open(secret)
            #expect(try opened.show("a").fields == VaultFixture.full("a").fields)
            #expect(try opened.show("b").fields["token"] == "fake-token-canary")
            #expect(try opened.list().map(\.name) == ["a", "b"])
        }
        #expect(try VaultFile.status(fixture.path).slots.map(\.id).sorted() == [key, passphrase].sorted())
        // Nothing that was sealed stands in the file as it was.
        let after = readBytes(fixture.path)
        let boxes = try Database.open(fixture.path).query("SELECT encrypted_data FROM credentials")
        for case .bytes(let box) in boxes.map({ $0[0] }) {
            #expect(before.firstRange(of: box) == nil && after.firstRange(of: box) != nil)
        }
    }

    @Test func aSlotThatIsNotNamedIsDropped() throws {
        let (vault, key, passphrase) = try vault()
        _ = try vault.rekey(unlock: [key: .key(VaultFixture.key)], cost: VaultFixture.cheap)
        #expect(try VaultFile.status(fixture.path).slots.map(\.id) == [key])
        #expect(throws: Failure.self) { try fixture.open(.passphrase("correct fake horse")) }
        let opened = try fixture.open()
        #expect(throws: Failure.self) { try opened.rekey(unlock: [passphrase: .passphrase("correct fake horse")]) }
        #expect(
            throws: Failure(
                .conflict, "no key slot would be left, and the vault could never be opened again",
                hint: "keep one of its slots", code: "last_slot")
        ) { try opened.rekey(unlock: [:]) }
        #expect(try fixture.open().verify() == [])
    }

    @Test func aWrongSecretChangesNothing() throws {
        let (vault, key, passphrase) = try vault()
        let before = readBytes(fixture.path)
        #expect(
            throws: Failure(
                .auth, "the passphrase does not open the vault \"\(fixture.path)\"",
                hint: "check the passphrase and the layout of the keyboard", code: "wrong_key")
        ) {
            try vault.rekey(unlock: [key: .key(VaultFixture.key), passphrase: .passphrase("incorrect fake horse")])
        }
        #expect(readBytes(fixture.path) == before)
    }

    @Test func whoHasItOpenIsToldToStartAgain() throws {
        let (vault, key, _) = try vault()
        let other = try fixture.open()
        _ = try vault.rekey(unlock: [key: .key(VaultFixture.key)])
        let problem = Failure(
            .auth, "the vault \"\(fixture.path)\" got a new data key after this process had opened it",
            hint: "run the command again", code: "vault_rekeyed")
        #expect(throws: problem) { try other.resolve("a") }
        #expect(throws: problem) { try other.list() }
        #expect(throws: problem) { try other.add(VaultFixture.bearer("c")) }
        #expect(try other.verify() == [problem.message])
        #expect(try fixture.open().verify() == [])
    }

    @Test func aDamagedVaultIsNotSealedAnew() throws {
        let (vault, key, _) = try vault()
        try Database.open(fixture.path).execute("UPDATE credentials SET workflows = NULL WHERE name = 'a'")
        #expect(throws: Failure.self) { try vault.rekey(unlock: [key: .key(VaultFixture.key)]) }
        #expect(try vault.show("b").fields["token"] == "fake-token-canary")
    }

    @Test func whatWasSealedOutsideStillOpens() throws {
        var (vault, key, _) = try vault()
        let first = try vault.sealer().seal([1], context: "run-1")
        vault = try vault.rekey(unlock: [key: .key(VaultFixture.key)])
        let second = try vault.sealer().seal([2], context: "run-1")
        vault = try vault.rekey(unlock: [key: .key(VaultFixture.key)])
        let opened = try fixture.open()
        #expect(try opened.sealer().open(first, context: "run-1") == [1])
        #expect(try opened.sealer().open(second, context: "run-1") == [2])
        #expect(throws: Failure.self) { try opened.sealer().open(first, context: "run-2") }
        try Database.open(fixture.path).execute("DELETE FROM meta WHERE name = 'former_sealer_keys'")
        #expect(
            try opened.verify() == [
                "the vault \"\(fixture.path)\" was damaged or changed from outside: its earlier keys are missing"
            ])
    }

    /// As a vault was before data keys had ids.
    @Test func aVaultWithoutAKeyIDGetsOne() throws {
        let (vault, key, _) = try vault()
        try Database.open(fixture.path).execute("DELETE FROM meta WHERE name = 'key_id'")
        #expect(throws: Failure.self) { try vault.list() }
        let opened = try fixture.open()
        #expect(try opened.list().count == 2)
        _ = try opened.rekey(unlock: [key: .key(VaultFixture.key)])
        #expect(try fixture.open().verify() == [])
    }
}

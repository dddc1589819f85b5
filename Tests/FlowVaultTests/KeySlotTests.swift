import FlowCore
import FlowCrypto
import FlowStore
import FlowTestKit
import FlowVault
import Glibc
import Testing

@Suite struct KeySlotTests {
    private let fixture = VaultFixture()

    private var keyPath: String { fixture.folder.file("config/vault.key") }

    @Test func aPassphraseOpensTheVault() throws {
        _ = try fixture.create(.passphrase("correct fake horse"))
        #expect(try fixture.open(.passphrase("correct fake horse")).verify() == [])
    }

    @Test func aWrongPassphraseIsSaidToBeWrong() throws {
        _ = try fixture.create(.passphrase("correct fake horse"))
        #expect(
            throws: Failure(
                .auth, "the passphrase does not open the vault \"\(fixture.path)\"",
                hint: "check the passphrase and the layout of the keyboard", code: "wrong_key")
        ) { try fixture.open(.passphrase("incorrect fake horse")) }
    }

    @Test func aShortPassphraseIsRefused() {
        #expect(
            throws: Failure(
                .invalid, "the passphrase is shorter than 8 bytes", hint: "take a longer one", code: "passphrase")
        ) { try fixture.create(.passphrase("short")) }
    }

    @Test func aKeyFileOpensTheVault() throws {
        try KeyFile.create(at: keyPath)
        #expect(TemporaryFolder.mode(of: keyPath) == 0o600)
        _ = try fixture.create(.keyFile(path: keyPath))
        #expect(try fixture.open(.keyFile(path: keyPath)).verify() == [])
        #expect(
            throws: Failure(
                .conflict, "there is already a key file \"\(keyPath)\"",
                hint: "use it, or move it away if no vault needs it")
        ) { try KeyFile.create(at: keyPath) }
    }

    @Test func aKeyFileIsAFile() throws {
        let pipe = fixture.folder.file("pipe.key")
        #expect(mkfifo(pipe, 0o600) == 0)
        for (path, reason) in [(pipe, "it is no regular file"), (fixture.folder.file("config"), "it is a folder")] {
            try PrivateFile.createFolder(fixture.folder.file("config"))
            #expect(
                throws: Failure(
                    .auth, "the key file \"\(path)\" can't be read: \(reason)",
                    hint: "give the path of a file, or the key itself in FLOWCTL_VAULT_KEY", code: "key_file")
            ) { try KeyFile.read(path) }
        }
    }

    @Test func aKeyFileBesideTheVaultIsFoundUnderAnyName() throws {
        let data = fixture.folder.file("data")
        try PrivateFile.createFolder(data)
        #expect(symlink(data, fixture.folder.file("other")) == 0)
        for name in ["other/vault.key", "data/deeper/../vault.key", "other/deeper/vault.key"] {
            #expect {
                try fixture.create(.keyFile(path: fixture.folder.file(name)))
            } throws: {
                ($0 as? Failure)?.message.hasSuffix("would lie in the folder of the vault") == true
            }
        }
    }

    @Test func anotherKeyFileDoesNot() throws {
        try KeyFile.create(at: keyPath)
        _ = try fixture.create(.keyFile(path: keyPath))
        let other = fixture.folder.file("other.key")
        try KeyFile.create(at: other)
        #expect(
            throws: Failure(
                .auth, "the key file \"\(other)\" does not open the vault \"\(fixture.path)\"",
                hint: "give the key file that was made for this vault", code: "wrong_key")
        ) { try fixture.open(.keyFile(path: other)) }
    }

    @Test func aKeyFileBesideTheVaultIsRefused() throws {
        let beside = fixture.folder.file("data/vault.key")
        #expect(
            throws: Failure(
                .invalid, "the key file \"\(beside)\" would lie in the folder of the vault",
                hint: "keep it elsewhere, so that a copy of the one is not a copy of both", code: "key_file")
        ) { try fixture.create(.keyFile(path: beside)) }
    }

    @Test func aKeyFileThatOthersMayReadIsRefused() throws {
        try KeyFile.create(at: keyPath)
        _ = try fixture.create(.keyFile(path: keyPath))
        chmod(keyPath, 0o644)
        #expect(
            throws: Failure(
                .permission, "the file \"\(keyPath)\" has mode 0644, which is open to others",
                hint: "run: chmod 600 \(keyPath)", code: "open_permissions")
        ) { try fixture.open(.keyFile(path: keyPath)) }
        chmod(keyPath, 0o600)
        chmod(fixture.folder.file("config"), 0o777)
        #expect(
            throws: Failure(
                .permission,
                "the folder \"\(fixture.folder.file("config"))\" has mode 0777, which is open to others",
                hint: "run: chmod 755 \(fixture.folder.file("config"))", code: "open_permissions")
        ) { try fixture.open(.keyFile(path: keyPath)) }
    }

    @Test func aKeyFileThatHoldsNoKeyIsRefused() throws {
        try TemporaryFolder.write("not a key", to: keyPath.replacingFolder(with: fixture.folder.path))
        let path = fixture.folder.file("vault.key")
        _ = try fixture.create()
        #expect(
            throws: Failure(
                .auth, "the key file \"\(path)\" does not hold a vault key",
                hint: "a vault key is 32 bytes in base64", code: "vault_key")
        ) { try KeyFile.read(path) }
        #expect(
            throws: Failure(
                .auth, "there is no key file \"/nowhere/vault.key\"", hint: "check the path of the key file",
                code: "key_file")
        ) { try KeyFile.read("/nowhere/vault.key") }
    }

    @Test(arguments: ["", "short", Base64.encode([UInt8](repeating: 1, count: 31)), "fake-canary!!"])
    func anEnvironmentKeyMustBeAKey(text: String) {
        #expect(
            throws: Failure(
                .auth, "FLOWCTL_VAULT_KEY does not hold a vault key", hint: "a vault key is 32 bytes in base64",
                code: "vault_key")
        ) { try UnlockSecret.key(base64: text, source: "FLOWCTL_VAULT_KEY") }
    }

    @Test func waysToUnlockAreTriedInOrder() throws {
        try KeyFile.create(at: keyPath)
        let vault = try fixture.create(.passphrase("correct fake horse"))
        try vault.addSlot(.keyFile(path: keyPath))
        try vault.addSlot(.key(VaultFixture.key))
        func open(_ keys: VaultKeys) throws { _ = try VaultFile.open(fixture.path, keys: keys, clock: fixture.clock) }

        let mustNotAsk: @Sendable () throws -> String = { throw Failure(.internal, "asked for a passphrase") }
        let environmentKey = Base64.encode([UInt8](repeating: 0x42, count: 32))
        try open(VaultKeys(environmentKey: environmentKey, keyFile: "/nowhere", askPassphrase: mustNotAsk))
        try open(VaultKeys(keyFile: keyPath, askPassphrase: mustNotAsk))
        try open(VaultKeys(keyFile: "/nowhere", askPassphrase: { "correct fake horse" }))

        let wrong = Base64.encode([UInt8](repeating: 0x43, count: 32))
        #expect(
            throws: Failure(
                .auth, "FLOWCTL_VAULT_KEY does not open the vault \"\(fixture.path)\"",
                hint: "set it to the key that was made for this vault", code: "wrong_key")
        ) { try open(VaultKeys(environmentKey: wrong, keyFile: keyPath)) }
        #expect(
            throws: Failure(
                .auth, "the vault \"\(fixture.path)\" is locked",
                hint: "put its key file at /nowhere, or run it in a terminal, or \"flowctl vault unlock\" "
                    + "there first, or set FLOWCTL_VAULT_KEY", code: "vault_locked")
        ) { try open(VaultKeys(keyFile: "/nowhere")) }
    }

    @Test func slotsComeAndGo() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        let id = try vault.addSlot(.passphrase("correct fake horse"), label: "mine", cost: VaultFixture.cheap)
        #expect(try fixture.open(.passphrase("correct fake horse")).show("a").fields["token"] == "fake-token-canary")
        #expect(try VaultFile.status(fixture.path).slots.map(\.label).sorted() == ["FLOWCTL_VAULT_KEY", "mine"])
        try vault.removeSlot(id)
        #expect(throws: Failure.self) { try fixture.open(.passphrase("correct fake horse")) }
        #expect(throws: Failure(.notFound, "the vault has no key slot \"\(id)\"", code: "no_slot")) {
            try vault.removeSlot(id)
        }
        let last = try #require(try VaultFile.status(fixture.path).slots.first)
        #expect(
            throws: Failure(
                .conflict, "the vault has only this key slot, and could never be opened without it",
                hint: "add another slot first", code: "last_slot")
        ) { try vault.removeSlot(last.id) }
    }

    @Test func theSlotThatOpenedItIsKnown() throws {
        let vault = try fixture.create()
        let id = try vault.addSlot(.passphrase("correct fake horse"), cost: VaultFixture.cheap)
        #expect(try fixture.open(.passphrase("correct fake horse")).openedBy == id)
        #expect(try fixture.open().openedBy == vault.openedBy)
    }

    @Test func aKeyGetsOneSlot() throws {
        let vault = try fixture.create()
        let id = try #require(vault.openedBy)
        #expect(
            throws: Failure(
                .conflict, "that key opens the vault already, by the slot \(id.prefix(8))",
                hint: "take another key, or remove that slot first", code: "slot_exists")
        ) { try vault.addSlot(.key(VaultFixture.key)) }
    }

    @Test func aSlotIsNamedByLabelOrTheBeginningOfItsID() throws {
        let vault = try fixture.create()
        let id = try vault.addSlot(.passphrase("correct fake horse"), label: "mine", cost: VaultFixture.cheap)
        #expect(try vault.slot(named: "mine").id == id)
        #expect(try vault.slot(named: String(id.prefix(6))).id == id)
        #expect(
            throws: Failure(
                .notFound, "the vault has no key slot \"his\"", hint: "list them with: flowctl vault slots list",
                code: "no_slot")
        ) { try vault.slot(named: "his") }
        let other = try vault.addSlot(.passphrase("another fake horse"), label: "mine", cost: VaultFixture.cheap)
        let failure = #expect(throws: Failure.self) { try vault.slot(named: "mine") }
        #expect(failure?.message == "several key slots are called \"mine\"")
        let ids = [id, other].map { String($0.prefix(8)) }
        #expect(ids.allSatisfy { failure?.hint?.contains($0) == true })
    }

    @Test func statusNeedsNoKey() throws {
        try fixture.create().add([VaultFixture.bearer("a"), VaultFixture.bearer("b")])
        let status = try VaultFile.status(fixture.path)
        #expect(status.credentials == 2)
        #expect(status.format == 1)
        #expect(status.slots.map(\.kind) == [.key])
    }
}

extension String {
    fileprivate func replacingFolder(with folder: String) -> String {
        folder + "/" + (split(separator: "/").last ?? "")
    }
}

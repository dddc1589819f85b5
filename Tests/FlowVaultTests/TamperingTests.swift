import FlowCore
import FlowStore
import FlowVault
import Glibc
import Testing

/// Who can write the file but has no key changes it in every way; the vault must notice and never give wrong data.
@Suite struct TamperingTests {
    private let fixture = VaultFixture()

    private func tamper(_ sql: String...) throws {
        let database = try Database.open(fixture.path)
        try database.execute("PRAGMA foreign_keys = OFF")
        for statement in sql { try database.execute(statement) }
    }

    private func damage(_ what: String) -> Failure {
        Failure(
            .invalid, "the vault \"\(fixture.path)\" was damaged or changed from outside: \(what)",
            hint: "restore a backup of it", code: "vault_damaged")
    }

    @Test(arguments: [
        "type = 'basic'", "service = 'github'", "service = NULL", "created_at = '2020-01-01T00:00:00Z'",
        "updated_at = '2020-01-01T00:00:00Z'", "is_valid = 0", "origins = '[\"https://evil.example\"]'",
        "origins = NULL", "workflows = NULL", "encrypted_data = zeroblob(100)", "encrypted_data = x''",
    ])
    func aChangedColumnIsNoticed(change: String) throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.full("a"))
        try tamper("UPDATE credentials SET \(change)")
        #expect(throws: damage("credential \"a\" is not what was stored")) { try vault.resolve("a") }
        #expect(throws: Failure.self) { try vault.list() }
        #expect(try vault.verify().count == 1)
    }

    @Test(arguments: [
        "expires_at = NULL", "scopes = 'admin'", "encrypted_refresh_token = NULL",
        "encrypted_access_token = encrypted_refresh_token", "encrypted_refresh_token = encrypted_access_token",
    ])
    func aChangedTokenIsNoticed(change: String) throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.full("a"))
        try tamper("UPDATE oauth_tokens SET \(change)")
        #expect(throws: damage("a token of credential \"a\" is not what was stored")) { try vault.resolve("a") }
        #expect(try vault.verify().count == 1)
    }

    @Test func swappedNamesAreNoticed() throws {
        let vault = try fixture.create()
        try vault.add([VaultFixture.bearer("a"), VaultFixture.bearer("b")])
        try tamper(
            "UPDATE credentials SET name = 'x' WHERE name = 'a'", "UPDATE credentials SET name = 'a' WHERE name = 'b'",
            "UPDATE credentials SET name = 'b' WHERE name = 'x'")
        #expect(throws: damage("credential \"a\" is not what was stored")) { try vault.resolve("a") }
        #expect(try vault.verify().count == 2)
    }

    @Test func swappedContentsAreNoticed() throws {
        let vault = try fixture.create()
        try vault.add([VaultFixture.bearer("a"), VaultFixture.bearer("b")])
        try tamper(
            "CREATE TABLE old AS SELECT * FROM credentials",
            """
            UPDATE credentials SET encrypted_data =
                (SELECT encrypted_data FROM old WHERE old.name <> credentials.name)
            """)
        #expect(throws: damage("credential \"a\" is not what was stored")) { try vault.resolve("a") }
    }

    @Test func anOldCopyOfARowIsNoticed() throws {
        let vault = try fixture.create()
        try vault.add([VaultFixture.full("a"), VaultFixture.bearer("b")])
        try tamper("CREATE TABLE old AS SELECT * FROM credentials WHERE name = 'a'")
        try vault.update("a", to: VaultFixture.full("a"))
        try tamper(
            "DELETE FROM credentials WHERE name = 'a'", "INSERT INTO credentials SELECT * FROM old")
        #expect(throws: damage("credential \"a\" is not in the version of the manifest")) { try vault.resolve("a") }
        #expect(try vault.verify().count == 1)
        #expect(try vault.resolve("b") != nil)
    }

    @Test func oldTokensAreNoticed() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.full("a"))
        try tamper("CREATE TABLE old AS SELECT * FROM oauth_tokens")
        try vault.update("a", to: VaultFixture.full("a"))
        try tamper("DELETE FROM oauth_tokens", "INSERT INTO oauth_tokens SELECT * FROM old")
        #expect(throws: damage("the tokens of credential \"a\" are not in the version of the manifest")) {
            try vault.resolve("a")
        }
    }

    @Test func aRemovedRowIsNoticed() throws {
        let vault = try fixture.create()
        try vault.add([VaultFixture.bearer("a"), VaultFixture.bearer("b")])
        try tamper("DELETE FROM credentials WHERE name = 'a'")
        #expect(throws: damage("its credentials are not those of its manifest")) { try vault.resolve("a") }
        #expect(throws: damage("its credentials are not those of its manifest")) { try vault.list() }
        let problems = try vault.verify()
        #expect(problems.count == 1 && problems[0].hasPrefix("a credential was removed: "))
    }

    @Test func aRowThatStandsInForAnotherIsNoticed() throws {
        let vault = try fixture.create()
        try vault.add([VaultFixture.bearer("a"), VaultFixture.bearer("b")])
        // As many rows as before, each with an id that the manifest has.
        try tamper(
            "CREATE TABLE old AS SELECT * FROM credentials WHERE name = 'a'",
            "DELETE FROM credentials WHERE name = 'b'",
            "UPDATE old SET id = upper(id), name = 'b', environment_variable = 'FLOWCTL_CREDENTIAL_B'",
            "INSERT INTO credentials SELECT * FROM old")
        #expect(throws: damage("credential \"b\" is not in the version of the manifest")) { try vault.list() }
    }

    @Test func aDeletedRowThatIsBroughtBackIsNoticed() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        try tamper("CREATE TABLE old AS SELECT * FROM credentials")
        try vault.delete("a")
        try tamper("INSERT INTO credentials SELECT * FROM old")
        #expect(throws: damage("credential \"a\" is not in the version of the manifest")) { try vault.resolve("a") }
        #expect(try vault.verify().contains { $0.hasPrefix("a credential was brought in: ") })
    }

    @Test func aRemovedSlotThatIsBroughtBackIsNoticed() throws {
        let vault = try fixture.create()
        let id = try vault.addSlot(.passphrase("correct fake horse"), cost: VaultFixture.cheap)
        try tamper("CREATE TABLE old AS SELECT * FROM key_slots WHERE kind = 'passphrase'")
        try vault.removeSlot(id)
        try tamper("INSERT INTO key_slots SELECT * FROM old")
        #expect(throws: damage("its key slots are not those of its manifest")) {
            try fixture.open(.passphrase("correct fake horse"))
        }
    }

    @Test(arguments: ["scrypt_n = 1 << 40", "scrypt_n = -1", "scrypt_r = 0", "scrypt_n = 1000"])
    func aSlotThatWouldExhaustTheMachineIsNoticed(change: String) throws {
        _ = try fixture.create(.passphrase("correct fake horse"))
        try tamper("UPDATE key_slots SET \(change)")
        #expect(throws: damage("a key slot can't be read")) { try fixture.open(.passphrase("correct fake horse")) }
    }

    @Test func aMissingManifestIsNoticed() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        try tamper("DELETE FROM meta WHERE name = 'manifest'")
        #expect(throws: damage("it has no manifest")) { try vault.resolve("a") }
        #expect(try vault.verify().count == 1)
    }

    /// Flips bits all over the file: each time the credentials are right or there is a `Failure`, and nothing crashes.
    @Test func noFlippedByteGivesWrongData() throws {
        let names = ["a", "b", "c"]
        do {
            let vault = try fixture.create()
            try vault.add(names.map(VaultFixture.full))
        }
        let original = readBytes(fixture.path)
        let expected = VaultFixture.full("a").fields
        let step = 97
        var noticed = 0
        for offset in stride(from: 0, to: original.count, by: step) {
            var changed = original
            changed[offset] ^= 1 << UInt8(offset / step % 8)
            writeBytes(changed, to: fixture.path)
            do {
                let vault = try fixture.open()
                for name in names {
                    let stored = try vault.show(name)
                    #expect(stored.fields == expected && stored.info.name == name, "offset \(offset)")
                }
                #expect(try vault.list().map(\.name) == names, "offset \(offset)")
            } catch let failure as Failure {
                #expect(failure.kind != .internal, "offset \(offset): \(failure.message)")
                #expect(!failure.message.contains("canary"))
                noticed += 1
            }
            unlink(fixture.path + "-journal")
        }
        #expect(noticed > 20)
    }

    @Test func aTruncatedFileIsNoticed() throws {
        try fixture.create().add(VaultFixture.full("a"))
        let original = readBytes(fixture.path)
        for count in [1, 99, 100, 4095, 4096, 5000, original.count - 4096, original.count - 1] {
            writeBytes(Array(original.prefix(count)), to: fixture.path)
            #expect(throws: Failure.self, "\(count) bytes") { try fixture.open().show("a") }
        }
    }

    @Test func anEmptyFileIsNoVault() throws {
        _ = try fixture.create()
        writeBytes([], to: fixture.path)
        #expect(
            throws: Failure(
                .notFound, "there is no vault at \"\(fixture.path)\"", hint: "make one with: flowctl vault init",
                code: "no_vault")
        ) { try fixture.open() }
    }

    @Test func aMissingVaultIsSaidToBeMissing() {
        let problem = Failure(
            .notFound, "there is no vault at \"\(fixture.path)\"", hint: "make one with: flowctl vault init",
            code: "no_vault")
        #expect(throws: problem) { try fixture.open() }
        #expect(throws: problem) { try VaultFile.status(fixture.path) }
    }

    @Test func aVaultOfANewerFlowctlIsLeftAlone() throws {
        _ = try fixture.create()
        try tamper("PRAGMA user_version = 7")
        let before = readBytes(fixture.path)
        #expect(
            throws: Failure(
                .invalid, "\"\(fixture.path)\" was made by a newer flowctl: its format is 7, this one knows 1",
                hint: "update flowctl", code: "newer_format")
        ) { try fixture.open() }
        #expect(readBytes(fixture.path) == before)
    }

    @Test func aVaultThatOthersMayReadIsRefused() throws {
        _ = try fixture.create()
        chmod(fixture.path, 0o644)
        #expect(
            throws: Failure(
                .permission, "the file \"\(fixture.path)\" has mode 0644, which is open to others",
                hint: "run: chmod 600 \(fixture.path)", code: "open_permissions")
        ) { try fixture.open() }
    }

    @Test func aChangeThatFailsHalfwayLeavesTheVaultAsItWas() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.full("a"))
        try tamper(
            """
            CREATE TRIGGER broken BEFORE INSERT ON oauth_tokens BEGIN SELECT RAISE(ABORT, 'no more'); END
            """)
        #expect(throws: Failure.self) { try vault.update("a", to: VaultFixture.full("a")) }
        try tamper("DROP TRIGGER broken")
        #expect(try vault.show("a").fields == VaultFixture.full("a").fields)
        #expect(try vault.verify() == [])
    }
}

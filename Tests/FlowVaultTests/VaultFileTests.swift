import FlowCore
import FlowCrypto
import FlowStore
import FlowTestKit
import FlowVault
import Glibc
import Testing

@Suite struct VaultFileTests {
    private let fixture = VaultFixture()

    @Test func whatIsAddedComesBack() throws {
        let record = VaultFixture.full("slack-team")
        try fixture.create().add(record)
        let stored = try #require(try fixture.open().resolve("slack-team"))
        #expect(stored.fields == record.fields)
        #expect(stored.fields["access_token"]?.containsSecret == true)
        #expect(stored.fields["client_id"]?.containsSecret == false)
        #expect(stored.info.type == "oauth2")
        #expect(stored.info.service == "slack")
        #expect(stored.info.origins == record.origins)
        #expect(stored.info.workflows == record.workflows)
        #expect(stored.info.createdAt == fixture.clock.now())
        #expect(stored.info.isValid)
    }

    @Test func theFileHoldsNoSecretInClear() throws {
        let vault = try fixture.create()
        try vault.add([VaultFixture.full("a"), VaultFixture.bearer("b")])
        try vault.update("b", to: VaultFixture.bearer("b", token: "another-fake-canary"))
        try vault.delete("a")
        let text = String(decoding: readBytes(fixture.path), as: Unicode.ASCII.self)
        #expect(text.contains("bearer"))
        #expect(!text.contains("canary"))
        #expect(!text.contains("slack"))
    }

    @Test func fileAndFolderAreTheOwnersAlone() throws {
        _ = try fixture.create()
        #expect(TemporaryFolder.mode(of: fixture.path) == 0o600)
        #expect(TemporaryFolder.mode(of: fixture.folder.file("data")) == 0o700)
    }

    @Test func showMasksSecretsAndNothingDescribesThem() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        let stored = try vault.show("a")
        #expect(stored.maskedFields == ValueMap([("token", "***"), ("note", "not secret")]))
        var dumped = "\(stored) \(stored.record) \(VaultFixture.bearer("a"))"
        dump(stored, to: &dumped)
        dump(stored.record, to: &dumped)
        #expect(!dumped.contains("canary"))
    }

    @Test func updateKeepsTheNameAndTheDayItWasMade() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.full("a"))
        let made = try vault.show("a").info
        fixture.clock.advance(by: .seconds(60))
        try vault.update("a", to: VaultFixture.bearer("ignored"), isValid: false)
        let stored = try vault.show("a")
        #expect(stored.info.id == made.id)
        #expect(stored.info.name == "a")
        #expect(stored.info.createdAt == made.createdAt)
        #expect(stored.info.updatedAt.since(made.updatedAt) == .seconds(60))
        #expect(!stored.info.isValid)
        #expect(stored.fields.names == ["token", "note"])
        #expect(try vault.verify() == [])
    }

    @Test func renameAndDelete() throws {
        let vault = try fixture.create()
        try vault.add([VaultFixture.full("a"), VaultFixture.bearer("b")])
        try vault.rename("a", to: "c")
        #expect(try vault.show("c").fields == VaultFixture.full("a").fields)
        #expect(try vault.resolve("a") == nil)
        try vault.rename("c", to: "C")
        try vault.delete("C")
        #expect(try vault.list().map(\.name) == ["b"])
        #expect(try vault.verify() == [])
    }

    @Test func aNameIsTakenOnce() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("git-hub"))
        #expect(
            throws: Failure(
                .conflict, "there is already a credential \"git-hub\"", hint: "choose another name, or edit that one",
                code: "credential_exists")
        ) { try vault.add(VaultFixture.bearer("git-hub")) }
        #expect(
            throws: Failure(
                .conflict,
                "the name \"Git.Hub\" is too close to the credential \"git-hub\": both stand for "
                    + "FLOWCTL_CREDENTIAL_GIT_HUB", hint: "choose another name", code: "credential_exists")
        ) { try vault.add(VaultFixture.bearer("Git.Hub")) }
        try vault.add(VaultFixture.bearer("b"))
        #expect(throws: Failure.self) { try vault.rename("b", to: "git_hub") }
    }

    @Test func addingSeveralIsAllOrNothing() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("b"))
        #expect(throws: Failure.self) { try vault.add([VaultFixture.bearer("a"), VaultFixture.bearer("b")]) }
        #expect(try vault.list().map(\.name) == ["b"])
        #expect(try vault.verify() == [])
    }

    @Test(arguments: ["", "-a", ".a", "a b", "a/b", "é", "a\n", String(repeating: "a", count: 101)])
    func someNamesCanNotBe(name: String) throws {
        let vault = try fixture.create()
        let failure = #expect(throws: Failure.self) { try vault.add(VaultFixture.bearer(name)) }
        #expect(failure?.code == "credential_name")
        #expect(
            failure?.hint
                == "use up to 100 letters, digits, \".\", \"_\" and \"-\", starting with a letter or digit")
    }

    @Test func aMissingNameGetsASuggestion() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("slack-team"))
        #expect(
            throws: Failure(
                .notFound, "there is no credential \"slack-taem\" in the vault", hint: "did you mean \"slack-team\"?",
                code: "no_credential")
        ) { try vault.show("slack-taem") }
        #expect(
            throws: Failure(
                .notFound, "there is no credential \"x\" in the vault",
                hint: "list them with: flowctl credentials list", code: "no_credential")
        ) { try vault.delete("x") }
    }

    @Test func aVaultIsMadeOnce() throws {
        _ = try fixture.create()
        #expect(
            throws: Failure(
                .conflict, "there is already a vault at \"\(fixture.path)\"", hint: "use it, or move it away first",
                code: "vault_exists")
        ) { try fixture.create() }
    }

    /// As a process leaves it that is killed while it makes a vault.
    @Test func aVaultThatWasMadeByHalfIsNone() throws {
        try PrivateFile.createFolder(fixture.folder.file("data"))
        writeBytes([], to: fixture.path)
        #expect(!VaultFile.exists(fixture.path))
        #expect(throws: Failure.self) { try fixture.open() }
        _ = try fixture.create()
        #expect(try fixture.open().verify() == [])
    }

    @Test func aFileWithoutTablesIsNoVaultYet() throws {
        try PrivateFile.createFolder(fixture.folder.file("data"))
        let database = try Database.open(fixture.path, privateFile: true, wal: false)
        try database.execute("CREATE TABLE t (a)")
        #expect {
            try fixture.open()
        } throws: {
            ($0 as? Failure)?.code == "not_a_vault"
        }
        #expect(throws: Failure.self) { try fixture.create() }
        try database.execute("DROP TABLE t")
        #expect {
            try fixture.open()
        } throws: {
            ($0 as? Failure)?.code == "no_vault"
        }
        _ = try fixture.create()
    }

    @Test func aVaultBehindALinkIsPrivateAndHasOneName() throws {
        let real = fixture.folder.file("real")
        try PrivateFile.createFolder(real)
        try PrivateFile.createFolder(fixture.folder.file("data"))
        #expect(symlink("../real/vault.db", fixture.path) == 0)
        let vault = try fixture.create()
        #expect(TemporaryFolder.mode(of: real + "/vault.db") == 0o600)
        #expect(vault.path == real + "/vault.db")
        #expect(try fixture.open().path == real + "/vault.db")
        #expect(try VaultFile.status(fixture.path).path == real + "/vault.db")
        chmod(real, 0o755)
        #expect {
            try fixture.open()
        } throws: {
            ($0 as? Failure)?.code == "open_permissions"
        }
        chmod(real, 0o700)
    }

    @Test func twoProcessesMayUseItAtOnce() throws {
        let first = try fixture.create()
        let second = try fixture.open()
        try first.add(VaultFixture.bearer("a"))
        try second.add(VaultFixture.bearer("b"))
        try first.update("b", to: VaultFixture.bearer("b", token: "another-fake"))
        #expect(try second.show("b").fields["token"] == "another-fake")
        #expect(try second.verify() == [])
    }

    @Test func manyThreadsMayUseItAtOnce() async throws {
        let vault = try fixture.create()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try vault.add(VaultFixture.bearer("c\(number)"))
                    _ = try vault.show("c\(number)")
                }
            }
            try await group.waitForAll()
        }
        #expect(try vault.list().count == 8)
    }

    @Test func theSealerOpensOnlyWhatItSealedThere() throws {
        let vault = try fixture.create()
        let box = try vault.sealer().seal([1, 2, 3], context: "run-1/a")
        #expect(try fixture.open().sealer().open(box, context: "run-1/a") == [1, 2, 3])
        let problem = Failure(
            .auth, "a stored secret was sealed with another vault, or was changed",
            hint: "use the vault it was stored with", code: "sealed_elsewhere")
        #expect(throws: problem) { try vault.sealer().open(box, context: "run-1/b") }
        let other = VaultFixture()
        #expect(throws: problem) { try other.create().sealer().open(box, context: "run-1/a") }
    }
}

import FlowCore
import FlowOAuth
import FlowSpec
import FlowStore
import FlowTestKit
import FlowVault
import Glibc
import Testing

/// Renewed tokens that did not get into the vault wait beside it, sealed.
@Suite struct TokenSpillTests {
    private let fixture = VaultFixture()

    private func resolver(_ provider: FakeProvider) -> CredentialResolver {
        CredentialResolver(environment: [:], masker: Masker(), tokens: provider.source) { [fixture] in
            try fixture.open()
        }
    }

    private func token(_ provider: FakeProvider, _ name: String = "work") async throws -> String? {
        try await resolver(provider).credential(named: name, defaultType: nil)?.fields["access_token"]?.stringValue
    }

    /// Lets a renewal end where the process would have died: with the answer beside the vault, and not in it.
    private func renewWithoutSaving(_ provider: FakeProvider) async throws {
        let database = try Database.open(fixture.path, mode: .readWrite)
        try database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON oauth_tokens BEGIN SELECT RAISE(ABORT, 'no room'); END")
        fixture.clock.advance(by: .seconds(3600))
        #expect(try await token(provider) == "access-fake-canary-1")
        try database.execute("DROP TRIGGER full")
        #expect(fixture.renewedFiles.count == 1)
    }

    @Test func aFullDiskIsToldAndTheRunGoesOn() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        #expect(
            provider.warnings.map(\.message) == [
                "the renewed tokens of \"work\" are not in the vault yet: "
                    + "the database \"\(fixture.path)\" refuses the change: no room"
            ])
        #expect(
            provider.warnings.map(\.hint)
                == ["see to that: they are kept beside the vault, and the next command takes them up"])
        for secret in ["access-fake-canary-1", "refresh-fake-canary-1"] {
            let bytes = readBytes(fixture.renewedFiles[0])
            #expect(bytes.firstRange(of: Array(secret.utf8)) == nil)
        }
    }

    /// Under a link as well as under its real name: otherwise two processes would use one refresh token.
    @Test func anotherNameOfTheVaultTakesThemUp() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        let link = fixture.folder.file("link.db")
        #expect(symlink("data/vault.db", link) == 0)
        let vault = try VaultFile.open(link, unlock: .key(VaultFixture.key), clock: fixture.clock)
        #expect(try vault.show("work").fields["refresh_token"] == "refresh-fake-canary-1")
        #expect(fixture.renewedFiles == [])
        #expect(try Folder.list(fixture.folder.file("")).filter { $0.hasPrefix("link.db") } == ["link.db"])
    }

    @Test(.enabled(if: geteuid() == 0, "only root makes files for others"))
    func whatRootMakesBesideTheVaultBelongsToItsOwner() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        #expect(chown(fixture.path, 65534, 65534) == 0)
        try await renewWithoutSaving(provider)
        for path in [fixture.path + "-lock"] + fixture.renewedFiles {
            var info = stat()
            #expect(stat(path, &info) == 0 && info.st_uid == 65534, "\(path)")
        }
    }

    @Test(arguments: [symlink, link]) func aLockThatIsAnotherFileIsRefused(
        _ make: @Sendable (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
    ) async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        let other = fixture.folder.file("other")
        try PrivateFile.write([], to: other)
        if geteuid() == 0 { #expect(chown(fixture.path, 65534, 65534) == 0) }
        #expect(make(other, fixture.path + "-lock") == 0)
        fixture.clock.advance(by: .seconds(3600))
        let failure = await #expect(throws: Failure.self) { try await token(provider) }
        #expect(
            failure?.message == "\"\(fixture.path)-lock\" is no file of its own, and without one no token is renewed")
        #expect(failure?.hint == "look what it is, then delete it: rm \(fixture.path)-lock")
        var info = stat()
        #expect(stat(other, &info) == 0 && info.st_uid == geteuid())
    }

    @Test func whoeverOpensTheVaultNextTakesThemUp() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        let vault = try fixture.open()
        #expect(try vault.show("work").fields["refresh_token"] == "refresh-fake-canary-1")
        #expect(fixture.renewedFiles == [])
        #expect(try vault.verify() == [])
        fixture.clock.advance(by: .seconds(3600))
        #expect(try await token(provider) == "access-fake-canary-2")
        #expect(provider.requests == 2)
    }

    @Test func aCopySaysThatItLacksThemUntilTheVaultIsOpened() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        let copy = fixture.folder.file("copy/vault.db")
        try PrivateFile.createFolder(fixture.folder.file("copy"))
        #expect(try VaultFile.backUp(fixture.path, to: copy, replacing: false) == 1)
        _ = try fixture.open()
        #expect(try VaultFile.backUp(fixture.path, to: copy, replacing: true) == 0)
        let restored = try VaultFile.open(copy, unlock: .key(VaultFixture.key), clock: fixture.clock)
        #expect(try restored.show("work").fields["refresh_token"] == "refresh-fake-canary-1")
    }

    @Test func aVaultThatIsOpenAlreadyTakesThemUpBeforeItAsks() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        let early = resolver(provider)
        let refused = try #require(try await early.credential(named: "work", defaultType: nil))
        try await renewWithoutSaving(provider)
        #expect(try await early.renewed(refused)?.fields["access_token"] == "access-fake-canary-1")
        #expect(provider.requests == 1)
    }

    @Test func theyFollowACredentialThatWasRenamed() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        try vault.rename("work", to: "home")
        #expect(try fixture.open().show("home").fields["refresh_token"] == "refresh-fake-canary-1")
    }

    @Test func theyDoNotTakeThePlaceOfANewLogin() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        var fields = provider.login().fields
        fields["refresh_token"] = .secret("refresh-of-a-new-login")
        try vault.update("work", to: CredentialRecord(name: "work", type: "oauth2", fields: fields))
        #expect(try fixture.open().show("work").fields["refresh_token"] == "refresh-of-a-new-login")
        #expect(fixture.renewedFiles == [])
    }

    @Test func aChangedByteAnywhereMakesThemNothing() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        let path = fixture.renewedFiles[0]
        let whole = readBytes(path)
        let length = 4 + whole.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        for index in [0, 1, 2, 3, 4, 10, 16, 17, length / 2, length - 16, length - 1] {
            var bytes = whole
            bytes[index] ^= 1
            writeBytes(bytes, to: path)
            #expect(try fixture.open().show("work").fields["refresh_token"] == "refresh-fake-canary-0")
            #expect(fixture.renewedFiles == [], "byte \(index)")
        }
        for length in [0, 3, 4, 100] {
            writeBytes(Array(whole.prefix(length)), to: path)
            #expect(try fixture.open().show("work").fields["refresh_token"] == "refresh-fake-canary-0")
        }
        writeBytes(whole, to: path)
        #expect(try fixture.open().show("work").fields["refresh_token"] == "refresh-fake-canary-1")
    }

    @Test func thoseOfOneCredentialAreNotThoseOfAnother() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        let vault = try fixture.create()
        try vault.add([provider.login().record("work"), provider.login().record("home")])
        try await renewWithoutSaving(provider)
        let path = fixture.renewedFiles[0]
        let other = try vault.show("home").info.id
        #expect(rename(path, String(path.dropLast(32)) + other) == 0)
        #expect(try fixture.open().show("home").fields["refresh_token"] == "refresh-fake-canary-0")
        #expect(fixture.renewedFiles == [])
    }

    @Test func whatIsLeftOfADeletedCredentialGoes() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        try vault.delete("work")
        _ = try fixture.open()
        #expect(fixture.renewedFiles == [])
    }

    @Test func whoeverIsAtWorkIsNotDisturbed() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.login().record("work"))
        try await renewWithoutSaving(provider)
        let lock = try fixture.holdEveryLock()
        #expect(try fixture.open().show("work").fields["refresh_token"] == "refresh-fake-canary-0")
        #expect(fixture.renewedFiles.count == 1)
        lock.release()
        #expect(try fixture.open().show("work").fields["refresh_token"] == "refresh-fake-canary-1")
    }

    /// The next request would need the place of the only copy there is.
    @Test func tokensThatCannotBeSavedAreNotRenewedOnceMore() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        let database = try Database.open(fixture.path, mode: .readWrite)
        try database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON oauth_tokens BEGIN SELECT RAISE(ABORT, 'no room'); END")
        let own = resolver(provider)
        func token() async throws -> String? {
            try await own.credential(named: "work", defaultType: nil)?.fields["access_token"]?.stringValue
        }
        fixture.clock.advance(by: .seconds(3600))
        #expect(try await token() == "access-fake-canary-1")
        #expect(try await token() == "access-fake-canary-1")
        fixture.clock.advance(by: .seconds(3600))
        for resolver in [own, self.resolver(provider)] {
            do {
                _ = try await resolver.credential(named: "work", defaultType: nil)
                Issue.record("renewed what was not saved")
            } catch {
                #expect(
                    Failure(error).message == "the database \"\(fixture.path)\" refuses the change: no room")
            }
        }
        #expect(provider.requests == 1)
        try database.execute("DROP TRIGGER full")
        fixture.clock.advance(by: .seconds(10))
        #expect(try await token() == "access-fake-canary-2")
        #expect(provider.requests == 2)
    }

    /// What a machine is given may be lost: it asks again.
    @Test func aMachineGoesOnWhereNothingCanBeSaved() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        try fixture.create().add(provider.machine().record("work"))
        #expect(try await token(provider) == "access-fake-canary-1")
        let database = try Database.open(fixture.path, mode: .readWrite)
        try database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON oauth_tokens BEGIN SELECT RAISE(ABORT, 'no room'); END")
        for number in 2...4 {
            fixture.clock.advance(by: .seconds(3600))
            #expect(try await token(provider) == "access-fake-canary-\(number)")
        }
        #expect(provider.requests == 4)
        try database.execute("DROP TRIGGER full")
        fixture.clock.advance(by: .seconds(3600))
        #expect(try await token(provider) == "access-fake-canary-5")
        #expect(fixture.renewedFiles.isEmpty)
    }

    /// What can't be looked into may be the only copy of something.
    @Test func whatCannotBeReadIsLeftWhereItIs() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        fixture.clock.advance(by: .seconds(3600))
        let path = "\(fixture.path)-renewed-\(try vault.show("work").info.id)"
        #expect(mkdir(path, 0o700) == 0)
        do {
            _ = try await token(provider)
            Issue.record("renewed over what may be tokens")
        } catch {
            let failure = Failure(error)
            #expect(
                failure.message
                    == "the file \"\(path)\", which keeps renewed tokens, can't be read: is a directory")
            #expect(failure.hint == "check the folder it is in")
        }
        #expect(provider.requests == 0)
        rmdir(path)
        #expect(try await token(provider) == "access-fake-canary-1")
    }

    /// Versions never repeat, so that no sealed row of the past fits again.
    @Test func anOldRowOfTokensIsNotTakenForANewOne() async throws {
        let provider = FakeProvider(clock: fixture.clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        let database = try Database.open(fixture.path, mode: .readWrite)
        let table = "oauth_tokens"
        try database.execute("CREATE TABLE copies AS SELECT * FROM \(table)")
        func keep() throws { try database.execute("INSERT INTO copies SELECT * FROM \(table)") }
        for _ in 0..<3 {
            fixture.clock.advance(by: .seconds(3600))
            _ = try await token(provider)
            try keep()
        }
        try vault.update("work", to: provider.login().record("work"))
        fixture.clock.advance(by: .seconds(3600))
        _ = try await token(provider)
        let copies = try database.query("SELECT rowid FROM copies").compactMap { $0[0].intValue }
        #expect(copies.count == 4)
        for copy in copies {
            try database.execute("DELETE FROM \(table)")
            try database.execute("INSERT INTO \(table) SELECT * FROM copies WHERE rowid = \(copy)")
            #expect(throws: Failure.self) { try vault.show("work") }
        }
    }
}

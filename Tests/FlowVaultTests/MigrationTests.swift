import FlowCore
import FlowStore
import FlowTestKit
import Testing

@testable import FlowVault

/// A format that there is not yet, to see what a change of the format does.
@Suite struct MigrationTests {
    private let fixture = VaultFixture()
    private let next =
        VaultSchema.migrations + [
            Migration(VaultSchema.migrations.count + 1, sql: "ALTER TABLE credentials ADD COLUMN colour TEXT")
        ]

    private var kept: String { "\(fixture.path).format-\(VaultSchema.migrations.count).bak" }

    @Test func theVaultOfBeforeIsKept() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.full("a"))
        try VaultSchema.update(try Database.open(fixture.path), to: next)
        #expect(try Database.open(fixture.path).formatVersion == VaultSchema.migrations.count + 1)
        #expect(TemporaryFolder.mode(of: kept) == 0o600)
        let old = try VaultFile.open(kept, unlock: .key(VaultFixture.key), clock: fixture.clock)
        #expect(try old.show("a").fields == VaultFixture.full("a").fields)
        #expect(try old.verify() == [])
    }

    @Test func aNewVaultAndOneOfThisFormatAreNotKept() throws {
        try fixture.create().add(VaultFixture.bearer("a"))
        _ = try fixture.open()
        #expect(try Folder.list(fixture.folder.file("data")) == ["vault.db"])
    }

    @Test func aChangeThatGoesWrongLeavesTheVaultAsItWas() throws {
        _ = try fixture.create()
        let broken =
            VaultSchema.migrations + [
                Migration(VaultSchema.migrations.count + 1) { _ in throw Failure(.invalid, "no such change") }
            ]
        #expect(throws: Failure(.invalid, "no such change")) {
            try VaultSchema.update(try Database.open(fixture.path), to: broken)
        }
        #expect(try fixture.open().verify() == [])
        #expect(try Database.open(fixture.path).formatVersion == VaultSchema.migrations.count)
    }
}

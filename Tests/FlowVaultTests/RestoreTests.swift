import FlowCore
import FlowStore
import FlowTestKit
import FlowVault
import Glibc
import Testing

@Suite struct RestoreTests {
    private let fixture = VaultFixture()
    private let keys = VaultKeys(environmentKey: Base64.encode([UInt8](repeating: 0x42, count: 32)))

    private var copyPath: String { fixture.folder.file("copy.db") }

    private func restore(
        _ copy: [UInt8], to path: String? = nil, replacesOther: Bool = false
    ) throws -> VaultRestoration {
        let source = fixture.folder.file("given.db")
        writeBytes(copy, to: source)
        let descriptor = open(source, O_RDONLY)
        defer { close(descriptor) }
        return try VaultFile.restore(
            descriptor, named: "copy.db", to: path ?? fixture.path, keys: keys, replacesOther: replacesOther,
            clock: fixture.clock)
    }

    @Test func aBackupIsPrivateAndOpens() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.full("a"))
        try VaultFile.backUp(fixture.path, to: copyPath, replacing: false)
        #expect(TemporaryFolder.mode(of: copyPath) == 0o600)
        #expect(
            throws: Failure(.conflict, "there is already a file \"\(copyPath)\"", hint: "name another file")
        ) { try VaultFile.backUp(fixture.path, to: copyPath, replacing: false) }
        try vault.delete("a")
        let restoration = try restore(readBytes(copyPath))
        #expect(restoration.changesLost == 1)
        #expect(restoration.contents.credentials == 1 && restoration.contents.changes == 1)
        #expect(try fixture.open().show("a").fields == VaultFixture.full("a").fields)
        let replaced = try #require(restoration.replaced)
        #expect(replaced.hasPrefix("\(fixture.path).replaced-"))
        #expect(TemporaryFolder.mode(of: replaced) == 0o600)
        #expect(try VaultFile.open(replaced, keys: keys, clock: fixture.clock).list().isEmpty)
    }

    @Test func aBackupIsWholeWhileOthersWrite() async throws {
        let vault = try fixture.create()
        let fixture = fixture
        let copyPath = copyPath
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for number in 0..<20 { try vault.add(VaultFixture.bearer("c\(number)")) } }
            group.addTask {
                for _ in 0..<10 {
                    try VaultFile.backUp(fixture.path, to: copyPath, replacing: true)
                    let copy = try VaultFile.open(copyPath, unlock: .key(VaultFixture.key), clock: fixture.clock)
                    #expect(try copy.verify() == [])
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func aCopyIsRestoredWhereThereIsNone() throws {
        try fixture.create().add(VaultFixture.bearer("a"))
        let copy = readBytes(fixture.path)
        unlink(fixture.path)
        let restoration = try restore(copy)
        #expect(restoration.replaced == nil && restoration.changesLost == nil)
        #expect(try fixture.open().list().map(\.name) == ["a"])
    }

    @Test func aDamagedCopyIsRefused() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        var copy = readBytes(fixture.path)
        let box = try #require(copy.firstRange(of: Array("bearer".utf8)))
        copy[box.lowerBound] ^= 1
        let failure = #expect(throws: Failure.self) { try restore(copy) }
        #expect(
            failure?.message
                == "the copy can't be used: the vault \"copy.db\" was damaged or changed from outside: credential \"a\" is not what was stored"
        )
        let noDatabase = #expect(throws: Failure.self) { try restore(Array("no database at all".utf8)) }
        #expect(noDatabase?.message == "\"copy.db\" is not a database")
        #expect(try vault.show("a").info.name == "a")
        #expect(try Folder.list(fixture.folder.file("data")) == ["vault.db"])
    }

    @Test func aDamagedVaultIsReplacedAndKept() throws {
        try fixture.create().add(VaultFixture.bearer("a"))
        let copy = readBytes(fixture.path)
        writeBytes(Array("rubbish".utf8), to: fixture.path)
        let restoration = try restore(copy)
        #expect(restoration.changesLost == nil)
        #expect(try fixture.open().verify() == [])
        let replaced = try #require(restoration.replaced)
        #expect(readBytes(replaced) == Array("rubbish".utf8))
    }

    @Test func aCopyOfAnotherVaultNeedsToBeMeant() throws {
        let other = VaultFixture()
        try other.create().add(VaultFixture.bearer("b"))
        try fixture.create().add(VaultFixture.bearer("a"))
        #expect(
            throws: Failure(
                .conflict, "the copy is not of the vault \"\(fixture.path)\", but of another one",
                hint: "add --force to replace it all the same", code: "other_vault")
        ) { try restore(readBytes(other.path)) }
        #expect(try fixture.open().list().map(\.name) == ["a"])
        _ = try restore(readBytes(other.path), replacesOther: true)
        #expect(try fixture.open().list().map(\.name) == ["b"])
    }

    /// What a process that was killed amid a change leaves must not be put into another vault.
    @Test func aLeftoverOfTheOldOneIsMovedAway() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        let copy = readBytes(fixture.path)
        for name in ["b", "c", "d"] { try vault.add(VaultFixture.bearer(name)) }
        let journal = try hotJournal()
        unlink(fixture.path)
        writeBytes(journal, to: fixture.path + "-journal")
        #expect(try restore(copy).replaced == nil)
        #expect(try fixture.open().verify() == [])
        #expect(try fixture.open().list().map(\.name) == ["a"])
        let kept = try Folder.list(fixture.folder.file("data")).filter { $0.hasSuffix("-journal") }
        #expect(kept.count == 1 && kept[0].contains(".replaced-"))
    }

    /// Pages as they were before a change that changes the vault's file and is not committed.
    private func hotJournal() throws -> [UInt8] {
        let database = try Database.open(fixture.path, mode: .readWrite)
        try database.execute("PRAGMA cache_size = 1")
        var journal: [UInt8] = []
        try? database.transaction {
            try database.execute("UPDATE credentials SET encrypted_data = zeroblob(50000)")
            try database.execute("CREATE TABLE much (a)")
            try database.execute("INSERT INTO much VALUES (zeroblob(200000))")
            journal = readBytes(fixture.path + "-journal")
            throw Failure(.cancelled, "not meant")
        }
        #expect(journal.count > 4096)
        return journal
    }

    @Test func behindALinkTheVaultItselfIsReplaced() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        let copy = readBytes(fixture.path)
        try vault.delete("a")
        let link = fixture.folder.file("link.db")
        #expect(symlink(fixture.path, link) == 0)
        #expect(try restore(copy, to: link).replaced?.hasPrefix(fixture.path + ".replaced-") == true)
        #expect(try fixture.open().list().map(\.name) == ["a"])
        #expect(RealPath.of(link) == fixture.path)
    }

    @Test func aLargeVaultIsRestored() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a", token: String(repeating: "fake-large-", count: 300_000)))
        try vault.add(VaultFixture.bearer("b"))
        _ = try restore(readBytes(fixture.path))
        #expect(try fixture.open().list().map(\.name) == ["a", "b"])
    }

    @Test func aCopyThatIsNoneIsNotReadToItsEnd() throws {
        let endless = open("/dev/zero", O_RDONLY)
        defer { close(endless) }
        let failure = #expect(throws: Failure.self) {
            try VaultFile.restore(
                endless, named: "zeros", to: fixture.path, keys: keys, replacesOther: false, clock: fixture.clock)
        }
        #expect(failure?.message == "\"zeros\" is not a database")
    }

    @Test func whoHasTheReplacedOneOpenIsToldAtTheNextChange() throws {
        let vault = try fixture.create()
        try vault.add(VaultFixture.bearer("a"))
        _ = try restore(readBytes(fixture.path))
        #expect(try vault.show("a").info.name == "a")
        #expect(
            throws: Failure(
                .conflict,
                "the vault \"\(fixture.path)\" was replaced by another file after this process had opened it",
                hint: "run the command again", code: "vault_replaced")
        ) { try vault.add(VaultFixture.bearer("b")) }
        #expect(try fixture.open().list().map(\.name) == ["a"])
    }
}

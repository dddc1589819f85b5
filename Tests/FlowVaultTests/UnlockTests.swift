import FlowCore
import FlowCrypto
import FlowTestKit
import Glibc
import Synchronization
import Testing

@testable import FlowVault

/// Keeps keys in this process, until it is told that their time is over.
private final class MemoryKeeper: KeyKeeper {
    private let kept = Mutex<[String: [UInt8]]>([:])
    private let lastSeconds = Mutex<UInt32>(0)

    var seconds: UInt32 { lastSeconds.withLock { $0 } }

    func keep(_ bytes: [UInt8], named name: String, seconds: UInt32) {
        kept.withLock { $0[name] = bytes }
        lastSeconds.withLock { $0 = seconds }
    }

    func read(_ name: String) -> [UInt8]? { kept.withLock { $0[name] } }
    func forget(_ name: String) -> Bool { kept.withLock { $0.removeValue(forKey: name) != nil } }
}

@Suite struct UnlockTests {
    private let fixture = VaultFixture()
    private let keeper = MemoryKeeper()

    private func openWithoutAsking() throws -> VaultFile {
        try VaultFile.open(fixture.path, keys: VaultKeys(keeper: keeper), clock: fixture.clock)
    }

    private var locked: Failure {
        Failure(
            .auth, "the vault \"\(fixture.path)\" is locked",
            hint: "run it in a terminal, or \"flowctl vault unlock\" there first", code: "vault_locked")
    }

    @Test func anUnlockedVaultOpensWithoutAsking() throws {
        let vault = try fixture.create(.passphrase("correct fake horse"))
        try vault.add(VaultFixture.bearer("a"))
        #expect(throws: locked) { try openWithoutAsking() }
        let until = try vault.unlock(for: .seconds(8 * 3600), in: keeper)
        #expect(keeper.seconds == 28800)
        #expect(until.since(fixture.clock.now()) == .seconds(28800))
        #expect(try VaultFile.unlockedUntil(fixture.path, in: keeper) == until)
        let opened = try openWithoutAsking()
        #expect(opened.openedBy == nil)
        #expect(try opened.show("a").fields["token"] == "fake-token-canary")
        #expect(try VaultFile.lock(fixture.path, in: keeper))
        #expect(try !VaultFile.lock(fixture.path, in: keeper))
        #expect(try VaultFile.unlockedUntil(fixture.path, in: keeper) == nil)
        #expect(throws: locked) { try openWithoutAsking() }
    }

    @Test func aKeyOfBeforeARekeyOpensNothing() throws {
        let vault = try fixture.create(.passphrase("correct fake horse"))
        try vault.unlock(for: .seconds(60), in: keeper)
        let slot = try #require(vault.openedBy)
        let renewed = try vault.rekey(
            unlock: [slot: .passphrase("correct fake horse")], cost: VaultFixture.cheap)
        #expect(throws: locked) { try openWithoutAsking() }
        #expect(try VaultFile.unlockedUntil(fixture.path, in: keeper) == nil)
        try renewed.unlock(for: .seconds(60), in: keeper)
        #expect(try openWithoutAsking().verify() == [])
    }

    @Test func aKeyThatIsCutOffOpensNothing() throws {
        let vault = try fixture.create(.passphrase("correct fake horse"))
        let name = KeptKey.name(vault.vaultID)
        keeper.keep([1, 2, 3], named: name, seconds: 60)
        #expect(throws: locked) { try openWithoutAsking() }
    }

    @Test(arguments: [Duration.zero, .milliseconds(900), .seconds(30 * 86400 + 1), .seconds(-5)])
    func someTimesAreTooShortOrTooLong(time: Duration) throws {
        let vault = try fixture.create()
        #expect(
            throws: Failure(
                .invalid, "a vault can be unlocked for a second up to 30 days", hint: "write it as 30m, 8h or 2d")
        ) { try vault.unlock(for: time, in: keeper) }
    }

    /// Without the kernel's help, as in containers that forbid these calls, there is nothing to try.
    private static let hasKeyring: Bool = {
        let name = "flowctl test \(getpid())"
        return (try? KernelKeyring().keep([1], named: name, seconds: 5)) != nil
            && (try? KernelKeyring().forget(name)) == true
    }()

    @Test(.enabled(if: hasKeyring, "the kernel keeps no keys for this process"))
    func theKernelKeepsAndForgets() throws {
        let keyring = KernelKeyring()
        let name = "flowctl test \(getpid()) \(Random.bytes(4))"
        #expect(keyring.read(name) == nil)
        #expect(try !keyring.forget(name))
        try keyring.keep([1, 2, 3], named: name, seconds: 60)
        try keyring.keep([4, 5], named: name, seconds: 60)
        #expect(keyring.read(name) == [4, 5])
        #expect(try keyring.forget(name))
        #expect(keyring.read(name) == nil)
    }

    @Test func aKernelThatRefusesIsNamed() {
        #expect(
            KernelKeyring.failure(EPERM)
                == Failure(
                    .permission, "the kernel keeps no keys for this process: operation not permitted",
                    hint: "use a key file or FLOWCTL_VAULT_KEY where it is forbidden, as in many containers",
                    code: "no_kernel_keyring"))
        #expect(KernelKeyring.failure(ENOSYS).message.hasSuffix("function not implemented"))
        #expect(KernelKeyring.failure(EDQUOT).message == "the kernel keeps no more keys for this user")
    }
}

import FlowCore
import FlowTestKit
import Testing

/// A vault over its life: read by another program, killed while it is sealed anew, unlocked for a time.
@Suite(.serialized) struct VaultKeepingTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let token = "xoxb-fake-vault-0123456789"

    private static let hasCryptography = Folder.exists("/usr/lib/python3/dist-packages/cryptography")

    @Test(.enabled(if: hasCryptography, "needs Debian's python3-cryptography"))
    func theFormatIsAsItsPageSays() async throws {
        let machine = try Machine()
        try await machine.makeVault([("team", "slack_bot", VaultKeepingTests.token)], for: "http://127.0.0.1:9")
        let oauth = #"{"access_token":"fake-access","refresh_token":"fake-refresh","scopes":"a/b é"}"#
        let added = try await machine.run("flowctl credentials add grant --type oauth2 --from -", input: oauth)
        #expect(added.exit == 0, "\(added.errors)")
        // All that stands otherwise in JSON than in the name of a file.
        let odd = "a \"b\" \\c é\u{1}\u{7F}.yaml"
        try machine.write("name: odd\nsteps: []\n", to: odd)
        let allowed = try await machine.run("flowctl credentials allow team --workflow '\(odd)'")
        #expect(allowed.exit == 0, "\(allowed.errors)")
        let reader = "python3 \(VaultKeepingTests.root)/scripts/vault-reader '\(machine.vault)' '\(machine.keyFile)'"
        for command in ["true", "flowctl vault rekey", "flowctl vault slots add --key-file second.key"] {
            let changed = try await machine.run(command)
            #expect(changed.exit == 0, "\(changed.errors)")
            let result = try await machine.run(reader)
            let read = try JSON.parse(result.output)
            #expect(read["team"]?["bot_token"] == .string(VaultKeepingTests.token), "\(result.errors)")
            #expect(read["grant"]?["access_token"] == "fake-access")
            #expect(read["grant"]?["refresh_token"] == "fake-refresh")
        }
    }

    /// Every instant: the vault is as it was or as it is to be, whole and open.
    @Test func aKillWhileItIsSealedAnewLosesNothing() async throws {
        let machine = try Machine()
        try await machine.makeVault(
            (0..<12).map { ("c\($0)", "slack_bot", VaultKeepingTests.token) }, for: "http://127.0.0.1:9")
        for wait in 10..<40 {
            let killed = try await machine.run(
                "flowctl vault rekey >/dev/null 2>&1 & sleep 0.0\(wait); kill -9 $!; wait $!")
            #expect([0, 137].contains(killed.exit))
            let result = try await machine.run("flowctl vault verify --output json")
            #expect(result.exit == 0, "\(result.output) \(result.errors)")
            #expect(result.output.contains("\"credentials\":12"))
        }
    }

    /// Whatever is left then is no vault, or a whole one, and never in the way of the next try.
    @Test func aKillWhileItIsMadeIsInNobodysWay() async throws {
        for wait in 10..<34 where wait % 2 == 0 {
            let machine = try Machine()
            _ = try await machine.run("timeout -s KILL 0.0\(wait) flowctl vault init -q >/dev/null 2>&1")
            let result = try await machine.run(
                "flowctl vault verify -q >/dev/null 2>&1 || flowctl vault init && flowctl vault verify")
            #expect(result.exit == 0, "after 0.0\(wait) s: \(result.output)\(result.errors)")
        }
    }

    @Test func aKeyFileOfATryThatWasCutOffIsUsed() async throws {
        let machine = try Machine()
        let made = try await machine.run("flowctl vault init -q && rm '\(machine.vault)'")
        #expect(made.exit == 0, "\(made.errors)")
        try TemporaryFolder.write("", to: machine.vault)
        let again = try await machine.run("flowctl vault status; flowctl vault init && flowctl vault verify")
        #expect(again.errors.hasPrefix("error: there is no vault at "), "\(again.errors)")
        #expect(again.output.contains("\(machine.keyFile), which was there already: keep a copy in a safe place"))
        #expect(again.exit == 0, "\(again.errors)")
    }

    @Test(.enabled(if: Folder.exists("/usr/bin/python3"), "needs python3 for a terminal"))
    func anUnlockedVaultOpensWithoutATerminal() async throws {
        let machine = try Machine(["terminal.py": VaultTests.terminal])
        let passphrase = "fake horse battery staple"
        let made = try await machine.run(
            "python3 terminal.py flowctl vault init --passphrase", input: "\(passphrase)\n\(passphrase)\n")
        #expect(made.exit == 0, "\(made.output)")
        let unlocked = try await machine.run(
            "python3 terminal.py flowctl vault unlock --for 1m", input: passphrase + "\n")
        // The kernel of many containers forbids it, and then that is said.
        if unlocked.output.contains("the kernel keeps no keys for this process") { return }
        #expect(unlocked.output.contains("unlocked until "), "\(unlocked.output)")
        let listed = try await machine.run("setsid -w flowctl credentials list --output json")
        #expect(listed.output == "[]\n" && listed.exit == 0, "\(listed.errors)")
        let locked = try await machine.run("flowctl vault lock")
        #expect(locked.output == "locked\n" && locked.exit == 0, "\(locked.errors)")
        let nobody = try await machine.run("setsid -w flowctl credentials list")
        #expect(
            nobody.errors == """
                error: the vault "\(machine.vault)" is locked
                  hint: run it in a terminal, or "flowctl vault unlock" there first

                """)
        #expect(nobody.exit == 4)
        try machine.expectNoTrace(of: passphrase)
    }
}

import FlowCore
import FlowTestKit
import Glibc
import Testing

/// Vaults that can't or must not be opened, and the three ways to open one.
@Suite(.serialized) struct VaultTests {
    private static let token = "xoxb-fake-vault-0123456789"

    private func machine() async throws -> Machine {
        let machine = try Machine()
        try await machine.makeVault([("team", "slack_bot", VaultTests.token)], for: "http://127.0.0.1:9")
        return machine
    }

    private func expectLocked(
        _ machine: Machine, exit: Int, _ errors: String, variables: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try Folder.bytes(of: machine.vault)
        let result = try await machine.run("flowctl credentials show team", variables: variables)
        #expect(result.errors == errors, sourceLocation: sourceLocation)
        #expect(result.output == "", sourceLocation: sourceLocation)
        #expect(result.exit == exit, sourceLocation: sourceLocation)
        #expect(try Folder.bytes(of: machine.vault) == before, "the vault changed", sourceLocation: sourceLocation)
        try machine.expectNoTrace(of: VaultTests.token, sourceLocation: sourceLocation)
    }

    @Test func theKeyFileOpensItWithoutAnyone() async throws {
        let machine = try await machine()
        let result = try await machine.run("flowctl credentials show team")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.output.contains("bot_token: "))
        try machine.expectNoTrace(of: VaultTests.token)
    }

    @Test func anotherKeyFileDoesNot() async throws {
        let machine = try await machine()
        let other = "\(machine.home)/other.key"
        _ = try await machine.run("head -c 32 /dev/urandom | base64 >other.key && chmod 600 other.key")
        try await expectLocked(
            machine, exit: 4,
            """
            error: the key file "\(other)" does not open the vault "\(machine.vault)"
              hint: give the key file that was made for this vault

            """, variables: ["FLOWCTL_VAULT_KEY_FILE": other])
    }

    @Test func withoutItsKeyFileItStaysLocked() async throws {
        let machine = try await machine()
        try await expectLocked(
            machine, exit: 4,
            """
            error: the vault "\(machine.vault)" is locked
              hint: put its key file at \(machine.home)/none.key

            """, variables: ["FLOWCTL_VAULT_KEY_FILE": "\(machine.home)/none.key"])
    }

    @Test func aPassphraseNeedsATerminal() async throws {
        let machine = try Machine()
        let made = try await machine.run("setsid -w flowctl vault init --passphrase </dev/null")
        #expect(
            made.errors == """
                error: there is no terminal to ask on: new passphrase for the vault
                  hint: give it in a file, on standard input or in a variable; see the command's --help

                """)
        #expect(made.exit == 4)
    }

    @Test func aKeyFromTheEnvironmentIsForContinuousIntegration() async throws {
        let machine = try Machine()
        let key = "ZmFrZS1mYWtlLWZha2UtZmFrZS1mYWtlLWZha2UtMDE="
        let variables = ["FLOWCTL_VAULT_KEY": key]
        let made = try await machine.run("flowctl vault init", variables: variables)
        #expect(made.exit == 0, "\(made.errors)")
        #expect(!Folder.exists(machine.keyFile))
        let added = try await machine.run(
            "flowctl credentials add team --type slack_bot --from -", input: VaultTests.token, variables: variables)
        #expect(added.exit == 0, "\(added.errors)")
        let listed = try await machine.run("flowctl credentials list --output json", variables: variables)
        #expect(listed.output.contains("\"team\""))
        try await expectLocked(
            machine, exit: 4,
            """
            error: FLOWCTL_VAULT_KEY does not open the vault "\(machine.vault)"
              hint: set it to the key that was made for this vault

            """, variables: ["FLOWCTL_VAULT_KEY": "ZmFrZS1mYWtlLWZha2UtZmFrZS1mYWtlLWZha2UtMDI="])
        try await expectLocked(
            machine, exit: 4,
            """
            error: FLOWCTL_VAULT_KEY does not hold a vault key
              hint: a vault key is 32 bytes in base64

            """, variables: ["FLOWCTL_VAULT_KEY": "short"])
        try machine.expectNoTrace(of: key)
    }

    @Test func aVaultOpenToOthersIsRefused() async throws {
        let machine = try await machine()
        chmod(machine.vault, 0o644)
        try await expectLocked(
            machine, exit: 1,
            """
            error: the file "\(machine.vault)" has mode 0644, which is open to others
              hint: run: chmod 600 \(machine.vault)

            """)
    }

    @Test func aKeyFileOpenToOthersIsRefused() async throws {
        let machine = try await machine()
        chmod(machine.keyFile, 0o640)
        try await expectLocked(
            machine, exit: 1,
            """
            error: the file "\(machine.keyFile)" has mode 0640, which is open to others
              hint: run: chmod 600 \(machine.keyFile)

            """)
    }

    @Test func aFlippedByteOfASecretIsNoticed() async throws {
        let machine = try await machine()
        let flip = """
            import sqlite3
            db = sqlite3.connect('\(machine.vault)')
            data = bytearray(db.execute('SELECT encrypted_data FROM credentials').fetchone()[0])
            data[len(data) // 2] ^= 1
            db.execute('UPDATE credentials SET encrypted_data = ?', (bytes(data),))
            db.commit()
            """
        try machine.write(flip, to: "flip.py")
        let flipped = try await machine.run("python3 flip.py")
        #expect(flipped.exit == 0, "\(flipped.errors)")
        let result = try await machine.run("flowctl credentials show team")
        #expect(
            result.errors.hasPrefix("error: the vault \"\(machine.vault)\" was damaged or changed from outside: "),
            "\(result.errors)")
        #expect(result.output == "")
        #expect(result.exit == 1)
        try machine.expectNoTrace(of: VaultTests.token)
    }

    /// Any byte: the secret is either right or not given at all, and nothing crashes.
    @Test func aFlippedByteAnywhereInTheFile() async throws {
        let machine = try await machine()
        let whole = try Folder.bytes(of: machine.vault)
        for part in 0..<12 {
            var bytes = whole
            bytes[Int.random(in: (whole.count * part / 12)..<(whole.count * (part + 1) / 12))] ^= 0x10
            try Folder.write(bytes, to: machine.vault)
            let result = try await machine.run("flowctl credentials show team")
            #expect([0, 1, 4].contains(result.exit), "\(result.errors)")
            #expect(result.exit == 0 || result.errors.hasPrefix("error: "))
        }
        try Folder.write(whole, to: machine.vault)
        #expect(try await machine.run("flowctl credentials show team").exit == 0)
    }

    @Test(.enabled(if: Folder.exists("/usr/bin/python3"), "needs python3 for a terminal"))
    func aPassphraseIsAskedForOnTheTerminalWithoutEcho() async throws {
        let machine = try Machine(["terminal.py": VaultTests.terminal])
        let passphrase = "fake horse battery staple"
        func answer(_ answers: [String], _ command: String) async throws -> ChildProcess.Result {
            try await machine.run("python3 terminal.py \(command)", input: answers.joined(separator: "\n") + "\n")
        }
        let made = try await answer([passphrase, passphrase], "flowctl vault init --passphrase")
        #expect(made.output.contains("new passphrase for the vault: "))
        #expect(made.output.contains("made the vault \(machine.vault)"))
        #expect(made.exit == 0)
        let listed = try await answer([passphrase], "flowctl credentials list --output json")
        #expect(listed.output.contains("passphrase of the vault: "))
        #expect(listed.output.contains("[]"))
        #expect(listed.exit == 0)
        let wrong = try await answer(["fake horse battery stable"], "flowctl credentials list")
        #expect(
            wrong.output.contains(
                "error: the passphrase does not open the vault \"\(machine.vault)\"\r\n"), "\(wrong.output)")
        #expect(wrong.exit == 4)
        try machine.expectNoTrace(of: passphrase)
        try machine.expectNoTrace(of: "fake horse battery stable")
        let nobody = try await machine.run("setsid -w flowctl credentials list")
        #expect(nobody.errors.hasPrefix("error: the vault \"\(machine.vault)\" is locked\n"), "\(nobody.errors)")
        #expect(nobody.exit == 4)
    }

    @Test func aLongSecretComesWholeFromTheTerminal() async throws {
        let machine = try Machine()
        try await machine.makeVault([], for: "")
        let token = String(repeating: "fake-long-", count: 600)
        let terminal = try machine.terminal("setsid -cw flowctl credentials add long --type bearer --host api.example")
        try await terminal.see("): ")
        terminal.type(token + "\n")
        try await terminal.see("added long of type bearer")
        #expect(try await terminal.finish() == 0)
        let exported = try await machine.run("flowctl credentials export long --plaintext --yes")
        #expect(exported.output.contains("\"\(token)\""))
    }

    @Test func controlCEndsAHiddenPromptAtOnce() async throws {
        let machine = try Machine()
        let terminal = try machine.terminal("setsid -cw flowctl vault init --passphrase")
        try await terminal.see("new passphrase for the vault: ")
        terminal.type("fake horse\u{3}")
        try await terminal.see("error: cancelled at the prompt")
        #expect(try await terminal.finish() == 5)
        #expect(!Folder.exists(machine.vault))
    }

    @Test func aSignalAtAHiddenPromptPutsTheTerminalBack() async throws {
        let machine = try Machine()
        let asking = "echo $$ >pid; exec flowctl vault init --passphrase"
        let terminal = try machine.terminal(
            "setsid -cw sh -c 'sh -c \"$ASKING\"; stty -a'", variables: ["ASKING": asking])
        try await terminal.see("new passphrase for the vault: ")
        let process = try #require(pid_t(machine.read("pid").filter(\.isNumber)))
        #expect(kill(process, SIGTERM) == 0)
        try await terminal.see("isig icanon iexten echo ")
        #expect(try await terminal.finish() == 0)
    }

    /// Runs a command on a terminal of its own and answers its questions with the lines of standard input.
    static let terminal = """
        import os, pty, sys
        answers = sys.stdin.read().splitlines()
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(sys.argv[1], sys.argv[1:])
        seen = b''
        while True:
            try:
                data = os.read(terminal, 1000)
            except OSError:
                break
            if not data:
                break
            seen += data
            sys.stdout.buffer.write(data)
            if answers and seen.endswith(b': '):
                os.write(terminal, answers.pop(0).encode() + b'\\n')
        _, status = os.waitpid(pid, 0)
        sys.stdout.flush()
        sys.exit(os.waitstatus_to_exitcode(status))
        """
}

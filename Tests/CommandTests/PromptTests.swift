import FlowTestKit
import Testing

@testable import FlowCLI

/// What asks on a terminal, with a double in its place.
@Suite struct PromptTests {
    /// Runs commands one after the other in a home of their own.
    private func run(_ commands: [[String]], answers: [String]) async throws -> (
        output: String, notes: String, status: FlowCLI.ExitStatus, questions: [String]
    ) {
        let home = try Folder.temporary()
        defer { Folder.delete(home) }
        let prompt = FakePrompt(answers)
        let output = BufferChannel()
        let notes = BufferChannel()
        var status = FlowCLI.ExitStatus.success
        for command in commands {
            status = await CommandLineTool.run(
                command, environment: ["HOME": home, "PATH": "/usr/bin:/bin"], workingDirectory: home,
                streams: .init(output: output, notes: notes), prompt: prompt)
        }
        return (output.text, notes.text, status, prompt.questions)
    }

    @Test func credentialFieldsAreAskedForSecretsWithoutEcho() async throws {
        let result = try await run(
            [
                ["vault", "init", "--quiet"], ["credentials", "add", "login", "--type", "basic"],
                ["credentials", "show", "login"],
            ], answers: ["ada", "fake-password-000"])
        #expect(result.questions == ["username (The user name)", "*password (The password)"])
        #expect(
            result.output.hasSuffix("added login of type basic\nlogin  basic\n  username: ada\n  password: \"***\"\n"))
        #expect(!(result.output + result.notes).contains("fake-password"))
    }

    @Test func aPassphraseIsAskedForTwiceAndOpensTheVault() async throws {
        let result = try await run(
            [["vault", "init", "--passphrase"], ["credentials", "list"]],
            answers: ["correct horse", "correct horse", "correct horse"])
        #expect(
            result.questions == ["*new passphrase for the vault", "*the same again", "*passphrase of the vault"])
        #expect(result.notes == "no credentials yet; add one with: flowctl credentials add NAME --type TYPE\n")
        #expect(result.status == .success)
    }

    @Test func aWrongPassphraseIsAMissingCredential() async throws {
        let result = try await run(
            [["vault", "init", "--passphrase"], ["credentials", "list"]],
            answers: ["correct horse", "correct horse", "battery staple"])
        #expect(result.notes.contains("error: the passphrase does not open the vault"))
        #expect(result.notes.contains("hint: check the passphrase and the layout of the keyboard"))
        #expect(result.status == .auth)
    }

    @Test func passphrasesThatDifferMakeNoVault() async throws {
        let result = try await run(
            [["vault", "init", "--passphrase"], ["vault", "status"]], answers: ["correct horse", "correct house"])
        #expect(result.notes.contains("error: the two passphrases differ\n  hint: run the command again\n"))
        #expect(result.notes.contains("error: there is no vault at"))
    }

    @Test func aShortPassphraseIsRefused() async throws {
        let result = try await run([["vault", "init", "--passphrase"]], answers: ["short", "short"])
        #expect(result.notes == "error: the passphrase is shorter than 8 bytes\n  hint: take a longer one\n")
    }

    @Test func deletionIsAskedFor() async throws {
        let result = try await run(
            [
                ["vault", "init", "--quiet"], ["credentials", "add", "api", "--type", "bearer"],
                ["credentials", "delete", "api"], ["credentials", "list"],
            ], answers: ["fake-token-000", "no"])
        #expect(result.questions.last == "delete the credential \"api\"? [y/N]")
        #expect(result.output.contains("api         bearer"))
    }
}

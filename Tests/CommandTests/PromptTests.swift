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

    @Test func aWrongFieldIsAskedForAgainWithTheReason() async throws {
        let result = try await run(
            [
                ["vault", "init", "--quiet"], ["credentials", "add", "slack"], ["credentials", "show", "slack"],
            ], answers: ["", "xapp-fake-000", "Bearer xoxb-fake-000", "xoxb-fake-000", "slack.corp.example", ""])
        #expect(
            result.notes == """
                An app's bot token, from the app's page under OAuth & Permissions.
                Get one at https://api.slack.com/apps
                  it is needed
                  that is an app-level token, which starts with xapp-: give the one that starts with xoxb- or xoxe.xoxb-
                  that has "Bearer" in front of it: give the token alone; flowctl adds the rest
                  that is no address: write it whole, as in https://example.com
                try it with: flowctl credentials test slack

                """)
        #expect(result.output.contains("added slack of type slack_bot\n"))
        #expect(!(result.output + result.notes).contains("fake-000"))
    }

    @Test func aTypeIsChosenByNumberOrName() async throws {
        let result = try await run(
            [["vault", "init", "--quiet"], ["credentials", "add", "api"], ["credentials", "add", "mail"]],
            answers: ["0", "bearr", "1", "fake-token-000", "basic", "ada", "fake-pass-000"])
        #expect(result.notes.contains(" 1  bearer"))
        #expect(result.notes.contains("there is no such type: give a number from 1 to "))
        #expect(result.notes.contains("there is no such type: did you mean \"bearer\"?"))
        #expect(result.output.hasSuffix("added api of type bearer\nadded mail of type basic\n"))
    }

    @Test func fieldsOfACustomCredentialAreNamedOneByOne() async throws {
        let result = try await run(
            [
                ["vault", "init", "--quiet"], ["credentials", "add", "door", "--type", "custom"],
                ["credentials", "show", "door"],
            ], answers: ["", "user", "ada", "pin secret", "fake-pin-000", "a b c", ""])
        #expect(result.questions.contains("name of a field, with \"secret\" behind it where it is one"))
        #expect(result.questions.contains("*pin"))
        #expect(result.notes.contains("a credential needs a field"))
        #expect(result.notes.contains("that is no name: write it as user, or as token secret"))
        #expect(result.output.hasSuffix("door  custom\n  user: ada\n  pin: \"***\"\n"))
    }

    @Test func anEmptyAnswerKeepsWhatIsThere() async throws {
        let result = try await run(
            [
                ["vault", "init", "--quiet"], ["credentials", "add", "login", "--type", "basic"],
                ["credentials", "edit", "login"], ["credentials", "edit", "login", "--set", "password"],
                ["credentials", "edit", "login"], ["credentials", "show", "login"],
            ], answers: ["ada", "fake-password-000", "grace", "", "fake-password-111", "", ""])
        #expect(result.questions[2...3] == ["username (The user name) [ada]", "*password (The password) [***]"])
        #expect(
            result.output.contains("changed username of login\nchanged password of login\nnothing changes of login\n"))
        #expect(result.output.hasSuffix("username: grace\n  password: \"***\"\n"))
    }

    @Test func aKeyFileIsGivenByItsPath() async throws {
        let result = try await run(
            [["vault", "init", "--quiet"], ["credentials", "add", "robot", "--type", "service_account"]],
            answers: ["{\"type\": \"service_account\"}", "missing.json"])
        #expect(result.questions.first == "key (The JSON file), the path of the file")
        #expect(result.notes.contains("that is the content itself: give the path of the file it stands in"))
        #expect(result.notes.contains("can't read the file \"missing.json\": no such file or directory"))
    }
}

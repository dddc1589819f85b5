import FlowCore
import FlowTestKit
import Testing

/// Credentials that go from one machine to another, sealed with the real age.
@Suite(.serialized) struct SharingTests {
    private static let hasAge = Folder.exists("/usr/bin/age")
    private static let token = "xoxb-fake-shared-0123456789"

    /// A machine with the credentials `team`, which is for one host, and `grant`, a login.
    private func sender() async throws -> Machine {
        let machine = try Machine()
        try await machine.makeVault([("team", "slack_bot", SharingTests.token)], for: "https://slack.example")
        let login = #"{"access_token":"fake-access-0123","refresh_token":"fake-refresh-0123","client_id":"app"}"#
        let added = try await machine.run("flowctl credentials add grant --type oauth2 --from -", input: login)
        #expect(added.exit == 0, "\(added.errors)")
        return machine
    }

    private func receiver() async throws -> (machine: Machine, recipient: String) {
        let machine = try Machine()
        try await machine.makeVault([], for: "")
        let made = try await machine.run("age-keygen -o key.txt && age-keygen -y key.txt")
        return (machine, made.output.split(separator: "\n").last.map(String.init) ?? "")
    }

    @Test(.enabled(if: hasAge, "needs the program age"))
    func whatIsSealedToSomebodyOpensThere() async throws {
        let sender = try await sender()
        let (receiver, recipient) = try await receiver()
        let sent = try await sender.run("flowctl credentials export team grant --to \(recipient) -o team.age")
        #expect(sent.output == "wrote 2 credentials to team.age\n")
        #expect(
            sent.errors == "left out the tokens of grant: log in there with \"flowctl credentials login\"\n")
        #expect(try await sender.run("stat -c %a team.age").output == "600\n")
        try sender.expectNoTrace(of: SharingTests.token)
        try receiver.write(sender.read("team.age"), to: "team.age")

        // The age of others opens it, too.
        let plain = try await receiver.run("age --decrypt --identity key.txt team.age")
        let document = try JSON.parse(plain.output)
        #expect(document["credentials"]?.listValue?.first?["fields"]?["bot_token"] == .string(SharingTests.token))
        #expect(!plain.output.contains("fake-refresh-0123"))

        let locked = try await receiver.run("flowctl credentials import team.age")
        #expect(
            locked.errors == """
                error: "team.age" is sealed with age
                  hint: say where your private key is with --identity

                """)
        #expect(locked.exit == 2)
        let taken = try await receiver.run(
            "flowctl credentials import team.age --identity key.txt --rename grant=theirs")
        #expect(
            taken.output == "imported team of type slack_bot\nimported theirs of type oauth2\n", "\(taken.errors)")
        let shown = try await receiver.run("flowctl credentials list --output json")
        #expect(shown.output.contains(#""hosts":["https://slack.example"]"#), "\(shown.output)")
        let again = try await receiver.run("flowctl credentials import team.age --identity key.txt")
        #expect(
            again.errors == """
                error: there is already a credential "team"
                  hint: add --replace, or --rename team=NAME

                """)
        let replaced = try await receiver.run("flowctl credentials import team.age --identity key.txt --replace")
        #expect(replaced.exit == 0, "\(replaced.errors)")
        #expect(try await receiver.run("flowctl vault verify").exit == 0)
    }

    @Test(.enabled(if: hasAge, "needs the program age"))
    func whatOthersSealedWithAgeOpensHere() async throws {
        let (receiver, recipient) = try await receiver()
        let document = """
            {"flowctl_credentials": 1, "credentials": [{"name": "api", "type": "bearer",
              "fields": {"token": "\(SharingTests.token)"}, "secret": ["token"]}]}
            """
        let sealed = try await receiver.run("age -r \(recipient) -o api.age", input: document)
        #expect(sealed.exit == 0, "\(sealed.errors)")
        let taken = try await receiver.run("flowctl credentials import - --identity key.txt <api.age")
        #expect(taken.output == "imported api of type bearer\n", "\(taken.errors)")
        let other = try await receiver.run(
            "age-keygen -o other.txt; flowctl credentials import api.age --identity other.txt")
        #expect(
            other.errors.contains("error: age could not open the file: no identity matched any of the recipients"),
            "\(other.errors)")
        #expect(other.exit == 1)
    }

    @Test(.enabled(if: hasAge && Folder.exists("/usr/bin/ssh-keygen"), "needs the programs age and ssh-keygen"))
    func aKeyOfSSHIsARecipient() async throws {
        let sender = try await sender()
        let made = try await sender.run("ssh-keygen -q -t ed25519 -N '' -f id && cp id.pub keys.txt")
        #expect(made.exit == 0, "\(made.errors)")
        for to in ["--to \"$(cat id.pub)\"", "--to-file keys.txt"] {
            let opened = try await sender.run(
                "flowctl credentials export team \(to) | flowctl credentials import - --identity id --replace")
            #expect(opened.output == "imported team of type slack_bot\n", "\(opened.errors)")
        }
    }

    @Test func inClearItMustBeMeant() async throws {
        let sender = try await sender()
        let asked = try await sender.run("setsid -w flowctl credentials export team --plaintext")
        #expect(
            asked.errors == """
                error: there is no terminal to ask on
                  hint: add --yes to write them in clear without being asked

                """)
        #expect(asked.exit == 2 && asked.output == "")
        let (receiver, _) = try await receiver()
        let plain = try await sender.run("flowctl credentials export team grant --with-tokens --plaintext --yes")
        #expect(plain.output.contains(SharingTests.token) && plain.output.contains("fake-refresh-0123"))
        #expect(plain.errors.hasPrefix("warning: the refresh token of grant will be in two places"))
        try receiver.write(plain.output, to: "plain.json")
        let taken = try await receiver.run("flowctl credentials import plain.json")
        #expect(taken.output == "imported team of type slack_bot\nimported grant of type oauth2\n")
        #expect(taken.errors == "plain.json holds secrets in clear: delete it\n")
    }

    @Test func withoutAgeItIsSaidWhereToGetIt() async throws {
        let sender = try await sender()
        let recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
        let result = try await sender.run(
            "mkdir bin; ln -s $(command -v flowctl) bin; PATH=$PWD/bin; flowctl credentials export team --to \(recipient)"
        )
        #expect(
            result.errors == """
                error: the program age is not there, which seals credentials for others
                  hint: install it: apt install age, or see https://age-encryption.org

                """)
        #expect(result.exit == 1)
    }

    @Test(arguments: [
        ("--to nobody", "error: \"nobody\" is no recipient\n"),
        ("--to AGE-SECRET-KEY-1FAKE", "error: that recipient is a secret key\n"),
        ("", "error: say for whom, with --to or --to-file\n"),
        ("--plaintext --to age1x", "error: what is sealed to somebody is not in clear\n"),
    ])
    func whoCanNotBeARecipientIsNamed(options: String, message: String) async throws {
        let machine = try Machine()
        let result = try await machine.run("flowctl credentials export team \(options)")
        #expect(result.errors.hasPrefix(message), "\(result.errors)")
        #expect(result.exit == 2)
    }

    @Test(arguments: [
        ("{}", "error: \"x.json\" holds no credentials\n"), ("fake-canary", "error: \"x.json\" holds no credentials\n"),
        (#"{"flowctl_credentials": 2}"#, "error: \"x.json\" was written by a newer flowctl\n"),
        (#"{"flowctl_credentials": 1}"#, "error: \"x.json\" can't be read: it has no list of credentials\n"),
        (
            #"{"flowctl_credentials": 1, "credentials": [{"name": "a"}]}"#,
            "error: \"x.json\" can't be read: its credential 1 lacks a name, a type or fields\n"
        ),
        (
            #"{"flowctl_credentials": 1, "credentials": [{"name": "a", "type": "bearer", "fields": {}, "hosts": [""]}]}"#,
            "error: \"x.json\" can't be read: its credential 1 has hosts that are none\n"
        ),
        (
            #"{"flowctl_credentials": 1, "credentials": [{"name": "a", "type": "bearer", "fields": {}}]}"#,
            "error: the credential \"a\" has no \"token\", which the type bearer needs\n"
        ),
    ])
    func whatIsNoExportIsRefused(text: String, message: String) async throws {
        let machine = try Machine(["x.json": text])
        try await machine.makeVault([], for: "")
        let result = try await machine.run("flowctl credentials import x.json")
        #expect(result.errors.hasPrefix(message), "\(result.errors)")
        #expect(result.exit == 1)
        #expect(!result.errors.contains("canary"))
    }
}

import FlowSpec
import Testing

/// What a field objects to, and that it never repeats what was given.
@Suite struct FieldFormTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var form: FieldForm
        var text: String
        /// nil where nothing is wrong.
        var objection: String?

        init(_ kind: FieldForm.Kind, _ text: String, _ objection: String? = nil) {
            self.init(FieldForm(kind), text, objection)
        }

        init(_ form: FieldForm, _ text: String, _ objection: String? = nil) {
            self.form = form
            self.text = text
            self.objection = objection
        }

        var testDescription: String { "\(form.kind): \(text)" }
    }

    private static let bot = FieldForm(
        .token, prefixes: ["xoxb-", "xoxe.xoxb-"], mistakes: [.init("xapp-", "an app-level token")])
    private static let pem = "-----BEGIN PRIVATE KEY-----\nZmFrZQ==\n-----END PRIVATE KEY-----"
    private static let account = """
        {"type": "service_account", "client_email": "bot@project.example", "private_key": \
        "-----BEGIN PRIVATE KEY-----\\nZmFrZQ==\\n-----END PRIVATE KEY-----\\n", "token_uri": "https://example.com/token"}
        """

    private static let tokens: [Case] = [
        Case(.token, "fake-token-000"),
        Case(.token, "\"fake-token-000\"", "stands in quotes: give it without them"),
        Case(.token, "“fake-token-000”", "stands in quotes: give it without them"),
        Case(
            .token, "Bearer fake-token-000",
            "has \"Bearer\" in front of it: give the token alone; flowctl adds the rest"),
        Case(
            .token, "authorization: Bearer fake-token-000",
            "has \"Authorization:\" in front of it: give the token alone; flowctl adds the rest"),
        Case(.token, "fake\ntoken", "holds a line break or control character: copy it again without"),
        Case(.token, "fake token", "holds a space: copy it again, all of it and nothing else"),
        Case(.token, "fake…token", "holds a character that no token has: copy it again where it is shown in full"),
        Case(.token, "{\"token\": \"fake\"}", "is JSON: give the token in it alone"),
        Case(.token, "-----BEGIN CERTIFICATE-----", "is a key or certificate in PEM: give a token"),
        Case(bot, "xoxb-fake-000"), Case(bot, "xoxe.xoxb-fake-000"),
        Case(
            bot, "xapp-fake-000",
            "is an app-level token, which starts with xapp-: give the one that starts with xoxb- or xoxe.xoxb-"),
        Case(
            bot, "fake-000",
            "does not start with xoxb- or xoxe.xoxb-: give the one that starts with xoxb- or xoxe.xoxb-"),
    ]

    private static let placeholders: [Case] =
        [
            "xxx", "xoxb-xxxxxxxx", "ghp_...", "<token>", "${TOKEN}", "$SLACK_TOKEN", "{{ token }}", "***",
            "your-token-here",
            "YOUR_API_KEY", "changeme", "…",
        ].map { Case(.token, $0, "is a placeholder: put what the service gave you in its place") }
        + [Case(.password, "<password>", "is a placeholder: put what the service gave you in its place")]
        // A word that stands for nothing elsewhere may be one to choose.
        + [Case(FieldForm(.text, choices: ["tls", "none"]), "none")]
        + ["changeme", "\"quoted\" and spaced", "xxx", "$ecret", "token"].map { Case(.password, $0) }

    private static let addresses: [Case] = [
        Case(.url, "https://cloud.example.com:8443/base"),
        Case(.url, "cloud.example.com", "is no address: write it whole, as in https://example.com"),
        Case(
            .url, "https://ada:fake@example.com/x",
            "holds a user name or password: leave it out; other fields are for that"),
        Case(.host, "mail.example.com"), Case(.host, "localhost"), Case(.host, "::1"), Case(.host, "bücher.example"),
        Case(
            .host, "https://mail.example.com",
            "is no host: write its name alone, as in mail.example.com, without https:// or port"),
        Case(
            .host, "mail.example.com:25",
            "is no host: write its name alone, as in mail.example.com, without https:// or port"),
        Case(.port, "587"), Case(.port, "0", "is no port: give a number from 1 to 65535"),
        Case(.port, "smtp", "is no port: give a number from 1 to 65535"),
        Case(.email, "ada@example.com"), Case(.email, "ada", "is no mail address: write it as ada@example.com"),
        Case(.header, "X-API-Key"),
        Case(.header, "X-API-Key:", "is no name of a header: write the name alone, as in X-API-Key"),
        Case(.region, "eu-central-1"),
        Case(.region, "Frankfurt", "is no region: write its short name, as in eu-central-1"),
        Case(.number, "1.5"), Case(.number, "many", "is no number: give digits, such as 30"),
        Case(.date, "2030-01-31"), Case(.date, "2030-01-31T09:00:00+02:00"),
        Case(.date, "31.1.2030", "is no date: write it as 2030-01-31 or 2030-01-31T09:00:00Z"),
        Case(FieldForm(.text, choices: ["tls", "none"]), "tls"),
        Case(
            FieldForm(.text, choices: ["tls", "none"]), "ssl",
            "is none of the values it may have: give one of tls, none"),
    ]

    private static let keys: [Case] = [
        Case(.privateKey, pem),
        Case(
            .privateKey, "fake", "is no key in PEM: give the file that starts with -----BEGIN PRIVATE KEY-----"),
        Case(
            .privateKey, "-----BEGIN PUBLIC KEY-----\nZmFrZQ==\n-----END PUBLIC KEY-----",
            "is a public key, not a private key: give the file that starts with -----BEGIN PRIVATE KEY-----"),
        Case(
            .privateKey, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nZmFrZQ==\n-----END ENCRYPTED PRIVATE KEY-----",
            "is locked with a pass phrase: take the pass phrase off, as with: openssl pkey -in key.pem -out open.pem"),
        Case(
            .privateKey, "-----BEGIN PRIVATE KEY-----\nZmFrZQ==",
            "is only a part of a key: give the whole file, to its line -----END PRIVATE KEY-----"),
        Case(.serviceAccount, account),
        Case(.serviceAccount, "key.json", "is no JSON: give the key file that was downloaded when the key was made"),
        Case(
            .serviceAccount, "{\"installed\": {}}",
            "is the file of an OAuth client: "
                + "give the key file of a service account, in which \"type\" is \"service_account\""),
        Case(
            .serviceAccount, "{\"type\": \"service_account\", \"client_email\": \"bot@project.example\"}",
            "lacks \"private_key\": download a new key file"),
        Case(.accessKeyID, "AKIAIOSFODNN7EXAMPLE"), Case(.accessKeyID, "minio-admin"),
        Case(
            .accessKeyID, "AKIAIOSFODNN7",
            "is not the 20 capitals and digits of an id: give the id of an access key, such as AKIAIOSFODNN7EXAMPLE"),
        Case(
            .accessKeyID, "AROAIOSFODNN7EXAMPLE",
            "is the id of a role, not of an access key: give the id of an access key, such as AKIAIOSFODNN7EXAMPLE"),
        Case(
            .accessKeyID, "fake/secret+fake",
            "looks like the secret of the key: give the id of an access key, such as AKIAIOSFODNN7EXAMPLE"),
    ]

    @Test(arguments: tokens + placeholders + addresses + keys) func saysWhatIsExpected(_ given: Case) {
        var objection: String?
        do {
            try given.form.check(given.text)
        } catch {
            objection = "\(error.reason): \(error.remedy)"
        }
        #expect(objection == given.objection)
    }

    @Test func whatCopyingLeavesAtTheEndsIsTakenAway() {
        #expect(FieldForm(.token).trimmed(" fake-token \r\n") == "fake-token")
        #expect(FieldForm(.password).trimmed(" fake word \n") == " fake word ")
        #expect(FieldForm(.token).trimmed(" \n").isEmpty)
    }
}

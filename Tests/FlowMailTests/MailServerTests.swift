import FlowCore
import FlowSpec
import Testing

@testable import FlowMail

@Suite struct MailServerTests {
    private func server(
        for service: MailServer.Service = .imap, type: String? = nil, _ fields: Value
    ) throws(Failure) -> MailServer {
        try MailServer(
            service, Credential(name: "mail", type: type ?? service.rawValue, fields: fields.mapValue ?? ValueMap()))
    }

    @Test func aPortSaysHowItIsEncrypted() throws {
        let login: (Value) -> Value = { ["host": "mail.test", "port": $0, "username": "ada", "password": "not-real"] }
        #expect(try server(login("993")).url == "imaps://mail.test:993")
        #expect(try server(login("143")).security == .starttls)
        #expect(try server(login("10993")).security == .tls)
        #expect(try server(for: .smtp, login("465")).security == .tls)
        #expect(try server(for: .smtp, login("2525")).security == .starttls)
        #expect(try server(login(1143)).port == 1143)
    }

    @Test func aGrantKnowsTheServersOfItsProvider() throws {
        let google = try server(
            type: "oauth2", ["provider": "google", "account": "ada@example.com", "access_token": .secret("not-real")])
        #expect(google.url == "imaps://imap.gmail.com:993")
        #expect(google.user == "ada@example.com")
        #expect(google.isTokenHolder)
        let microsoft = try server(
            for: .smtp, type: "oauth2",
            ["provider": "microsoft", "account": "ada", "access_token": .secret("not-real")])
        #expect(microsoft.url == "smtp://smtp.office365.com:587")
    }

    @Test func aGrantOfAnotherProviderNeedsAnAddress() throws {
        let own = try server(
            type: "oauth2",
            ["base_url": "https://mail.test:10993", "account": "ada", "access_token": .secret("not-real")])
        #expect(own.url == "imaps://mail.test:10993")
        #expect(
            throws: Failure(
                .auth, "credential \"mail\" of type oauth2 doesn't say where the mailbox is",
                hint: "add base_url to it, as in https://mail.example.com", nothingSent: true)
        ) { try server(type: "oauth2", ["account": "ada", "access_token": .secret("not-real")]) }
    }

    @Test func aFieldThatIsMissingIsNamed() {
        #expect(
            throws: Failure(
                .auth, "credential \"mail\" of type imap has no password", hint: "add the password, or an app password",
                nothingSent: true)
        ) { try server(["host": "mail.test", "username": "ada"]) }
    }

    @Test func aUserNameMustNotEndACommand() {
        #expect(
            throws: Failure(
                .auth, "the field \"username\" of credential \"mail\" of type imap holds a control character",
                hint: "enter it again without", nothingSent: true)
        ) { try server(["host": "mail.test", "username": "ada\r\nA2 DELETE INBOX", "password": "not-real"]) }
    }

    @Test func aMockIsNoMailServer() {
        var credential = Credential(name: "email", type: "imap", fields: ValueMap())
        credential.source = .mock
        #expect(
            throws: Failure(
                .invalid, "mail can't be mocked",
                hint: "use a server of your own for tests, or leave these steps out with if:", nothingSent: true)
        ) { try MailServer(.imap, credential) }
    }

    @Test func aCredentialForTheOtherHalfOfMailIsRefused() {
        #expect(
            throws: Failure(
                .auth, "credential \"mail\" of type imap is not for sending mail",
                hint: "add one: flowctl credentials add smtp --type smtp", nothingSent: true)
        ) { try server(for: .smtp, type: "imap", ["host": "mail.test"]) }
    }

    @Test func sendingNeedsNoLoginAndMayHaveAToken() throws {
        let open = try server(for: .smtp, ["host": "mail.test", "security": "none", "helo_name": "my.test"])
        #expect(open.url == "smtp://mail.test:25/my.test")
        #expect(open.user == "")
        let token = try server(for: .smtp, ["host": "mail.test", "username": "ada", "token": .secret("not-real")])
        #expect(token.isTokenHolder)
        #expect(
            throws: Failure(
                .auth, "credential \"mail\" of type smtp has no username", hint: "add the name of the account to it",
                nothingSent: true)
        ) { try server(for: .smtp, ["host": "mail.test", "password": .secret("not-real")]) }
    }
}

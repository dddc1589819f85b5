import FlowCore
import FlowTestKit
import Glibc
import Testing

/// `credentials login` and `logout` of the real binary, at a provider that refuses whatever is not to the letter.
@Suite struct LoginTests {
    private let client = "--client-id fake-client"
    private let secret = "--client-secret-file secret.txt"

    private func machine() async throws -> Machine {
        let machine = try Machine(["secret.txt": "fake-client-secret\n"])
        try await machine.makeVault([], for: "")
        return machine
    }

    /// Starts a login and goes to the page that it names, as a browser would.
    private func logIn(
        _ machine: Machine, _ arguments: String, before: (String) async throws -> Void = { _ in }
    ) async throws -> ChildProcess.Result {
        let running = try machine.start("flowctl credentials login \(arguments) --no-browser")
        let url = try await page(of: running)
        try await before(url)
        let page = try await LoopbackBrowser.visit(url)
        #expect(page.body.contains("Back to the terminal"), "\(page)")
        return try await running.finish()
    }

    private func page(of running: ChildProcess.Running) async throws -> String {
        for _ in 0..<2000 {
            let lines = running.errorsSoFar.split(separator: "\n")
            if let line = lines.first(where: { $0.hasPrefix("http") }), running.errorsSoFar.hasSuffix("\n") {
                return String(line)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure(.timeout, "no address was shown but \(running.errorsSoFar)")
    }

    private func document(_ machine: Machine, _ name: String) async throws -> Value {
        let shown = try await machine.run("flowctl credentials show \(name) --output json")
        #expect(shown.exit == 0, "\(shown.errors)")
        return try JSON.parse(shown.output)
    }

    // MARK: Browser

    @Test func browserComesBackWithACode() async throws {
        let provider = try StrictProvider { $0.authentication = .basic }
        let machine = try await machine()
        let result = try await logIn(
            machine, "acme --issuer \(provider.url) \(client) \(secret) --scopes read,write --host api.example")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.output == "✓ logged in to acme: credential acme\n")
        #expect(result.errors.contains("it may: read, write\n"))
        #expect(
            result.errors.contains("it is sent to \(provider.url), https://api.example alone\n"))
        let stored = try await document(machine, "acme")
        #expect(stored["type"] == "oauth2")
        #expect(stored["hosts"] == [.string(provider.url), "https://api.example"])
        #expect(stored["fields"]?["refresh_token"] == "***")
        #expect(stored["fields"]?["client_authentication"] == "basic")
        #expect(stored["fields"]?["token_url"] == .string(provider.url + "/token"))
        #expect(provider.complaints == [])
        for text in ["fake-access-2", "fake-refresh-3", "fake-client-secret"] {
            #expect(!result.output.contains(text) && !result.errors.contains(text))
        }
    }

    @Test func providerThatNoConnectorKnowsSaysWhoseLoginItIs() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let login = "acme --issuer \(provider.url) \(client) \(secret)"
        #expect(try await logIn(machine, "\(login) --scopes openid,read").exit == 0)
        let known = try await machine.run("flowctl credentials test acme --output json")
        #expect(known.exit == 0, "\(known.output) \(known.errors)")
        let document = try JSON.parse(known.output)
        #expect(document["who"] == "Ada Fake")
        #expect(document["scopes"] == ["openid", "read"])
        // One that may not ask is no bad one.
        #expect(try await logIn(machine, "\(login) --scopes read").exit == 0)
        let unknown = try await machine.run("flowctl credentials test acme")
        #expect(unknown.exit == 1)
        let reason = "nothing says how to ask about grants of acme; a login with the scope openid could be asked about"
        #expect(unknown.output.contains(reason), "\(unknown.output)")
    }

    @Test func tokenPutInByHandIsNotCheckedRatherThanBroken() async throws {
        let machine = try await machine()
        let token = #"{"access_token":"fake-access","scopes":"openid"}"#
        let added = try await machine.run(
            "flowctl credentials add hand --type oauth2 --host https://api.example --from -", input: token)
        #expect(added.exit == 0, "\(added.errors)")
        let tested = try await machine.run("flowctl credentials test hand")
        #expect(tested.output == "- hand not checked: nothing says how to ask about the type oauth2\n")
        #expect(tested.exit == 1)
    }

    @Test func strangersAtThePortChangeNothing() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let result = try await logIn(machine, "acme --issuer \(provider.url) \(client) \(secret)") { url in
            let redirect = FormQuery(url)["redirect_uri"]
            let guess = try await LoopbackBrowser.visit(redirect + "?code=stolen&state=guessed")
            #expect(guess.status == 400)
            let elsewhere = try await LoopbackBrowser.visit(redirect + "?code=stolen", host: "evil.example")
            #expect(elsewhere.status == 400)
        }
        #expect(result.exit == 0, "\(result.errors)")
        #expect(provider.complaints == [])
    }

    @Test func pageIsOpenedByTheDesktop() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        // Stands for the browser: notes where it was sent, as one argument.
        try machine.write("#!/bin/sh\necho \"$#\" \"$1\" >\"$HOME/opened\"\n", to: "bin/xdg-open")
        _ = try await machine.run("chmod +x bin/xdg-open")
        let running = try machine.start(
            "env PATH=\(machine.home)/bin:$PATH flowctl credentials login acme --issuer \(provider.url) \(client) \(secret)"
        )
        let url = try await page(of: running)
        #expect(running.errorsSoFar.hasPrefix("allow the app in the browser; if none has opened, open this page:\n"))
        while !machine.read("opened").hasSuffix("\n") { try await Task.sleep(for: .milliseconds(10)) }
        #expect(machine.read("opened") == "1 \(url)\n")
        _ = try await LoopbackBrowser.visit(url)
        #expect(try await running.finish().exit == 0)
    }

    @Test func refusalInTheBrowserEndsIt() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let running = try machine.start(
            "flowctl credentials login acme --issuer \(provider.url) \(client) \(secret) --no-browser")
        let url = try await page(of: running)
        let query = FormQuery(url)
        let refusal = "?error=access_denied&state=\(query["state"])&iss=\(PercentEncoding.encode(provider.url))"
        let page = try await LoopbackBrowser.visit(query["redirect_uri"] + refusal)
        #expect(page.body.contains("Not logged in"))
        let result = try await running.finish()
        #expect(result.exit == 1)
        #expect(
            result.errors.hasSuffix(
                """
                error: acme refused the login: access_denied
                  hint: allow the app in the browser, or let the one who administers the account approve it

                """))
    }

    @Test func nobodyComesBack() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let result = try await machine.run(
            "flowctl credentials login acme --issuer \(provider.url) \(client) \(secret) --no-browser --timeout 100ms")
        #expect(result.exit == 1)
        #expect(result.errors.contains("error: the browser did not come back within 100 ms\n"))
    }

    @Test func controlCEndsTheWait() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let running = try machine.start(
            "flowctl credentials login acme --issuer \(provider.url) \(client) \(secret) --no-browser")
        _ = try await page(of: running)
        running.signal(SIGINT)
        let result = try await running.finish()
        #expect(result.exit == 5)
        #expect(result.output == "")
    }

    // MARK: Again

    @Test func secondLoginNeedsTheNameAlone() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let first = try await logIn(
            machine, "acme work --issuer \(provider.url) \(client) \(secret) --scopes read --host api.example")
        #expect(first.exit == 0, "\(first.errors)")
        let before = try await document(machine, "work")
        let second = try await logIn(machine, "work")
        #expect(second.exit == 0, "\(second.errors)")
        let after = try await document(machine, "work")
        #expect(after["hosts"] == before["hosts"])
        #expect(after["created_at"] == before["created_at"])
        #expect(after["fields"]?["scopes"] == "read")
        #expect(after["fields"]?["client_id"] == "fake-client")
        #expect(provider.complaints == [])
        #expect(provider.refreshTokens.count == 2)
    }

    @Test(arguments: ["github", "github work"]) func secondLoginGoesToTheServerOfTheFirst(name: String) async throws {
        let provider = try StrictProvider { $0.withheld = ["openid"] }
        let machine = try await machine()
        let first = try await logIn(
            machine, "\(name) --issuer \(provider.url) \(client) \(secret) --scopes openid,read")
        #expect(first.exit == 0, "\(first.errors)")
        for again in Set([name, name.split(separator: " ").last.map(String.init) ?? name]) {
            let second = try await logIn(machine, again) { page in
                #expect(page.hasPrefix(provider.url + "/authorize?"))
                #expect(page.contains("scope=openid"))
            }
            #expect(second.exit == 0, "\(second.errors)")
        }
        #expect(provider.complaints == [])
    }

    @Test func limitsThatAreSetMeanwhileStay() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        try machine.write("name: w\nsteps: []\n", to: "w.yaml")
        let first = try await logIn(
            machine, "acme work --issuer \(provider.url) \(client) \(secret) --host api.example")
        #expect(first.exit == 0, "\(first.errors)")
        let second = try await logIn(machine, "work --host new.example") { _ in
            let changed = try await machine.run(
                "flowctl credentials allow work --workflow w.yaml && flowctl credentials allow work --host more.example && flowctl credentials deny work --host api.example"
            )
            #expect(changed.exit == 0, "\(changed.errors)")
        }
        #expect(second.exit == 0, "\(second.errors)")
        let after = try await document(machine, "work")
        #expect(after["workflows"] == [.string("\(machine.home)/w.yaml")])
        let hosts = (after["hosts"]?.listValue ?? []).compactMap(\.stringValue)
        #expect(hosts.contains("https://more.example") && hosts.contains("https://new.example"), "\(hosts)")
        #expect(!hosts.contains("https://api.example"), "\(hosts)")
    }

    @Test func credentialOfAnotherKindIsNotReplaced() async throws {
        let provider = try StrictProvider()
        let machine = try Machine()
        try await machine.makeVault([("acme", "bearer", "fake-token")], for: "api.example")
        let result = try await machine.run("flowctl credentials login acme --issuer \(provider.url) --client-id x")
        #expect(result.exit == 2)
        #expect(
            result.errors == """
                error: there is already a credential "acme" of type bearer
                  hint: give the login another name: flowctl credentials login acme NAME

                """)
    }

    // MARK: Other ways

    @Test func codeIsTypedOnAnotherDevice() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let result = try await machine.run(
            "flowctl credentials login acme --device --issuer \(provider.url) \(client) \(secret) --scopes read")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.errors.hasPrefix("open \(provider.url)/activate and type the code FAKE-CODE\n"))
        #expect(result.errors.contains("it asks for read\n"))
        #expect(provider.complaints == [])
    }

    @Test func machineLogsInAsItself() async throws {
        let provider = try StrictProvider { $0.givesRefreshToken = false }
        let machine = try await machine()
        let arguments = "--client-credentials --token-url \(provider.url)/token \(client) \(secret) --scopes read"
        let result = try await machine.run("flowctl credentials login acme robot \(arguments) --output json")
        #expect(result.exit == 0, "\(result.errors)")
        let answer = try JSON.parse(result.output)
        #expect(answer["name"] == "robot")
        #expect(answer["renews"] == true)
        #expect(!result.errors.contains("warning"))
        #expect(try await document(machine, "robot")["fields"]?["grant"] == "client_credentials")
        // A second time, all of it is known.
        #expect(try await machine.run("flowctl credentials login robot").exit == 0)
        #expect(provider.complaints == [])
    }

    @Test func serviceAccountSignsForItself() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let key: Value = [
            "type": "service_account", "client_email": "robot@fake.example", "private_key_id": "key-1",
            "private_key": .string(TestKeys.rsa),
        ]
        try machine.write(JSON.text(key), to: "key.json")
        let result = try await machine.run(
            "flowctl credentials login acme --service-account key.json --token-url \(provider.url)/token --subject ada@fake.example"
        )
        #expect(result.exit == 0, "\(result.errors)")
        let fields = try await document(machine, "acme")["fields"]
        #expect(fields?["grant"] == "jwt_bearer")
        #expect(fields?["issuer"] == "robot@fake.example")
        #expect(fields?["subject"] == "ada@fake.example")
        #expect(fields?["private_key"] == "***")
        #expect(provider.complaints == [])
        try machine.write("{}", to: "key.json")
        let wrong = try await machine.run(
            "flowctl credentials login acme --service-account key.json --token-url \(provider.url)/token")
        #expect(wrong.exit == 2)
        #expect(wrong.errors.hasPrefix("error: the service account's file has no client_email and private_key\n"))
    }

    @Test func addressIsPastedFromABrowserElsewhere() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        let arguments = "acme --paste --issuer \(provider.url) \(client) \(secret)"
        let session = try machine.terminal("setsid -cw flowctl credentials login \(arguments)")
        try await session.see("open this page in a browser and allow the app:\n")
        let url = try await session.see("\n")
        try await session.see("address the browser ended on: ")
        session.type("http://127.0.0.1:8917/callback?code=stolen&state=guessed\n")
        try await session.see("that is not the answer to this login: copy all of the browser's address line")
        let page = try await LoopbackBrowser.visit(url, follows: false)
        session.type(try #require(page.headers["location"]) + "\n")
        try await session.see("logged in to acme")
        #expect(try await session.finish() == 0)
        #expect(provider.complaints == [])
    }

    // MARK: What the answer lacks

    @Test func narrowerAccessIsToldAndSoIsItsEnd() async throws {
        let provider = try StrictProvider {
            $0.withheld = ["write"]
            $0.givesRefreshToken = false
        }
        let machine = try await machine()
        let result = try await logIn(
            machine, "acme --issuer \(provider.url) \(client) \(secret) --scopes read,write")
        #expect(result.exit == 0)
        #expect(
            result.errors.contains(
                """
                warning: these scopes were not granted: write
                  hint: allow them in the login, and in the settings of the app

                """))
        #expect(result.errors.contains("warning: acme gave no refresh token: the access ends at 20"))
    }

    @Test func wrongSecretIsToldWithoutIt() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        try machine.write("fake-wrong-secret", to: "secret.txt")
        let running = try machine.start(
            "flowctl credentials login acme --issuer \(provider.url) \(client) \(secret) --no-browser")
        _ = try await LoopbackBrowser.visit(try await page(of: running))
        let result = try await running.finish()
        #expect(result.exit == 4)
        #expect(
            result.errors.hasSuffix(
                """
                error: acme refused the login: this is not the app (invalid_client)
                  hint: check the client id and secret of the app: a secret ends, and an app may be deleted

                """))
        #expect(try await machine.run("flowctl credentials show acme").exit == 2)
    }

    // MARK: A newcomer

    @Test func newcomerIsLedThroughTheConsole() async throws {
        let machine = try await machine()
        let session = try machine.terminal("setsid -cw flowctl credentials login --no-browser")
        try await session.see("google")
        try await session.see("provider: ")
        session.type("github\n")
        try await session.see("flowctl logs in with an app of your own. Register one:")
        try await session.see("1. Open https://github.com/settings/developers")
        try await session.see("http://127.0.0.1/callback/github as authorization callback URL.")
        try await session.see("client ID of your app at GitHub: ")
        session.type("fake-client\n")
        try await session.see("client secret: ")
        session.type("fake-secret\n")
        try await session.see("https://github.com/login/oauth/authorize?response_type=code&client_id=fake-client")
        session.type("\u{3}")
        #expect(try await session.finish() == 5)
    }

    @Test(arguments: [
        (
            "", "no provider is given",
            "name one of airtable, atlassian, dropbox, github, google, hubspot, linear, microsoft, notion, openproject, slack, x, or another with --issuer"
        ),
        ("gogle", "flowctl knows no provider \"gogle\"", "did you mean \"google\"?"),
        (
            "github", "there is no terminal to ask for the app's id on",
            "give --client-id, and --client-secret-file where the app has a secret"
        ),
        (
            "github --client-id x", "there is no terminal to ask for the app's secret on",
            "give it in a file with --client-secret-file, or - for standard input"
        ),
        (
            "github --set tenant=x", "GitHub has nothing to set by \"tenant=x\"",
            "write it as name=value; the names are host, api"
        ),
        ("slack --set a=b", "Slack has nothing to set by \"a=b\"", "leave --set out"),
        (
            "acme --issuer http://login.example.com", "--issuer must be an https address",
            "write it as https://login.example.com/…"
        ),
        (
            "acme --authorize-url https://login.example.com", "where \"acme\" gives out tokens is not said",
            "add --token-url, or --issuer"
        ),
        ("notion --device --client-id x", "Notion has no login on another device", "log in without --device"),
        (
            "slack --client-id x --client-secret-file secret.txt", "there is no terminal to paste the address on",
            "log in on a terminal, or with --device"
        ),
    ])
    func mistakesAreToldWithTheWayOut(arguments: String, message: String, hint: String) async throws {
        let machine = try await machine()
        let result = try await machine.run("setsid flowctl credentials login \(arguments)")
        #expect(result.errors.hasSuffix("error: \(message)\n  hint: \(hint)\n"), "\(result.errors)")
        #expect(result.exit == (message.contains("device") ? 1 : 2))
    }

    // MARK: Logout

    @Test func grantIsGivenBackAndDeleted() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        #expect(try await logIn(machine, "acme --issuer \(provider.url) \(client) \(secret)").exit == 0)
        let result = try await machine.run("flowctl credentials logout acme --yes")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.output == "logged out, and deleted acme\n")
        #expect(provider.revoked == ["fake-refresh-3"])
        #expect(try await machine.run("flowctl credentials show acme").exit == 2)
    }

    @Test func providerThatIsDownKeepsNobody() async throws {
        let provider = try StrictProvider()
        let machine = try await machine()
        #expect(try await logIn(machine, "acme --issuer \(provider.url) \(client) \(secret)").exit == 0)
        provider.goDown()
        let result = try await machine.run("flowctl credentials logout acme --yes")
        #expect(result.exit == 0)
        #expect(result.output == "deleted acme\n")
        #expect(
            result.errors == """
                warning: the access goes on at the provider: 127.0.0.1 answered 503 Service Unavailable
                  hint: end it at the page of your account at acme

                """)
    }

    @Test func logoutAsksAndIsForLogins() async throws {
        let machine = try Machine()
        try await machine.makeVault([("team", "bearer", "fake-token")], for: "api.example")
        let result = try await machine.run("flowctl credentials logout team")
        #expect(result.exit == 2)
        #expect(
            result.errors == """
                error: the credential "team" is of type bearer, which is from no login
                  hint: delete it with: flowctl credentials delete team

                """)
    }
}

/// The parameters of an address.
private struct FormQuery {
    private var values: [String: String] = [:]

    init(_ url: String) {
        for pair in url.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { PercentEncoding.decode(String($0)) }
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
    }

    subscript(name: String) -> String { values[name] ?? "" }
}

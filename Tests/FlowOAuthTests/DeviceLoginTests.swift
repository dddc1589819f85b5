import FlowCore
import FlowOAuth
import FlowSpec
import FlowTestKit
import Testing

/// Logins with a code that is typed elsewhere.
@Suite struct DeviceLoginTests {
    private let clock = ManualClock()
    private let start = #"""
        {"device_code": "fake-device", "user_code": "ABCD-EFGH", "verification_uri": "https://id.example/device",
         "expires_in": 60, "interval": 5}
        """#
    private let pending = #"{"error": "authorization_pending"}"#
    private let tokens = #"{"access_token": "a", "token_type": "bearer"}"#

    private func login(_ http: any HTTPClient) throws -> DeviceLogin {
        var provider = OAuthProvider(name: "example", title: "Example", tokens: .example())
        provider.deviceURL = "https://id.example/device/code"
        return try DeviceLogin(provider, client: OAuthClient(id: "fake-id"), http: http, clock: clock)
    }

    private func run(_ answers: [Result<HTTPResponse, Failure>]) async throws -> OAuthTokens {
        let login = try login(ScriptedHTTP([.json(start)] + answers))
        return try await login.tokens(for: try await login.begin(scopes: ["read"]))
    }

    @Test func codeIsShownAndAskedFor() async throws {
        let http = ScriptedHTTP([.json(start), .json(pending, status: 400), .json(pending, status: 428), .json(tokens)])
        let login = try login(http)
        let invitation = try await login.begin(scopes: ["read", "write"])
        #expect(invitation.userCode == "ABCD-EFGH")
        #expect(invitation.url == "https://id.example/device")
        #expect(invitation.completeURL == nil)
        #expect(try await login.tokens(for: invitation).access == "a")
        #expect(http.calls[0].request.url == "https://id.example/device/code")
        #expect(http.calls[0].body == "scope=read+write&client_id=fake-id")
        #expect(
            http.calls[3].body
                == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=fake-device"
                + "&client_id=fake-id")
        #expect(clock.sleeps == [.seconds(5), .seconds(5), .seconds(5)])
    }

    @Test func olderNameOfTheAddressIsTaken() async throws {
        let http = ScriptedHTTP([
            .json(#"{"device_code": "d", "user_code": "u", "verification_url": "https://id.example/device"}"#)
        ])
        let invitation = try await login(http).begin(scopes: [])
        #expect(invitation.url == "https://id.example/device")
        #expect(invitation.lifetime == .seconds(900))
    }

    @Test(arguments: ["1e300", "-5", "0", "\"soon\""])
    func absurdTimesCountAsNone(number: String) async throws {
        let start = #"""
            {"device_code": "d", "user_code": "u", "verification_uri": "https://id.example/device",
             "expires_in": \#(number), "interval": \#(number)}
            """#
        let slower = #"{"error": "slow_down", "interval": \#(number)}"#
        let login = try login(ScriptedHTTP([.json(start), .json(slower, status: 400), .json(tokens)]))
        let invitation = try await login.begin(scopes: [])
        #expect(invitation.lifetime == .seconds(900))
        #expect(try await login.tokens(for: invitation).access == "a")
        #expect(clock.sleeps == [.seconds(5), .seconds(10)])
    }

    @Test func slowDownIsForGood() async throws {
        _ = try await run([
            .json(#"{"error": "slow_down"}"#, status: 400), .json(pending, status: 400), .json(tokens),
        ])
        #expect(clock.sleeps == [.seconds(5), .seconds(10), .seconds(10)])
    }

    @Test func slowDownMaySayHowSlow() async throws {
        _ = try await run([.json(#"{"error": "slow_down", "interval": 20}"#), .json(tokens)])
        #expect(clock.sleeps == [.seconds(5), .seconds(20)])
    }

    @Test func noAnswerIsNoRefusal() async throws {
        let cut = Result<HTTPResponse, Failure>.failure(Failure(.timeout, "no answer"))
        _ = try await run([cut, .json("", status: 502), .json(tokens)])
        #expect(clock.sleeps == [.seconds(5), .seconds(10), .seconds(20)])
    }

    @Test(arguments: [
        ("access_denied", "example refused the login: access_denied", FailureKind.permission),
        ("expired_token", "example refused the login: expired_token", .auth),
    ])
    func refusalEndsIt(code: String, message: String, kind: FailureKind) async {
        let outcome = await failure { try await run([.json(#"{"error": "\#(code)"}"#, status: 400)]) }
        #expect(outcome.message == message)
        #expect(outcome.kind == kind)
        #expect(outcome.code == code)
    }

    @Test func codeEndsByItself() async {
        let answers = Array(repeating: Result<HTTPResponse, Failure>.json(pending, status: 400), count: 20)
        let outcome = await failure { try await run(answers) }
        #expect(outcome.message == "the code was not typed in time")
        #expect(outcome.hint == "log in again, and type it within 1 min 0 s")
        #expect(outcome.code == "expired_token")
        #expect(clock.sleeps.count == 11)
    }

    @Test func providerWithoutItIsSaid() throws {
        let provider = OAuthProvider(name: "example", title: "Example", tokens: .example())
        let failure = #expect(throws: Failure.self) {
            try DeviceLogin(provider, client: OAuthClient(id: "fake-id"), http: UnexpectedUse(), clock: clock)
        }
        #expect(failure?.message == "Example has no login on another device")
        #expect(failure?.hint == "log in without --device")
    }

    @Test func answerWithoutACodeIsSaid() async {
        let outcome = await failure { try await login(ScriptedHTTP([.json("{}")])).begin(scopes: []) }
        #expect(outcome.message == "the answer of example holds no code for a device")
        #expect(
            outcome.hint == "check that https://id.example/device/code is the provider's device authorization endpoint")
    }
}

import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// A request whose token is refused goes out once more with a renewed one.
@Suite struct TokenRenewalTests {
    private let clock = ManualClock()
    private let log = RecordedLog()

    private func call(
        _ method: String = "POST", renewal: @escaping @Sendable () async throws -> HTTPRequest?
    ) -> HTTPCall {
        let clock = clock
        var call = HTTPCall(
            HTTPRequest(method, "https://api.example/v1", headers: HTTPHeaders([("Authorization", "Bearer old-fake")])),
            effect: .write,
            classify: { HTTPStatusTable.failure(for: $0, effect: .write, now: clock.now()) }, log: log)
        call.renewal = { _ in try await renewal() }
        return call
    }

    private func request(_ token: String) -> HTTPRequest {
        HTTPRequest("POST", "https://api.example/v1", headers: HTTPHeaders([("Authorization", "Bearer \(token)")]))
    }

    /// Takes one token only.
    private func service(taking token: String) -> ScriptedHTTP {
        ScriptedHTTP { call in
            let isRight = call.request.headers["Authorization"] == "Bearer \(token)"
            return HTTPResponse(status: isRight ? 200 : 401, url: call.request.url)
        }
    }

    private func send(_ transport: any HTTPClient, _ call: HTTPCall) async throws -> HTTPResponse {
        try await RetryingClient(transport, clock: clock, random: SeededRandom()).send(call)
    }

    @Test func evenAWriteWithoutRetriesIsRepeatedAsNothingWasDone() async throws {
        let service = service(taking: "new-fake")
        let response = try await send(service, call { request("new-fake") })
        #expect(response.status == 200)
        #expect(service.calls.count == 2)
        #expect(clock.sleeps == [])
        #expect(log.attempts.map(\.status) == [401, 200])
        #expect(log.attempts.map(\.renewsToken) == [true, false])
    }

    @Test func theNewTokenIsRefusedOnceAndThatIsAll() async throws {
        let service = service(taking: "another-fake")
        let renewals = Mutex(0)
        let outcome = await failure {
            _ = try await send(
                service,
                call {
                    renewals.withLock { $0 += 1 }
                    return request("new-fake")
                })
        }
        #expect(outcome.kind == .auth)
        #expect(outcome.message == "api.example answered 401 Unauthorized")
        #expect(service.calls.count == 2)
        #expect(renewals.withLock { $0 } == 1)
    }

    @Test func whatCannotBeRenewedEndsWithTheAnswerOfTheService() async throws {
        let service = service(taking: "new-fake")
        let outcome = await failure { _ = try await send(service, call { nil }) }
        #expect(outcome.message == "api.example answered 401 Unauthorized")
        #expect(service.calls.count == 1)
        #expect(log.attempts.map(\.renewsToken) == [false])
    }

    @Test func aGrantThatHasEndedIsWhatTheStepFailsWith() async throws {
        let ended = Failure(.auth, "the grant of \"work\" has ended", hint: "run \"flowctl credentials login work\"")
        let outcome = await failure { _ = try await send(service(taking: "new-fake"), call { throw ended }) }
        #expect(outcome.message == ended.message)
        #expect(outcome.hint == ended.hint)
        #expect(outcome.nothingSent)
        #expect(log.attempts.map(\.failure?.message) == [ended.message])
    }

    @Test(arguments: [400, 403, 404, 503]) func otherRefusalsAreNoMatterOfTheToken(status: Int) async throws {
        let service = ScriptedHTTP([.success(HTTPResponse(status: status, url: "https://api.example/v1"))])
        _ = await failure {
            _ = try await send(
                service,
                call {
                    Issue.record("asked for another token")
                    return nil
                })
        }
        #expect(service.calls.count == 1)
    }

    /// The token never came to the server that a redirect leads to.
    @Test(arguments: [401, 403]) func aRefusalBehindARedirectIsNoMatterOfTheToken(status: Int) async throws {
        let headers = HTTPHeaders([("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"files.write\"")])
        let service = ScriptedHTTP([
            .success(HTTPResponse(status: status, headers: headers, url: "https://files.example:8443/v1"))
        ])
        var call = call {
            Issue.record("asked for another token")
            return nil
        }
        call.credential = Credential(name: "work", type: "oauth2", fields: ValueMap())
        let outcome = await failure { [call] in _ = try await send(service, call) }
        #expect(service.calls.count == 1)
        #expect(outcome.kind == .permission)
        #expect(
            outcome.message
                == "files.example answered \(HTTPStatusTable.describe(status)), where api.example redirects to")
        #expect(outcome.hint == "ask there with a credential for it; a redirect to another origin goes without any")
        #expect(outcome.code == String(status))
        #expect(outcome.isOfRedirect)
    }

    @Test func missingScopesAreNamed() async throws {
        let headers = HTTPHeaders([("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"files.write\"")])
        let service = ScriptedHTTP([
            .success(HTTPResponse(status: 403, headers: headers, url: "https://api.example/v1"))
        ])
        var call = call { nil }
        call.credential = Credential(name: "work", type: "oauth2", fields: ValueMap())
        let outcome = await failure { [call] in _ = try await send(service, call) }
        #expect(outcome.hint == "run \"flowctl credentials login work --scopes files.write\"")
    }
}

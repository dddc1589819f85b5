import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// What is repeated, when, and how it is told.
@Suite struct RetryingClientTests {
    private let clock = ManualClock()
    private let log = RecordedLog()

    private func client(_ transport: any HTTPClient) -> RetryingClient {
        RetryingClient(transport, clock: clock, random: SeededRandom())
    }

    private func call(
        _ method: String = "GET", _ effect: Effect = .read, url: String = "https://api.example/v1?key=fake",
        retry: RetryPolicy = RetryPolicy(max: 3, jitter: false), hasKey: Bool = false
    ) -> HTTPCall {
        let clock = clock
        return HTTPCall(
            HTTPRequest(method, url), effect: effect, retry: retry, hasIdempotencyKey: hasKey,
            classify: {
                HTTPStatusTable.failure(for: $0, effect: effect, hasIdempotencyKey: hasKey, now: clock.now())
            }, log: log)
    }

    private func answer(_ status: Int, _ headers: [(String, String)] = []) -> Result<HTTPResponse, Failure> {
        .success(HTTPResponse(status: status, headers: HTTPHeaders(headers), url: "https://api.example/v1"))
    }

    private let cut = Result<HTTPResponse, Failure>.failure(Failure(.network, "the answer of api.example broke off"))
    private let refused = Result<HTTPResponse, Failure>.failure(
        Failure(.network, "could not connect to api.example", nothingSent: true))

    @Test func readIsRepeatedWithDoublingPausesAndEachTryIsLogged() async throws {
        let transport = ScriptedHTTP([answer(503), cut, answer(500), answer(200)])
        let response = try await client(transport).send(call())
        #expect(response.status == 200)
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
        #expect(log.attempts.map(\.number) == [1, 2, 3, 4])
        #expect(log.attempts.map(\.status) == [503, nil, 500, 200])
        #expect(log.attempts.map(\.retryIn) == [.seconds(1), .seconds(2), .seconds(4), nil])
        #expect(log.attempts.map(\.failure?.kind) == [.transient, .network, .transient, nil])
        #expect(log.attempts.allSatisfy { $0.url == "https://api.example/v1" && $0.method == "GET" })
    }

    @Test func givesUpAfterTheLastTryWithItsFailure() async throws {
        let transport = ScriptedHTTP([answer(503), answer(503), answer(502)])
        let outcome = await failure { _ = try await client(transport).send(call(retry: RetryPolicy(max: 2))) }
        #expect(outcome.kind == .transient)
        #expect(outcome.code == "502")
        #expect(transport.calls.count == 3)
        #expect(log.attempts.last?.retryIn == nil)
    }

    @Test(arguments: [400, 401, 403, 404, 409, 422]) func refusalOfTheRequestItselfIsFinal(status: Int) async throws {
        let transport = ScriptedHTTP([answer(status)])
        let outcome = await failure { _ = try await client(transport).send(call()) }
        #expect(outcome.code == String(status))
        #expect(clock.sleeps == [])
    }

    @Test(arguments: [500, 502, 503, 504]) func writeThatMayHaveHappenedIsNotRepeated(status: Int) async throws {
        let transport = ScriptedHTTP([answer(status)])
        let outcome = await failure { _ = try await client(transport).send(call("POST", .write)) }
        #expect(outcome.kind == .uncertain)
        #expect(transport.calls.count == 1)
    }

    @Test func writeThatTheServerRefusedIsRepeated() async throws {
        let transport = ScriptedHTTP([
            refused, answer(429, [("Retry-After", "7")]), answer(503, [("Retry-After", "0")]), answer(201),
        ])
        let response = try await client(transport).send(call("POST", .write))
        #expect(response.status == 201)
        #expect(clock.sleeps == [.seconds(1), .seconds(7), .zero])
    }

    @Test func writeThatWasCutIsRepeatedOnlyWithAKeyOrWhereThePolicySaysSo() async throws {
        let unsure = Result<HTTPResponse, Failure>.failure(Failure(.uncertain, "broke off"))
        let plain = ScriptedHTTP([unsure])
        let outcome = await failure { _ = try await client(plain).send(call("POST", .write)) }
        #expect(outcome.kind == .uncertain)
        let keyed = ScriptedHTTP([cut, answer(500), answer(200)])
        #expect(try await client(keyed).send(call("POST", .write, hasKey: true)).status == 200)
        let named = ScriptedHTTP([unsure, answer(200)])
        let policy = RetryPolicy(max: 1, on: [.uncertain])
        #expect(try await client(named).send(call("POST", .write, retry: policy)).status == 200)
    }

    @Test func retryAfterAsADateCountsFromNow() async throws {
        // The clock starts at 1800000000, which is Fri, 15 Jan 2027 08:00:00 GMT.
        let transport = ScriptedHTTP([
            answer(429, [("Retry-After", "Fri, 15 Jan 2027 08:01:30 GMT")]), answer(200),
        ])
        _ = try await client(transport).send(call())
        #expect(clock.sleeps == [.seconds(90)])
    }

    @Test func retryAfterIsReadAlsoWhereTheClassifierLeavesItOut() async throws {
        let transport = ScriptedHTTP([answer(200, [("Retry-After", "3")]), answer(204)])
        var call = call()
        call.classify = { $0.status == 200 ? Failure(.rateLimited, "slow down") : nil }
        _ = try await client(transport).send(call)
        #expect(clock.sleeps == [.seconds(3)])
    }

    @Test func noPauseIsBegunThatPassesTheBudget() async throws {
        let transport = ScriptedHTTP([answer(429, [("Retry-After", "3600")])])
        let outcome = await failure { _ = try await client(transport).send(call()) }
        #expect(outcome.kind == .rateLimited)
        #expect(outcome.retryAfter == .seconds(3600))
        #expect(clock.sleeps == [])
    }

    @Test func deletedAlreadyIsDoneAfterAnUnknownOutcome() async throws {
        for unknown in [cut, answer(502)] {
            let transport = ScriptedHTTP([unknown, answer(404)])
            #expect(try await client(transport).send(call("DELETE", .idempotent)).status == 404)
        }
        #expect(log.attempts.last?.failure == nil)
    }

    @Test func deletedAlreadyIsAFailureWhereNoEarlierTryCanHaveDoneIt() async throws {
        let scripts = [[answer(404)], [refused, answer(404)], [answer(503, [("Retry-After", "1")]), answer(404)]]
        for script in scripts {
            let outcome = await failure {
                _ = try await client(ScriptedHTTP(script)).send(call("DELETE", .idempotent))
            }
            #expect(outcome.kind == .notFound)
        }
    }

    @Test func fullJitterStaysBelowThePause() async throws {
        let transport = ScriptedHTTP([answer(503), answer(503), answer(503), answer(200)])
        _ = try await client(transport).send(call(retry: RetryPolicy(max: 3)))
        #expect(zip(clock.sleeps, [1, 2, 4]).allSatisfy { $0 >= .zero && $0 < .seconds($1) })
        #expect(Set(clock.sleeps).count == 3)
    }

    @Test func cancellationEndsThePause() async throws {
        let clock = ManualClock(skipsSleep: false)
        let transport = ScriptedHTTP([answer(503)])
        let client = RetryingClient(transport, clock: clock, random: SeededRandom())
        let call = call()
        let task = Task { try await client.send(call) }
        await clock.sleepers(atLeast: 1)
        task.cancel()
        let outcome = await failure { _ = try await task.value }
        #expect(outcome.kind == .cancelled)
        #expect(transport.calls.count == 1)
    }

    @Test func overRealConnections() async throws {
        let server = try FaultServer(replies: [.hangUp, .retryAfter("0"), .status(500), .text("at last")])
        let response = try await client(CurlClient()).send(call(url: server.url))
        #expect(response.text == "at last")
        #expect(server.requests.count == 4)
        #expect(log.attempts.map(\.failure?.kind) == [.network, .rateLimited, .transient, nil])
    }

    @Test func loggedURLHasNeitherQueryNorUserName() async throws {
        let transport = ScriptedHTTP([answer(200)])
        _ = try await client(transport).send(call(url: "https://user:fake@api.example:8443/a?token=fake#f"))
        #expect(log.attempts.map(\.url) == ["https://api.example:8443/a"])
    }
}

import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Synchronization
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

    @Test func aRequestWhoseSignatureGetsOldIsMadeAnewForEachTry() async throws {
        let transport = ScriptedHTTP([answer(503), cut, answer(200)])
        let made = Mutex(1)
        var call = call()
        call.remake = {
            let number = made.withLock { made in
                made += 1
                return made
            }
            return HTTPRequest("GET", "https://api.example/v1?key=fake&try=\(number)")
        }
        _ = try await client(transport).send(call)
        #expect(
            transport.calls.map(\.request.url) == [
                "https://api.example/v1?key=fake", "https://api.example/v1?key=fake&try=2",
                "https://api.example/v1?key=fake&try=3",
            ])
    }

    @Test func aRequestThatCannotBeMadeAgainEndsTheTries() async throws {
        let transport = ScriptedHTTP([answer(503)])
        var call = call()
        call.remake = { throw Failure(.invalid, "the file is gone") }
        let outcome = await failure { _ = try await client(transport).send(call) }
        #expect(outcome.message == "the file is gone")
    }

    /// A download may take longer than what is waited for a service that doesn't work.
    @Test func timeWithAFileIsNoTimeWithoutAService() async throws {
        let clock = clock
        let hours = ScriptedHTTP { call in
            clock.advance(by: .seconds(3600))
            if call.request.url.hasSuffix("1") { return HTTPResponse(status: 200) }
            throw Failure(.network, "the answer of api.example broke off")
        }
        var call = call()
        call.remake = { HTTPRequest("GET", "https://api.example/1") }
        call.destination = .file(path: "/nowhere/x")
        #expect(try await client(hours).send(call).status == 200)
        call.destination = .memory(limit: 1)
        let outcome = await failure { _ = try await client(hours).send(call) }
        #expect(outcome.kind == .network)
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

    /// As where a run is asked to stop: a pause may be long.
    @Test(arguments: [HTTPHeaders([("Retry-After", "60")]), HTTPHeaders()])
    func whoWaitsMayBeToldToGiveUp(headers: HTTPHeaders) async throws {
        let http = ScriptedHTTP { _ in HTTPResponse(status: 503, headers: headers, url: "https://h/x") }
        let clock = ManualClock()
        let client = RetryingClient(http, clock: clock, random: SeededRandom())
        var call = HTTPCall(HTTPRequest("GET", "https://h/x"), retry: RetryPolicy(max: 3))
        call.classify = { HTTPStatusTable.failure(for: $0, effect: .read, hasIdempotencyKey: false, now: clock.now()) }
        call.pause = { _ in throw CancellationError() }
        let outcome = await failure { [call] in _ = try await client.send(call) }
        #expect(outcome.kind == .cancelled)
        #expect(http.calls.count == 1)
        #expect(clock.sleeps.isEmpty)
    }

    // MARK: Work that is done already

    private func again(_ script: [Result<HTTPResponse, Failure>], effect: Effect = .idempotent, mayBeDone: Bool = false)
        async -> Result<HTTPResponse, Failure>
    {
        var call = call(
            "POST", effect, retry: RetryPolicy(max: 3, jitter: false, on: [.uncertain, .network, .transient]))
        call.meansDone = { $0.status == 409 }
        call.mayBeDone = mayBeDone
        do {
            return .success(try await client(ScriptedHTTP(script)).send(call))
        } catch {
            return .failure(Failure(error))
        }
    }

    @Test(arguments: [Effect.idempotent, .write])
    func refusalOfWhatIsDoneIsASuccessAfterAnUnknownOutcome(effect: Effect) async throws {
        for unknown in [cut, answer(502)] {
            let response = try await again([unknown, answer(409)], effect: effect).get()
            #expect(response.status == 409)
            #expect(response.meansDone)
        }
        #expect(log.attempts.last?.failure == nil)
    }

    @Test func refusalOfWhatIsDoneStaysAFailureWhereNoEarlierTryCanHaveDoneIt() async throws {
        for script in [[answer(409)], [refused, answer(409)], [answer(503, [("Retry-After", "1")]), answer(409)]] {
            #expect(await again(script).failure?.kind == .conflict)
        }
        #expect(await again([cut, answer(422)]).failure?.kind == .invalid)
    }

    @Test func refusalOfWhatIsDoneIsASuccessWhereAnEarlierProcessMayHaveDoneIt() async throws {
        #expect(try await again([answer(409)], mayBeDone: true).get().meansDone)
        #expect(try await again([refused, answer(409)], mayBeDone: true).get().meansDone)
    }

    @Test func anAnswerThatTheServiceCallsUncertainLeavesTheOutcomeUnknown() async throws {
        var call = call("POST", .idempotent)
        call.classify = { response in
            var failure = response.status == 200 ? Failure(.transient, "internal_error") : Failure(.conflict, "done")
            failure.mayBeDone = response.status == 200
            return failure
        }
        call.meansDone = { $0.status == 409 }
        #expect(try await client(ScriptedHTTP([answer(200), answer(409)])).send(call).meansDone)
    }

    @Test func whatAnEarlierTryHasSentIsNotForgotten() async throws {
        let outcome = await failure {
            _ = try await client(ScriptedHTTP([cut, refused])).send(
                call("POST", .idempotent, retry: RetryPolicy(max: 1)))
        }
        #expect(outcome.message == "could not connect to api.example")
        #expect(!outcome.nothingSent)
    }

    /// A refusal says nothing of the try before it, of which nobody knows what came.
    @Test(arguments: [401, 403, 409, 429])
    func refusalOfAKeyedWriteLeavesOpenWhatItsLostTryDid(status: Int) async throws {
        for lost in [cut, answer(500)] {
            let outcome = await failure {
                _ = try await client(ScriptedHTTP([lost, answer(status)])).send(
                    call("POST", .write, retry: RetryPolicy(max: 1), hasKey: true))
            }
            #expect(outcome.mayBeDone)
            #expect(!outcome.nothingSent)
        }
        for undone in [refused, answer(503, [("Retry-After", "1")])] {
            let outcome = await failure {
                _ = try await client(ScriptedHTTP([undone, answer(status)])).send(
                    call("POST", .write, retry: RetryPolicy(max: 1), hasKey: true))
            }
            #expect(!outcome.mayBeDone)
        }
    }

    @Test func tokenThatCannotBeRenewedLeavesOpenWhatTheLostTryDid() async throws {
        var call = call("POST", .write, hasKey: true)
        call.renewal = { _ in throw Failure(.auth, "the token can't be renewed", nothingSent: true) }
        let lost = await failure { _ = try await client(ScriptedHTTP([cut, answer(401)])).send(call) }
        #expect(lost.mayBeDone && !lost.nothingSent)
        let refused = await failure { _ = try await client(ScriptedHTTP([answer(401)])).send(call) }
        #expect(!refused.mayBeDone && refused.nothingSent)
    }

    /// What may be repeated anyway leaves nothing open.
    @Test(arguments: [Effect.read, .idempotent]) func refusalOfWhatIsNoWriteIsOne(effect: Effect) async throws {
        let outcome = await failure {
            _ = try await client(ScriptedHTTP([cut, answer(409)])).send(
                call("PUT", effect, retry: RetryPolicy(max: 1)))
        }
        #expect(!outcome.mayBeDone)
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

    @Test func noPauseIsBegunThatPassesTheDeadlineOfRunOrBlock() async throws {
        let transport = ScriptedHTTP([answer(503, [("Retry-After", "10")]), answer(503, [("Retry-After", "10")])])
        var call = call()
        call.deadline = .seconds(15)
        let outcome = await failure { _ = try await client(transport).send(call) }
        #expect(outcome.kind == .transient)
        #expect(clock.sleeps == [.seconds(10)])
    }

    @Test func resetOfTheRateLimitIsThePauseWhereNothingElseSaysOne() async throws {
        let reset = [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1800000020")]
        let transport = ScriptedHTTP([answer(429, reset), answer(200)])
        _ = try await client(transport).send(call())
        #expect(clock.sleeps == [.seconds(20)])
    }

    // MARK: Budget

    @Test func stormOfFailuresIsNotMultipliedByRetries() async throws {
        let transport = ScriptedHTTP { _ in HTTPResponse(status: 503, url: "https://api.example/v1") }
        let client = client(transport)
        var last = Failure(.internal, "")
        for _ in 0..<400 { last = await failure { _ = try await client.send(call()) } }
        #expect(transport.calls.count == 400 + 100 + 200)
        #expect(
            last.message
                == "api.example answered 503 Service Unavailable; not tried again, as too many requests of this run failed"
        )
        #expect(last.hint == "resume the run when the service works again")
    }

    @Test func serviceThatFailsThreeRequestsInTenHasAllOfThemRepeated() async throws {
        let chance = SeededRandom(seed: 7)
        let transport = ScriptedHTTP { _ in
            HTTPResponse(status: chance.unitInterval() < 0.3 ? 503 : 200, url: "https://api.example/v1")
        }
        let client = client(transport)
        for _ in 0..<2000 { #expect(try await client.send(call(retry: RetryPolicy(max: 20))).status == 200) }
    }

    @Test func pausesThatTheServerAsksForCostNoRetry() async throws {
        let transport = ScriptedHTTP { _ in
            HTTPResponse(status: 429, headers: HTTPHeaders([("Retry-After", "1")]), url: "https://api.example/v1")
        }
        let client = client(transport)
        for _ in 0..<200 { _ = await failure { _ = try await client.send(call()) } }
        #expect(transport.calls.count == 800)
    }

    // MARK: Whatever happens

    @Test(arguments: Array(1...20) as [UInt64])
    func writeIsNeverSentAgainAfterItMayHaveHappened(seed: UInt64) async throws {
        let chance = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let sent = Mutex<[Bool]>([])
            let transport = ScriptedHTTP { _ in
                let (outcome, mayHaveHappened): (Result<HTTPResponse, Failure>, Bool) =
                    switch Int(chance.unitInterval() * 7) {
                    case 0: (self.refused, false)
                    case 1: (.failure(Failure(.uncertain, "broke off")), true)
                    case 2: (self.answer(500), true)
                    case 3: (self.answer(503, [("Retry-After", "1")]), false)
                    case 4: (self.answer(429), false)
                    case 5: (self.answer(504), true)
                    default: (self.answer(201), true)
                    }
                sent.withLock { $0.append(mayHaveHappened) }
                return try outcome.get()
            }
            _ = await failure { _ = try await client(transport).send(call("POST", .write)) }
            let history = sent.withLock { $0 }
            #expect(history.dropLast().allSatisfy { !$0 })
            #expect(history.count <= 4)
        }
    }

    @Test(arguments: Array(1...20) as [UInt64]) func pausesStayWithinTheirBounds(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let initial = Duration.seconds(random.unitInterval() * 10)
            let most = Duration.seconds(random.unitInterval() * 100)
            let policy = RetryPolicy(max: 9, initial: initial, maxInterval: most)
            let number = 1 + Int(random.unitInterval() * 9)
            var bound = initial
            for _ in 1..<number { bound = bound * 2 }
            let pause = policy.pause(after: number, asked: nil, random: random)
            #expect(pause >= .zero && pause <= min(bound, most))
            let asked = Duration.seconds(random.unitInterval() * 1000)
            #expect(policy.pause(after: number, asked: asked, random: random) >= asked)
        }
    }
}

extension Result where Failure == FlowCore.Failure {
    fileprivate var failure: FlowCore.Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}

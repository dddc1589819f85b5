import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// Limits and breakers around requests, shared by several clients as by several processes.
@Suite struct TrafficControlTests {
    private let clock = ManualClock()
    private let log = RecordedLog()
    private let records = ProcessRecords()

    /// A client of its own, as another process has.
    private func client(
        _ transport: any HTTPClient, records: (any SharedRecords)? = nil, clock: ManualClock? = nil
    ) -> RetryingClient {
        let clock = clock ?? self.clock
        let traffic = TrafficControl(records: records ?? self.records, clock: clock, random: SeededRandom())
        return RetryingClient(transport, traffic: traffic, clock: clock, random: SeededRandom())
    }

    private func call(
        _ url: String = "https://api.example/v1", limit: RequestLimit? = nil, retry: RetryPolicy = .none
    ) -> HTTPCall {
        let clock = clock
        var call = HTTPCall(
            HTTPRequest("GET", url), retry: retry,
            classify: { HTTPStatusTable.failure(for: $0, effect: .read, now: clock.now()) }, log: log)
        call.limit = limit
        return call
    }

    private func answer(_ status: Int, _ headers: [(String, String)] = []) -> Result<HTTPResponse, Failure> {
        .success(HTTPResponse(status: status, headers: HTTPHeaders(headers), url: "https://api.example/v1"))
    }

    private let fine = ScriptedHTTP { _ in HTTPResponse(status: 200, url: "https://api.example/v1") }
    private let broken = ScriptedHTTP { _ in HTTPResponse(status: 500, url: "https://api.example/v1") }

    private func breakService() async {
        let client = client(broken)
        for _ in 0..<10 { _ = await failure { _ = try await client.send(call()) } }
    }

    // MARK: Rate limits

    @Test func declaredLimitIsWaitedForAndTold() async throws {
        let limit = RequestLimit("chat.send", count: 1, per: .seconds(60), key: "C1")
        let client = client(fine)
        _ = try await client.send(call(limit: limit))
        #expect(clock.sleeps == [])
        _ = try await client.send(call(limit: limit))
        #expect(clock.sleeps.count == 1)
        #expect(clock.sleeps[0] >= .seconds(60) && clock.sleeps[0] <= .seconds(66))
        #expect(log.lines.count == 1)
        #expect(log.lines[0].hasSuffix("for the rate limit of api.example"))
        #expect(log.attempts[1].waited == HTTPWait(reason: "the rate limit of api.example", duration: clock.sleeps[0]))
        #expect(log.attempts[1].elapsed == .zero)
    }

    @Test func limitIsSharedWithOtherProcessesAndDividedByItsKey() async throws {
        func limit(_ key: String) -> RequestLimit {
            RequestLimit("chat.send", count: 1, per: .seconds(60), key: key)
        }
        _ = try await client(fine).send(call(limit: limit("C1")))
        _ = try await client(fine).send(call(limit: limit("C2")))
        #expect(clock.sleeps == [])
        _ = try await client(fine).send(call(limit: limit("C1")))
        #expect(clock.sleeps.count == 1)
    }

    @Test func credentialsHaveLimitsOfTheirOwn() async throws {
        let limit = RequestLimit("chat.send", count: 1, per: .seconds(60))
        let client = client(fine)
        for name in ["ada", "grace"] {
            var call = call(limit: limit)
            call.credential = Credential(name: name, type: "bearer", fields: ValueMap())
            _ = try await client.send(call)
        }
        #expect(clock.sleeps == [])
    }

    @Test func tooManyRequestsClosesTheServiceForEverybody() async throws {
        let busy = ScriptedHTTP([answer(429, [("Retry-After", "12")])])
        _ = await failure { _ = try await client(busy).send(call()) }
        _ = try await client(fine).send(call("https://api.example/other"))
        #expect(clock.sleeps.count == 1)
        #expect(clock.sleeps[0] >= .seconds(12) && clock.sleeps[0] < .seconds(14))
        #expect(log.lines == ["waiting: 12.0 s for the rate limit of api.example"])
        _ = try await client(fine).send(call("https://elsewhere.example/"))
        #expect(clock.sleeps.count == 1)
    }

    @Test func lastRequestOfALimitClosesItBeforeTheServerHasToRefuse() async throws {
        let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1800000030")]
        let client = client(ScriptedHTTP([answer(200, headers), answer(200)]))
        _ = try await client.send(call())
        _ = try await client.send(call())
        #expect(clock.sleeps.count == 1)
        #expect(clock.sleeps[0] >= .seconds(30))
    }

    @Test func waitThatWouldPassTheDeadlineIsNotBegun() async throws {
        let busy = ScriptedHTTP([answer(429, [("Retry-After", "3600")])])
        _ = await failure { _ = try await client(busy).send(call()) }
        let outcome = await failure { _ = try await client(fine).send(call(retry: .http)) }
        #expect(outcome.kind == .rateLimited)
        #expect(outcome.message == "the rate limit of api.example lets nothing through for 1 h 0 min")
        #expect(outcome.hint == "run it again then; \"flowctl limits\" shows what is used up")
        #expect(outcome.nothingSent)
        #expect(clock.sleeps == [])

        let limit = RequestLimit("chat.send", count: 1, per: .seconds(60))
        _ = try await client(fine).send(call("https://b.example/", limit: limit))
        var late = call("https://b.example/", limit: limit)
        late.deadline = clock.monotonic() + .seconds(30)
        let refused = await failure { _ = try await client(fine).send(late) }
        #expect(refused.kind == .rateLimited)
        #expect(refused.message.hasPrefix("the rate limit of b.example lets nothing through for 1 min"))
        #expect(clock.sleeps == [])
    }

    @Test func cancelledWaitGivesItsSlotBack() async throws {
        let clock = ManualClock(skipsSleep: false)
        let limit = RequestLimit("chat.send", count: 1, per: .seconds(60))
        let client = client(fine, clock: clock)
        _ = try await client.send(call(limit: limit))
        let call = call(limit: limit)
        let task = Task { try await client.send(call) }
        await clock.sleepers(atLeast: 1)
        task.cancel()
        let outcome = await failure { _ = try await task.value }
        #expect(outcome.kind == .cancelled)
        #expect(fine.calls.count == 1)
    }

    @Test func callThatComesTooLateForItsTurnTakesAnother() async throws {
        let sent = Mutex<[Timestamp]>([])
        let clock = ManualClock(skipsSleep: false)
        let transport = ScriptedHTTP { _ in
            sent.withLock { $0.append(clock.now()) }
            return HTTPResponse(status: 200, url: "https://api.example/v1")
        }
        let client = client(transport, clock: clock)
        let call = call(limit: RequestLimit("chat.send", count: 1, per: .seconds(60)))
        _ = try await client.send(call)
        let first = Task { try await client.send(call) }
        await clock.sleepers(atLeast: 1)
        // Its turn comes after a minute and lasts for three seconds.
        clock.advance(by: .seconds(70))
        _ = try await first.value
        let second = Task { try await client.send(call) }
        await clock.sleepers(atLeast: 1)
        clock.advance(by: .seconds(66))
        _ = try await second.value
        let times = sent.withLock { $0 }
        #expect(times.count == 3)
        #expect(times[1].since(times[0]) == .seconds(70))
        #expect(times[2].since(times[1]) >= .seconds(60))
    }

    @Test func manyProcessesTogetherUseTheRateAndNoMore() async throws {
        let times = Mutex<[Timestamp]>([])
        let clock = clock
        let transport = ScriptedHTTP { _ in
            times.withLock { $0.append(clock.now()) }
            return HTTPResponse(status: 200, url: "https://api.example/v1")
        }
        let limit = RequestLimit("api.list", count: 50, per: .seconds(1))
        let call = call(limit: limit)
        // Time passes only when the last of them waits.
        let clients = (0..<20).map { _ in client(transport) }
        for round in 0..<500 { _ = try await clients[round % 20].send(call) }
        let sent = times.withLock { $0 }.sorted()
        for (index, time) in sent.enumerated() where index >= 50 {
            #expect(time.since(sent[index - 50]) >= .seconds(1))
        }
        #expect(clock.monotonic() <= .seconds(500.0 / 50 / 0.9))
    }

    @Test func requestsGoOnWhereTheRecordsCannotBeShared() async throws {
        let client = client(fine, records: DamagedRecords())
        let limit = RequestLimit("chat.send", count: 1, per: .seconds(60))
        _ = try await client.send(call(limit: limit))
        _ = try await client.send(call(limit: limit))
        #expect(clock.sleeps.count == 1)
        #expect(log.lines.first == "warning: rate limits hold for this process alone: the database is damaged")
        #expect(log.lines.filter { $0.hasPrefix("warning") }.count == 1)
    }

    /// What is asked for there goes without the credential, whose limit has nothing to do with it.
    @Test(arguments: [
        (429, [("Retry-After", "12")]), (200, [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "12")]),
    ])
    func theLimitOfARedirectsTargetClosesThatAlone(status: Int, headers: [(String, String)]) async throws {
        let elsewhere = ScriptedHTTP { _ in
            HTTPResponse(status: status, headers: HTTPHeaders(headers), url: "https://files.example/v1")
        }
        let limit = RequestLimit("api.list", count: 50, per: .seconds(1))
        for limit in [nil, limit] {
            var call = call(limit: limit)
            call.credential = Credential(name: "ada", type: "bearer", fields: ValueMap())
            _ = try? await client(elsewhere).send(call)
            _ = try await client(fine).send(call)
        }
        #expect(clock.sleeps == [])
        _ = try await client(fine).send(call("https://files.example/other"))
        #expect(clock.sleeps.count == 1)
        #expect(clock.sleeps[0] >= .seconds(12))
    }

    @Test func eachSocketIsAServiceOfItsOwn() async throws {
        func asked(by socket: String?) -> HTTPCall {
            var call = call("http://localhost/v1")
            call.route.unixSocket = socket
            return call
        }
        let busy = ScriptedHTTP { _ in
            HTTPResponse(status: 429, headers: HTTPHeaders([("Retry-After", "12")]), url: "http://localhost/v1")
        }
        let failing = ScriptedHTTP { HTTPResponse(status: 500, url: $0.request.url) }
        _ = await failure { _ = try await client(busy).send(asked(by: "/run/a.sock")) }
        for socket in ["/run/b.sock", nil] { _ = try await client(fine).send(asked(by: socket)) }
        #expect(clock.sleeps == [])
        _ = try await client(fine).send(asked(by: "/run/a.sock"))
        #expect(clock.sleeps.count == 1)

        _ = await failure { _ = try await client(failing).send(asked(by: "/run/a.sock")) }
        let entry = try #require(await breaker(of: "http://localhost by /run/a.sock"))
        #expect(entry.origin == "http://localhost")
        #expect(entry.socket == "/run/a.sock")
        #expect(await breaker(of: "http://localhost") == nil)
    }

    // MARK: Circuit breaker

    private func breaker(of name: String) async -> TrafficEntry? {
        let record = await records.update(.init(.breaker, name)) { $0 }
        return record.flatMap { TrafficEntry(.breaker, $0.value, at: clock.now()) }
    }

    /// As of a job that cron starts every few seconds.
    @Test func successesOfShortProcessesCountWhereOthersHaveFailed() async throws {
        for _ in 0..<10 {
            for _ in 0..<4 {
                let process = client(fine)
                _ = try await process.send(call())
                await process.finish()
            }
            let process = client(broken)
            _ = await failure { _ = try await process.send(call()) }
            await process.finish()
            clock.advance(by: .seconds(5))
        }
        // Before the first failure nobody had told anything.
        #expect(await breaker(of: "https://api.example")?.state == .breakerClosed(failures: 10, calls: 46))
        _ = try await client(fine).send(call())
        #expect(clock.sleeps == [])
    }

    @Test func successesAreToldOnceASecondAndAtTheEnd() async throws {
        let records = CountingRecords()
        let healthy = client(fine, records: records)
        for _ in 0..<20 { _ = try await healthy.send(call()) }
        await healthy.finish()
        #expect(records.writes == 0)

        let failing = client(broken, records: records)
        _ = await failure { _ = try await failing.send(call()) }
        await failing.finish()
        #expect(records.writes == 1)

        clock.advance(by: .seconds(1))
        for _ in 0..<20 { _ = try await healthy.send(call()) }
        #expect(records.writes == 2)
        await healthy.finish()
        #expect(records.writes == 3)
        await healthy.finish()
        #expect(records.writes == 3)
        let record = await records.update(.init(.breaker, "https://api.example")) { $0 }
        let entry = record.flatMap { TrafficEntry(.breaker, $0.value, at: clock.now()) }
        #expect(entry?.state == .breakerClosed(failures: 1, calls: 41))
    }

    @Test func openBreakerSparesTheServiceAlsoFromOtherProcesses() async throws {
        await breakService()
        #expect(log.lines == ["warning: api.example: 10 of the last 10 requests failed, so none is sent for a while"])
        let outcome = await failure { _ = try await client(fine).send(call()) }
        #expect(outcome.kind == .transient)
        #expect(outcome.code == "circuit_open")
        #expect(outcome.message.hasPrefix("api.example failed most requests of late, so none is sent for "))
        #expect(
            outcome.hint
                == "see whether the service works again; \"flowctl limits reset https://api.example\" lets requests through at once"
        )
        #expect(outcome.nothingSent)
        #expect(fine.calls.isEmpty)
    }

    @Test func aProcessUnderWayHearsOfABreakerThatAnotherOneOpens() async throws {
        let underWay = client(fine)
        _ = try await underWay.send(call())
        await breakService()
        clock.advance(by: .seconds(1))
        let outcome = await failure { _ = try await underWay.send(call()) }
        #expect(outcome.code == "circuit_open")
        #expect(fine.calls.count == 1)
        clock.advance(by: .seconds(30))
        _ = try await underWay.send(call())
        #expect(fine.calls.count == 2)
    }

    @Test func stepWithRetriesWaitsForTheProbe() async throws {
        await breakService()
        let before = clock.monotonic()
        let response = try await client(fine).send(call(retry: RetryPolicy(max: 1, jitter: false)))
        #expect(response.status == 200)
        #expect(clock.monotonic() - before >= .seconds(30))
        // It works again: nobody waits any more.
        let again = clock.monotonic()
        _ = try await client(fine).send(call())
        #expect(clock.monotonic() == again)
    }

    @Test func stepWithoutTheTimeForTheProbeFailsAtOnce() async throws {
        await breakService()
        let before = clock.monotonic()
        var call = call(retry: RetryPolicy(max: 3, jitter: false))
        call.deadline = before + .seconds(20)
        let outcome = await failure { _ = try await client(fine).send(call) }
        #expect(outcome.message == "api.example failed most requests of late, so none is sent for 30.0 s")
        #expect(outcome.code == "circuit_open")
        #expect(clock.monotonic() == before)
        #expect(fine.calls.isEmpty)
    }

    @Test func onlyTheServerAndTheWayToItCount() async throws {
        let refusing = ScriptedHTTP { _ in HTTPResponse(status: 404, url: "https://api.example/v1") }
        let client = client(refusing)
        for _ in 0..<30 { _ = await failure { _ = try await client.send(call()) } }
        #expect(refusing.calls.count == 30)
        let cancelled = ScriptedHTTP { _ in throw Failure(.cancelled, "cancelled") }
        for _ in 0..<30 { _ = await failure { _ = try await self.client(cancelled).send(call()) } }
        #expect(cancelled.calls.count == 30)
    }

    @Test func probeUnderWayLetsNobodyElseThrough() async throws {
        await breakService()
        try await clock.sleep(.seconds(31))
        let gate = ScriptedHTTP { _ in
            let outcome = await failure { _ = try await self.client(self.fine).send(self.call()) }
            #expect(outcome.message == "api.example failed most requests of late, and one is being tried now")
            #expect(outcome.hint == "try again in a minute")
            return HTTPResponse(status: 200, url: "https://api.example/v1")
        }
        #expect(try await client(gate).send(call()).status == 200)
        #expect(fine.calls.isEmpty)
    }
}

/// Counts how often a record is changed.
private final class CountingRecords: SharedRecords {
    private let records = ProcessRecords()
    private let count = Mutex(0)

    var writes: Int { count.withLock { $0 } }

    func update<T: Sendable>(
        _ key: SharedRecord.Key, _ change: @escaping @Sendable (inout SharedRecord?) -> T
    ) async -> T {
        await records.update(key) { record in
            let before = record
            let result = change(&record)
            if record != before { self.count.withLock { $0 += 1 } }
            return result
        }
    }

    func identity(of credential: Credential) async -> String { credential.name }
}

/// A state database that can't be used.
private struct DamagedRecords: SharedRecords {
    func update<T: Sendable>(
        _ key: SharedRecord.Key, _ change: @escaping @Sendable (inout SharedRecord?) -> T
    ) async throws -> T {
        throw Failure(.invalid, "the database is damaged")
    }

    func identity(of credential: Credential) async throws -> String {
        throw Failure(.invalid, "the database is damaged")
    }
}

import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// Services that want no more requests for a while, and those that send others elsewhere.
@Suite struct ClosureTests {
    private let clock = EventfulClock()
    private let log = RecordedLog()
    private let records = ProcessRecords()

    /// A client of its own, as another process has.
    private func client(_ transport: any HTTPClient) -> RetryingClient {
        let traffic = TrafficControl(records: records, clock: clock, random: SeededRandom())
        return RetryingClient(transport, traffic: traffic, clock: clock, random: SeededRandom())
    }

    private func call(_ url: String = "https://api.example/v1", limit: RequestLimit? = nil) -> HTTPCall {
        let clock = clock
        var call = HTTPCall(
            HTTPRequest("GET", url),
            classify: { HTTPStatusTable.failure(for: $0, effect: .read, now: clock.now()) }, log: log)
        call.limit = limit
        return call
    }

    private static func response(_ status: Int, _ headers: [(String, String)] = []) -> HTTPResponse {
        HTTPResponse(status: status, headers: HTTPHeaders(headers), url: "https://api.example/v1")
    }

    private let fine = ScriptedHTTP { _ in ClosureTests.response(200) }

    private func busy(_ headers: (String, String)..., status: Int = 429) -> ScriptedHTTP {
        ScriptedHTTP { _ in ClosureTests.response(status, headers) }
    }

    @Test(arguments: [nil, RequestLimit("api.list", count: 1, per: .seconds(4))])
    func whoeverWaitsLooksAgainBeforeItSends(limit: RequestLimit?) async throws {
        let (arrival, arrives) = AsyncStream.makeStream(of: Void.self)
        let (gate, opens) = AsyncStream.makeStream(of: Void.self)
        let number = Mutex(0)
        let transport = ScriptedHTTP { _ in
            let number = number.withLock { number in
                number += 1
                return number
            }
            if number == 1 {
                arrives.yield()
                for await _ in gate { break }
                return ClosureTests.response(429, [("Retry-After", "20")])
            }
            return number == 2 && limit == nil
                ? ClosureTests.response(429, [("Retry-After", "4")]) : ClosureTests.response(200)
        }
        let client = client(transport)
        let call = call(limit: limit)
        let first = Task { await failure { _ = try await client.send(call) } }
        for await _ in arrival { break }
        if limit == nil { _ = await failure { _ = try await client.send(call) } }
        // While the next waits for its turn, or for the end of what it knows to be closed, the first answer comes.
        clock.atNextSleep {
            opens.yield()
            _ = await first.value
        }
        _ = try await client.send(call)
        #expect(clock.monotonic() >= .seconds(20))
        #expect(await first.value.kind == .rateLimited)
        #expect(transport.calls.count == (limit == nil ? 3 : 2))
    }

    @Test func processThatRunsHearsOfAClosureThatAnotherMet() async throws {
        let client = client(fine)
        _ = try await client.send(call())
        _ = await failure { _ = try await self.client(busy(("Retry-After", "8"))).send(call()) }
        try await clock.sleep(.seconds(1))
        let begin = clock.monotonic()
        _ = try await client.send(call())
        #expect(clock.monotonic() - begin >= .seconds(7))
    }

    /// That of the limit and that of the breaker once a second each.
    @Test func sharedRecordsAreNotReadForEachRequest() async throws {
        let records = CountingRecords(records)
        let traffic = TrafficControl(records: records, clock: clock, random: SeededRandom())
        let client = RetryingClient(fine, traffic: traffic, clock: clock, random: SeededRandom())
        _ = try await client.send(call())
        let first = records.count
        for _ in 0..<1000 { _ = try await client.send(call()) }
        #expect(records.count == first)
        try await clock.sleep(.seconds(1))
        for _ in 0..<1000 { _ = try await client.send(call()) }
        #expect(records.count == first + 2)
    }

    @Test(arguments: [
        (429, [("Retry-After", "999999999")]), (429, [("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")]),
        (200, [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "999999999")]),
    ])
    func noServiceIsClosedForLongerThanADay(status: Int, headers: [(String, String)]) async throws {
        let limit = RequestLimit("api.list", count: 100, per: .seconds(1))
        for limit in [nil, limit] {
            let absurd = ScriptedHTTP { _ in ClosureTests.response(status, headers) }
            _ = await failure { _ = try await client(absurd).send(call(limit: limit)) }
            let outcome = await failure { _ = try await client(fine).send(call(limit: limit)) }
            #expect(outcome.message == "the rate limit of api.example lets nothing through for 24 h 0 min")
            #expect(
                outcome.hint
                    == "run it again then; \"flowctl limits\" shows what is used up, and \"flowctl limits reset "
                    + "https://api.example\" lets requests through at once")
            try await clock.sleep(.seconds(86_401))
            #expect(try await client(fine).send(call(limit: limit)).status == 200)
        }
    }

    @Test func breakerIsNotOpenForLongerThanADay() async throws {
        let broken = client(busy(("Retry-After", "999999999"), status: 503))
        for _ in 0..<10 { _ = await failure { _ = try await broken.send(call()) } }
        #expect(await failure { _ = try await client(fine).send(call()) }.code == "circuit_open")
        try await clock.sleep(.seconds(86_401))
        #expect(try await client(fine).send(call()).status == 200)
    }

    @Test func refusalOfTheBreakerCostsNoSlot() async throws {
        let broken = client(busy(status: 500))
        for _ in 0..<10 { _ = await failure { _ = try await broken.send(call()) } }
        try await clock.sleep(.seconds(31))
        let limit = RequestLimit("api.list", count: 2, per: .seconds(3600))
        let gate = ScriptedHTTP { _ in
            let client = self.client(self.fine)
            for _ in 0..<5 {
                let outcome = await failure { _ = try await client.send(self.call(limit: limit)) }
                #expect(outcome.code == "circuit_open")
            }
            return ClosureTests.response(200)
        }
        _ = try await client(gate).send(call())
        let begin = clock.monotonic()
        for _ in 0..<2 { _ = try await client(fine).send(call(limit: limit)) }
        #expect(clock.monotonic() == begin)
    }

    @Test func serviceThatRedirectsToOneThatFailsWorksItself() async throws {
        let broken = try FaultServer { _ in .status(500) }
        let refusing = try RefusingPort()
        let server = try FaultServer { request in
            switch request.path {
            case "/broken": .redirect(to: broken.url + "/there")
            case "/refusing": .redirect(to: refusing.url + "/there")
            default: .text("fine")
            }
        }
        let client = client(CurlClient())
        for path in ["/broken", "/refusing"] {
            for _ in 0..<10 {
                let outcome = await failure { _ = try await client.send(call(server.url + path)) }
                #expect(outcome.code != "circuit_open")
            }
        }
        #expect(try await client.send(call(server.url + "/echo")).text == "fine")
    }
}

/// A clock whose sleeps end at once, and things that happen meanwhile.
private final class EventfulClock: WallClock {
    private let clock = ManualClock()
    private let event = Mutex<(@Sendable () async -> Void)?>(nil)

    func now() -> Timestamp { clock.now() }
    func monotonic() -> Duration { clock.monotonic() }

    /// What happens during the next sleep.
    func atNextSleep(_ body: @escaping @Sendable () async -> Void) { event.withLock { $0 = body } }

    func sleep(_ duration: Duration) async throws {
        let event = event.withLock { event in
            defer { event = nil }
            return event
        }
        await event?()
        try await clock.sleep(duration)
    }
}

/// Counts how often records are read or changed.
private final class CountingRecords: SharedRecords {
    private let records: ProcessRecords
    private let counter = Mutex(0)

    init(_ records: ProcessRecords) { self.records = records }

    var count: Int { counter.withLock { $0 } }

    func update<T: Sendable>(
        _ key: SharedRecord.Key, _ change: @escaping @Sendable (inout SharedRecord?) -> T
    ) async throws -> T {
        counter.withLock { $0 += 1 }
        return await records.update(key, change)
    }

    func identity(of credential: Credential) async throws -> String { await records.identity(of: credential) }
}

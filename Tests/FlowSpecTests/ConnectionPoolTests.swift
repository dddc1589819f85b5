import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

@Suite("Connection pools")
struct ConnectionPoolTests {
    private let clock = ManualClock()
    private let key = ConnectionKey(service: "test", credential: "a")

    @Test("one connection serves step after step")
    func reused() async throws {
        let server = FakeServer()
        let pools = ConnectionPools(clock: clock)
        for _ in 1...3 { try await pools.withConnection(key, limit: 2, open: server.open) { _ in } }
        #expect(server.events == ["open 1"])
    }

    @Test("no more are open than the bound allows; who asks first is served first")
    func bounded() async throws {
        let server = FakeServer()
        let pools = ConnectionPools(clock: clock)
        let key = key
        let served = Served()
        let (gate, release) = AsyncStream.makeStream(of: Void.self)
        let (taken, tookIt) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pools.withConnection(key, limit: 1, open: server.open) { _ in
                    tookIt.finish()
                    for await _ in gate {}
                    served.add(0)
                }
            }
            for await _ in taken {}
            for number in 1...3 {
                group.addTask {
                    try await pools.withConnection(key, limit: 1, open: server.open) { _ in
                        served.add(number)
                    }
                }
            }
            release.finish()
            try await group.waitForAll()
        }
        #expect(served.numbers.first == 0)
        #expect(served.numbers.sorted() == [0, 1, 2, 3])
        #expect(server.events == ["open 1"])
    }

    @Test("who is cancelled while waiting gets none, and the place stays")
    func cancelled() async throws {
        let (server, key) = (FakeServer(), key)
        let pools = ConnectionPools(clock: clock)
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in
            let waiting = Task { try await pools.withConnection(key, limit: 1, open: server.open) { _ in } }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in }
        #expect(server.events == ["open 1"])
    }

    @Test("one that can't be reset is closed, and the next is new")
    func broken() async throws {
        let server = FakeServer()
        let pools = ConnectionPools(clock: clock)
        await #expect(throws: Failure.self) {
            try await pools.withConnection(key, limit: 1, open: server.open) { connection in
                connection.breaks()
                throw Failure(.network, "gone")
            }
        }
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in }
        #expect(server.events == ["open 1", "close 1", "open 2"])
    }

    @Test("after a while the server is asked first, and one that doesn't answer is replaced")
    func stale() async throws {
        let server = FakeServer()
        let pools = ConnectionPools(clock: clock)
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in }
        clock.advance(by: .seconds(31))
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in }
        #expect(server.events == ["open 1", "ask 1"])
        server.stopsAnswering()
        clock.advance(by: .seconds(31))
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in }
        #expect(server.events == ["open 1", "ask 1", "ask 1", "close 1", "open 2"])
    }

    @Test("one that has become old is not used again")
    func old() async throws {
        let server = FakeServer()
        let pools = ConnectionPools(clock: clock)
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in }
        clock.advance(by: .seconds(1800))
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in }
        #expect(server.events == ["open 1", "close 1", "open 2"])
    }

    @Test("a server that can't be reached leaves the place to the next")
    func refused() async throws {
        let server = FakeServer()
        let pools = ConnectionPools(clock: clock)
        await #expect(throws: Failure.self) {
            try await pools.withConnection(
                key, limit: 1, open: { () -> FakeConnection in throw Failure(.network, "refused") }, { _ in })
        }
        try await pools.withConnection(key, limit: 1, open: server.open) { _ in }
        #expect(server.events == ["open 1"])
    }

    @Test("credentials and options have connections of their own; all are closed, the last first")
    func closed() async throws {
        let server = FakeServer()
        let pools = ConnectionPools(clock: clock)
        var others = [key, key, key]
        others[1].credential = "b"
        others[2].options = ["read_only"]
        for key in others { try await pools.withConnection(key, limit: 1, open: server.open) { _ in } }
        await pools.close()
        #expect(server.events == ["open 1", "open 2", "open 3", "close 3", "close 2", "close 1"])
    }
}

/// Who was served, in order.
private final class Served: Sendable {
    private let list = Mutex<[Int]>([])

    var numbers: [Int] { list.withLock { $0 } }

    func add(_ number: Int) { list.withLock { $0.append(number) } }
}

/// What is opened and closed, as it happened.
private final class FakeServer: Sendable {
    private let state = Mutex<(events: [String], opened: Int, answers: Bool)>(([], 0, true))

    var events: [String] { state.withLock { $0.events } }
    var answers: Bool { state.withLock { $0.answers } }

    func stopsAnswering() { state.withLock { $0.answers = false } }
    func note(_ event: String) { state.withLock { $0.events.append(event) } }

    @Sendable func open() async throws -> FakeConnection {
        let number = state.withLock { state in
            state.opened += 1
            return state.opened
        }
        note("open \(number)")
        return FakeConnection(number: number, server: self)
    }
}

private final class FakeConnection: PooledConnection {
    private let number: Int
    private let server: FakeServer
    private let isBroken = Mutex(false)

    init(number: Int, server: FakeServer) {
        self.number = number
        self.server = server
    }

    func breaks() { isBroken.withLock { $0 = true } }

    func reset() async -> Bool { !isBroken.withLock { $0 } }

    func isAlive() async -> Bool {
        server.note("ask \(number)")
        return server.answers
    }

    func close() async { server.note("close \(number)") }
}

import FlowCore

/// The connections of one key.
actor ConnectionPool {
    /// How long one may lie unused before the server is asked whether it still answers.
    static let trust: Duration = .seconds(30)
    /// How old one may become; servers and firewalls have bounds of their own.
    static let lifetime: Duration = .seconds(30 * 60)

    private struct Idle {
        var connection: any PooledConnection
        var since: Duration
    }

    private let limit: Int
    private let clock: any WallClock
    private var idle: [Idle] = []
    /// When each connection was opened; those being opened count in ``inUse`` only.
    private var opened: [ObjectIdentifier: Duration] = [:]
    private var inUse = 0
    private let waiters = Waiters<Void>()
    private var isClosed = false

    init(limit: Int, clock: any WallClock) {
        self.limit = max(limit, 1)
        self.clock = clock
    }

    /// One that works: an open one where there is one, else a new one.
    func take<Connection: PooledConnection>(
        as type: Connection.Type, open: @Sendable () async throws -> Connection
    ) async throws -> Connection {
        try await enter()
        do {
            while let candidate = idle.popLast() {
                if let connection = candidate.connection as? Connection, await isFit(candidate) { return connection }
                await discard(candidate.connection)
            }
            try Task.checkCancellation()
            let connection = try await open()
            opened[ObjectIdentifier(connection)] = clock.monotonic()
            return connection
        } catch {
            leave()
            throw error
        }
    }

    func giveBack(_ connection: any PooledConnection) async {
        if await connection.reset(), !isClosed {
            idle.append(Idle(connection: connection, since: clock.monotonic()))
        } else {
            await discard(connection)
        }
        leave()
    }

    func close() async {
        isClosed = true
        let rest = idle
        idle = []
        for entry in rest.reversed() { await discard(entry.connection) }
    }

    private func isFit(_ candidate: Idle) async -> Bool {
        let now = clock.monotonic()
        let age = now - (opened[ObjectIdentifier(candidate.connection)] ?? now)
        guard age < Self.lifetime else { return false }
        guard now - candidate.since >= Self.trust else { return true }
        return await candidate.connection.isAlive()
    }

    private func discard(_ connection: any PooledConnection) async {
        opened[ObjectIdentifier(connection)] = nil
        await connection.close()
    }

    /// Waits for a place.
    private func enter() async throws {
        if inUse < limit { inUse += 1 } else { try await waiters.wait() }
    }

    /// Hands the place to who has waited longest.
    private func leave() {
        if !waiters.resumeFirst(with: .success(())) { inUse -= 1 }
    }
}

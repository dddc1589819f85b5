import FlowCore
import FlowTestKit
import Synchronization
import Testing

/// Rate limits and circuit breakers that several flowctl processes share through the state database.
@Suite("Limits") struct LimitTests {
    /// Counts requests by the second and refuses those over the limit, as a service does.
    private final class Counter: Sendable {
        private let limit: Int
        private let state = Mutex<(seconds: [Int64: Int], arrivals: [Duration], refused: [Duration])>(([:], [], []))
        private let start = ContinuousClock.now

        init(limit: Int) { self.limit = limit }

        func take() -> Bool {
            let now = ContinuousClock.now - start
            return state.withLock { state in
                state.arrivals.append(now)
                let count = state.seconds[now.components.seconds, default: 0]
                guard count < limit else {
                    state.refused.append(now)
                    return false
                }
                state.seconds[now.components.seconds] = count + 1
                return true
            }
        }

        var arrivals: [Duration] { state.withLock { $0.arrivals } }
        var refused: [Duration] { state.withLock { $0.refused } }
    }

    private static let workflow = """
        name: many
        steps:
          - id: ask
            for_each: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
            max_parallel: 10
            uses: shop.get
        """

    private func machine(_ server: FaultServer, limit: String) throws -> Machine {
        try Machine([
            "connectors/shop.yaml": """
            connector: shop
            title: Shop
            base: \(server.url)
            defaults: { limit: \(limit) }
            operations:
              get: { summary: Get it., effect: read, request: GET /it }
            """,
            "many.yaml": LimitTests.workflow,
        ])
    }

    @Test func twentyProcessesKeepOneLimitAndUseIt() async throws {
        let counter = Counter(limit: 50)
        let server = try FaultServer { _ in counter.take() ? .json(["ok": true]) : .retryAfter("1") }
        let machine = try machine(server, limit: "50/s")
        // Makes the state database, so that all of them start alike.
        #expect(try await machine.run("flowctl limits").exit == 0)
        let exits = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await machine.run("flowctl run -q many.yaml").exit } }
            var exits: [Int] = []
            for try await exit in group { exits.append(exit) }
            return exits
        }
        #expect(exits.allSatisfy { $0 == 0 })
        let arrivals = counter.arrivals
        let first = try #require(arrivals.first)
        #expect(arrivals.count >= 200)
        // A machine that is busy with other tests holds a request up on its way: `scripts/soak-limits` counts exactly.
        let refused = counter.refused.filter { $0 > first + .seconds(1) }
        #expect(refused.count <= 4, "\(refused)")
        // It also takes long to start twenty processes: what counts is the rate while they are there.
        let busiest =
            arrivals.map { begin in
                arrivals.filter { $0 >= begin && $0 < begin + .seconds(2) }.count
            }.max() ?? 0
        #expect(busiest >= 75 && busiest <= 104, "\(busiest) requests in the busiest two seconds")
    }

    @Test func breakerThatOneRunOpenedIsOpenForTheNextUntilItIsReset() async throws {
        let isBroken = Mutex(true)
        let server = try FaultServer { _ in
            isBroken.withLock { $0 } ? .status(500) : .json(["ok": true])
        }
        let machine = try machine(server, limit: "1000/s")
        try machine.write(
            """
            name: failing
            steps:
              - id: ask
                for_each: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
                on_item_error: continue
                uses: shop.get
                retry: 0
            """, to: "failing.yaml")
        let broken = try await machine.run("flowctl run -q failing.yaml")
        #expect(broken.exit == 1)
        isBroken.withLock { $0 = false }
        let asked = server.requests.count
        #expect(asked == 10)
        try machine.write(
            "name: one\nsteps:\n  - { id: ask, uses: shop.get, retry: 0 }\n", to: "one.yaml")
        let refused = try await machine.run("flowctl run -q one.yaml")
        #expect(refused.exit == 1)
        #expect(
            refused.errors.contains("\(server.authority) failed most requests of late, so none is sent for "),
            "\(refused.errors)")
        #expect(server.requests.count == asked)
        let listed = try await machine.run("flowctl limits")
        #expect(listed.output.contains("circuit breaker"), "\(listed.output)")
        #expect(listed.output.contains("open for "), "\(listed.output)")
        let reset = try await machine.run("flowctl limits reset \(server.authority)")
        #expect(reset.exit == 0, "\(reset.errors)")
        #expect(try await machine.run("flowctl run -q one.yaml").exit == 0)
        #expect(server.requests.count == asked + 1)
    }

    @Test func stateDatabaseThatIsDamagedStopsNoRequest() async throws {
        let server = try FaultServer { _ in .json(["ok": true]) }
        let machine = try machine(server, limit: "1000/s")
        try machine.write("this is no database, but long enough to be taken for one", to: "damaged.db")
        let result = try await machine.run(
            "chmod 600 damaged.db; chmod 700 .; flowctl nodes run shop.get --state-db damaged.db")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.errors.contains("rate limits hold for this process alone: "), "\(result.errors)")
    }
}

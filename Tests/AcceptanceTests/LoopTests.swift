import Dispatch
import FlowCore
import FlowTestKit
import Glibc
import Synchronization
import Testing

@Suite struct LoopTests {
    @Test func aThousandItemsKeepTheirOrder() async throws {
        let machine = try Machine([
            "loop.yaml": """
            name: loop
            steps:
              - id: each
                for_each: ${{ range(1000) }}
                as: n
                max_parallel: 32
                uses: data.transform
                with: { input: "${{ n }}", fields: { double: input * 2 } }
              - id: nested
                for_each: ${{ range(20) }}
                as: row
                max_parallel: 8
                steps:
                  - id: cell
                    for_each: ${{ range(50) }}
                    as: column
                    max_parallel: 8
                    uses: data.transform
                    with: { input: "${{ row * 50 + column }}", fields: { number: input } }
                outputs: { cells: "${{ steps.cell.output }}" }
            outputs:
              each: ${{ steps.each.output.map(item, item.double) == range(1000).map(n, n * 2) }}
              nested: ${{ steps.nested.output.map(row, row.cells.map(cell, cell.number)).flatten() == range(1000) }}
            """
        ])
        let result = try await machine.run("flowctl run loop.yaml --quiet --output json")
        #expect(result.exit == 0, "\(result.errors)")
        let outputs = try JSON.parse(result.output).mapValue?["outputs"]
        #expect(outputs == ["each": true, "nested": true], "\(result.output.prefix(2000))")
    }

    /// What requests are counted in, and who is ended at which of them.
    private struct Load {
        var requests: [Int] = []
        var pid: pid_t = 0
        var killAt = 0
        /// KiB, when the last item was asked for.
        var peak = 0
    }

    @Test func aLoopKilledInTheMiddleRepeatsNoFinishedItemAndStaysSmall() async throws {
        let count = 800
        let load = Mutex(Load())
        let server = try FaultServer { request in
            let number = Int(request.path.dropFirst()) ?? -1
            load.withLock { load in
                load.requests.append(number)
                if load.requests.count == load.killAt { kill(load.pid, SIGKILL) }
                if number == count - 1 { load.peak = LoopTests.peak(of: load.pid) }
            }
            return .text(String(repeating: "x", count: 10_000))
        }
        let machine = try Machine([
            "loop.yaml": """
            name: loop
            inputs: { url: { type: string, required: true }, count: { type: int, required: true } }
            steps:
              - id: each
                for_each: ${{ range(inputs.count) }}
                max_parallel: 16
                uses: http.request
                with: { url: "${{ inputs.url }}/${{ item }}" }
            """
        ])
        func run(_ command: String, killedAt killAt: Int = 0) async throws -> ChildProcess.Result {
            let running = load.withLock { load in
                // The first request can't come before this is known.
                load.killAt = killAt
                let running = try? machine.start(command)
                load.pid = running?.pid ?? 0
                return running
            }
            return try await #require(running).finish()
        }
        let killed = try await run(
            "flowctl run loop.yaml -i url=\(server.url) -i count=\(count) --quiet", killedAt: count * 2 / 5)
        #expect(killed.exit == 128 + 9)
        let shown = try await machine.run("flowctl runs show latest --step each --output json")
        let finished = try #require(try JSON.parse(shown.output)["item_counts"]?["succeeded"]?.intValue)
        #expect(finished > count / 5)
        let before = load.withLock { $0.requests.count }

        let resumed = try await run("flowctl resume latest --quiet")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        let (requests, peak) = load.withLock { ($0.requests, $0.peak) }
        #expect(Set(requests) == Set(0..<count))
        #expect(requests.count - before == count - Int(finished))
        #expect((1..<96 * 1024).contains(peak), "\(peak) KiB")
    }

    @Test func itemsOfTheFirstPageAreWorkedOnBeforeTheServerGivesTheLast() async throws {
        let order = Mutex<[String]>([])
        let hasStarted = DispatchSemaphore(value: 0)
        let address = Mutex("")
        let server = try FaultServer { request in
            order.withLock { $0.append(request.target) }
            switch request.target {
            case "/orders":
                let next = address.withLock { $0 } + "/orders?page=2"
                return .json([["id": 1], ["id": 2]], headers: [("Link", "<\(next)>; rel=\"next\"")])
            case "/orders?page=2":
                // The list goes on only when an item of its first page has come.
                guard hasStarted.wait(timeout: .now() + 30) == .success else { return .json([], status: 500) }
                return .json([["id": 3]])
            default:
                hasStarted.signal()
                return .json(["ok": true])
            }
        }
        address.withLock { $0 = server.url }
        let machine = try Machine([
            "connectors/shop.yaml": """
            connector: shop
            title: Shop
            base: \(server.url)
            operations:
              list:
                summary: List the orders.
                effect: read
                request: GET /orders
                paginate: { by: link, items: "${{ body }}" }
            """,
            "orders.yaml": """
            name: orders
            defaults: { retry: 0 }
            steps:
              - { id: orders, uses: shop.list }
              - id: each
                for_each: ${{ steps.orders.output }}
                uses: http.request
                with: { url: "\(server.url)/done/${{ item.id }}", method: PUT }
            """,
        ])
        let result = try await machine.run("flowctl run orders.yaml --quiet")
        #expect(result.exit == 0, "\(result.errors)")
        let seen = order.withLock { $0 }
        #expect(Set(seen) == ["/orders", "/orders?page=2", "/done/1", "/done/2", "/done/3"])
        #expect(seen.count == 5)
    }

    /// The most memory the process has had, in KiB.
    private static func peak(of pid: pid_t) -> Int {
        let status = (try? Folder.read("/proc/\(pid)/status")) ?? ""
        return status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) } ?? 0
    }
}

import FlowCore
import FlowSpec
import FlowStore
import FlowWorkflow
import Synchronization
import Testing

@testable import FlowRun

/// Loops over a list that comes in pages.
@Suite struct PageTests {
    private static func list() -> Step {
        Step(
            id: "list", hasExplicitID: true, kind: .node(name: "test.pages", nameSpan: Make.span, arguments: []),
            span: Make.span)
    }

    private static func each(over items: Value = "${{ steps.list.output }}", max: Int = 1) throws -> Step {
        try Step.read("each", "${{ item }}").each(items, max: max)
    }

    private static func setup(_ bench: Bench, _ pages: PagedScript) -> RunSetup {
        bench.setup { $0.nodes = NodeCatalog([pages, bench.nodes]) }
    }

    private static func keptPages(_ bench: Bench) throws -> Int {
        let history = try bench.history()
        return try history.pages(of: "list", in: history.run(named: "latest")).count
    }

    @Test func itemsOfTheFirstPageStartWhileTheNextIsStillAwaited() async throws {
        let gate = Gate()
        let pages = PagedScript([[1, 2], [3]]) { if $0 == 2 { await gate.pass() } }
        let bench = Bench { call in
            if call.value == 2 { gate.open() }
            return call.value
        }
        let result = try await bench.run([Self.list(), try Self.each()], setup: Self.setup(bench, pages))
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read 1", "read 2", "read 3"])
        #expect(try Self.keptPages(bench) == 2)
        #expect(bench.observer.reports["list"]?.output == .null)
    }

    @Test func filterAndMapAtTheHeadGoItemByItem() async throws {
        let bench = Bench()
        let pages = PagedScript([[1, 2], [], [3, 4]])
        let each = try Self.each(over: "${{ steps.list.output.filter(n, n % 2 == inputs.odd).map(n, n * 10) }}", max: 3)
        let result = try await bench.run(
            [Self.list(), each], setup: Self.setup(bench, pages), inputs: ValueMap([("odd", 0)]))
        #expect(result.status == .succeeded)
        #expect(Set(bench.nodes.said) == ["read 20", "read 40"])
        #expect(try Self.keptPages(bench) == 3)
        let history = try bench.history()
        let items = try history.items(of: "each", in: history.run(named: "latest"))
        #expect(items.map(\.index) == [0, 1])
    }

    @Test(arguments: [
        "${{ steps.list.output.size() }}", "${{ steps.list }}", "${{ steps[\"li\" + \"st\"].output }}",
    ])
    func whatAnotherStepReadsIsKeptWhole(reader: String) async throws {
        let bench = Bench()
        let pages = PagedScript([[1, 2], [3]])
        let result = try await bench.run(
            [Self.list(), try Self.each(), try .read("look", .string(reader))], setup: Self.setup(bench, pages))
        #expect(result.status == .succeeded)
        #expect(bench.observer.reports["list"]?.output == [1, 2, 3])
        #expect(try Self.keptPages(bench) == 0)
    }

    @Test(arguments: [
        "${{ steps.list.output.filter(n, n != steps.list.output[0]) }}",
        "${{ steps.list.output.transformList(i, n, i) }}",
        "${{ steps.list.output.map(n, [n, uuid()]) }}", "${{ [0] + steps.list.output }}",
    ])
    func aHeadThatIsNotGoneThroughItemByItemNeedsTheWholeList(items: String) async throws {
        let bench = Bench()
        let pages = PagedScript([[1, 2], [3]])
        let result = try await bench.run(
            [Self.list(), try Self.each(over: .string(items))], setup: Self.setup(bench, pages))
        #expect(result.status == .succeeded)
        #expect(try Self.keptPages(bench) == 0)
    }

    @Test func aFilterSeesWhatElseItReads() async throws {
        let bench = Bench()
        let pages = PagedScript([[1, 2], [3]])
        let odd = try Step.read("odd", "${{ item }}").each([1, 3], max: 1)
        let each = try Self.each(over: "${{ steps.list.output.filter(n, n in steps.odd.output) }}")
        let result = try await bench.run([odd, Self.list(), each], setup: Self.setup(bench, pages))
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read 1", "read 3", "read 1", "read 3"])
        #expect(try Self.keptPages(bench) == 2)
    }

    @Test func aResumedRunAsksForTheNextPageAndRepeatsNoFinishedItem() async throws {
        let bench = Bench { call in
            if call.value == 3, call.count == 1 { throw Failure(.invalid, "no threes yet") }
            return call.value
        }
        let tries = Mutex(0)
        let pages = PagedScript([[1, 2], [3, 4], [5]]) { number in
            let isFirst = tries.withLock { tries in
                if number == 3 { tries += 1 }
                return number == 3 && tries == 1
            }
            if isFirst {
                // Not before the loop has gone through what came.
                while bench.nodes.said.count < 4 { await Task.yield() }
                throw Failure(.network, "the line is down")
            }
        }
        let steps = [Self.list(), try Self.each().with { $0.loop?.onItemError = .continue }]
        let setup = Self.setup(bench, pages)
        let first = try await bench.run(steps, setup: setup)
        #expect(first.status == .failed)
        #expect(first.failure?.message == "the line is down")
        #expect(first.failedStep == "list")
        #expect(bench.observer.reports["each"]?.failure?.message == "the list of items broke off: the line is down")

        let second = try await bench.resume(steps, setup: setup)
        #expect(second.status == .succeeded)
        #expect(pages.made == [1, 2, 3])
        #expect(bench.nodes.said == ["read 1", "read 2", "read 3", "read 4", "read 3", "read 5"])
    }

    @Test func aListThatFailsBeforeItsFirstPageStartsNoLoop() async throws {
        let bench = Bench()
        let pages = PagedScript([[1]]) { _ in throw Failure(.notFound, "no such list") }
        let result = try await bench.run([Self.list(), try Self.each()], setup: Self.setup(bench, pages))
        #expect(result.failure?.message == "no such list")
        #expect(try bench.statuses() == ["list": "failed", "each": "skipped"])
    }

    /// Others may want the list, and who resumes the run finds it whole.
    @Test func aLoopThatFailsLeavesTheReadingOfItsListAlone() async throws {
        let gate = Gate()
        let bench = Bench { call in
            if call.value == 1, call.count == 1 { throw Failure(.invalid, "no ones yet") }
            return call.value
        }
        let pages = PagedScript([[1], [2], [3]]) { number in
            if number == 2 { await gate.pass() }
        }
        let steps = [Self.list(), try Self.each()]
        let setup = Self.setup(bench, pages)
        let tidy: (inout Workflow) throws -> Void = {
            $0.finally = [try Step.read("tidy", "${{ n * 10 }}").each("${{ steps.list.output }}", max: 1, as: "n")]
        }
        let executor = try await bench.start(steps, setup: setup, tidy)
        let run = Task { await executor.run() }
        await gate.arrivals(1)
        while bench.observer.reports["each"] == nil { await Task.yield() }
        gate.open()
        let first = await run.value
        #expect(first.failure?.message == "item 0: no ones yet")
        #expect(pages.made == [1, 2, 3])
        #expect(bench.nodes.said == ["read 1", "read 10", "read 20", "read 30"])
        let second = try await bench.resume(steps, setup: setup, tidy)
        #expect(second.status == .succeeded)
        #expect(pages.made == [1, 2, 3])
        #expect(bench.nodes.said.dropFirst(4).prefix(3) == ["read 1", "read 2", "read 3"])
    }

    @Test func itemsOfDifferentPagesMayNotShareAName() async throws {
        let bench = Bench()
        let key = try Make.text("${{ string(item) }}")
        let pages = PagedScript([[7, 8], [8]])
        let each = try Self.each().with { $0.loop?.key = key }
        let result = try await bench.run([Self.list(), each], setup: Self.setup(bench, pages))
        #expect(result.failure?.message == "key: items 1 and 2 are both called \"8\"")
        #expect(result.failure?.hint == "add what tells them apart")
        #expect(bench.nodes.said == ["read 7", "read 8"])
    }

    @Test func aLoopThatNamesTheStepInNeedsWaitsForItsEnd() async throws {
        let bench = Bench()
        let pages = PagedScript([[1], [2]]) { number in
            if number == 2 { #expect(bench.nodes.said.isEmpty) }
        }
        let result = try await bench.run(
            [Self.list(), try Self.each().needing("list")], setup: Self.setup(bench, pages))
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read 1", "read 2"])
        #expect(try Self.keptPages(bench) == 2)
    }

    @Test func whatComesAfterALoopWaitsForTheEndOfItsListToo() {
        var plan = Plan(
            StepGraph(vertices: [[], [0], [1]].map { StepGraph.Vertex(waitsFor: $0, skippedWith: []) }))
        #expect(plan.next() == 0)
        #expect(plan.next() == nil)
        plan.begin(0, for: [1])
        #expect(plan.next() == 1)
        plan.end(1, as: .passed)
        #expect(plan.next() == nil)
        plan.end(0, as: .failed)
        #expect(plan.next() == 2)
        #expect(plan.isAfterFailure(2))
    }
}

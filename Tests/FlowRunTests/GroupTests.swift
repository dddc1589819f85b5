import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

@Suite("Concurrency groups")
struct GroupTests {
    private static func concurrency(
        _ policy: Workflow.Concurrency.Policy = .queue, group: String = "deploy-${{ inputs.to }}"
    ) throws -> (inout Workflow) throws -> Void {
        let concurrency = Workflow.Concurrency(group: try Make.text(group), policy: policy)
        return { $0.concurrency = concurrency }
    }

    /// A run of the group whose step is at the gate.
    private static func holder(_ bench: Bench, _ gate: Gate) async throws -> (Executor, Task<RunResult, Never>) {
        let executor = try await bench.start(
            [.read("slow"), .read("last")], inputs: ValueMap([("to", "eu")]), concurrency())
        let task = Task { await executor.run() }
        await gate.arrivals(1)
        return (executor, task)
    }

    private static func bench(_ gate: Gate) -> Bench {
        Bench(clock: ManualClock(skipsSleep: false)) { call in
            if call.text == "slow" { await gate.pass() }
            return call.value
        }
    }

    @Test func skippedRunDoesNothingAndIsNoFailure() async throws {
        let gate = Gate()
        let bench = Self.bench(gate)
        let (holder, task) = try await Self.holder(bench, gate)
        let result = try await bench.run([.read("a")], inputs: ValueMap([("to", "eu")]), Self.concurrency(.skip))
        #expect(result.status == .skipped && result.exitCode == 0)
        #expect(result.failure?.message == "the group \"deploy-eu\" is taken by run \(holder.id)")
        let other = try await bench.run([.read("b")], inputs: ValueMap([("to", "us")]), Self.concurrency(.skip))
        #expect(other.status == .succeeded)
        gate.open()
        #expect(await task.value.status == .succeeded)
        #expect(bench.nodes.said == ["read slow", "read b", "read last"])
        #expect(try bench.history().run(named: result.id.text).status == .skipped)
    }

    @Test func queuedRunBeginsWhenThoseBeforeItHaveEnded() async throws {
        let gate = Gate()
        let bench = Self.bench(gate)
        let (holder, task) = try await Self.holder(bench, gate)
        let next = try await bench.start([.read("next")], inputs: ValueMap([("to", "eu")]), Self.concurrency())
        async let result = next.run()
        // The holder looks whether it is to stop, and the other one whether its turn has come.
        await bench.clock.sleepers(atLeast: 2)
        #expect(try bench.history().run(named: next.id.text).status == .queued)
        gate.open()
        #expect(await task.value.status == .succeeded)
        bench.clock.advance(by: .milliseconds(250))
        #expect(await result.status == .succeeded)
        #expect(bench.nodes.said == ["read slow", "read last", "read next"])
        let waits = bench.observer.events.compactMap { event -> [RunID]? in
            if case .queued("deploy-eu", let others) = event { others } else { nil }
        }
        #expect(waits == [[holder.id]])
    }

    @Test func cancelStopsTheHolderGently() async throws {
        let gate = Gate()
        let bench = Self.bench(gate)
        let (_, task) = try await Self.holder(bench, gate)
        let next = try await bench.start([.read("next")], inputs: ValueMap([("to", "eu")]), Self.concurrency(.cancel))
        async let result = next.run()
        await bench.clock.sleepers(atLeast: 2)
        bench.clock.advance(by: .seconds(1))
        // The grace of the holder, and the newer run that waits for it.
        await bench.clock.sleepers(atLeast: 2)
        gate.open()
        #expect(await task.value.status == .cancelled)
        bench.clock.advance(by: .milliseconds(250))
        #expect(await result.status == .succeeded)
        #expect(bench.nodes.said == ["read slow", "read next"])
    }

    @Test func queuedRunThatIsCancelledDoesNothing() async throws {
        let gate = Gate()
        let bench = Self.bench(gate)
        let (_, task) = try await Self.holder(bench, gate)
        let next = try await bench.start([.read("next")], inputs: ValueMap([("to", "eu")])) {
            try Self.concurrency()(&$0)
            $0.finally = [try .read("never")]
        }
        async let result = next.run()
        await bench.clock.sleepers(atLeast: 2)
        next.cancel(graceful: true)
        #expect(await result.status == .cancelled)
        gate.open()
        _ = await task.value
        #expect(bench.nodes.said == ["read slow", "read last"])
    }

    @Test(arguments: [
        ("${{ [1] }}", "concurrency: the group must be text, not a list"),
        ("${{ inputs.none }}", "concurrency: the group has no name"),
    ])
    func groupThatIsNoNameFailsTheRun(group: String, message: String) async throws {
        let result = try await Bench().run(
            [.read("a")], inputs: ValueMap([("none", "")]), Self.concurrency(group: group))
        #expect(result.status == .failed && result.failure?.message == message)
    }
}

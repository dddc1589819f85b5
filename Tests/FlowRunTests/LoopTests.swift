import FlowCore
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

@testable import FlowRun

/// What a loop keeps of its items, in memory and in the journal.
@Suite struct LoopTests {
    private static func rows(_ bench: Bench, _ path: String = "each") throws -> [StoredItem] {
        let history = try bench.history()
        return try history.items(of: path, in: history.run(named: "latest"), limit: .max)
    }

    @Test func outputsThatNothingReadsAreWrittenAndNotKept() async throws {
        let bench = Bench()
        let result = try await bench.run([
            .read("each", "${{ item }}").each([7, 8]), .read("look", "${{ steps.each.status }}"),
        ])
        #expect(result.status == .succeeded)
        #expect(bench.observer.reports["each"]?.output == .null)
        #expect(try Self.rows(bench).map(\.output) == [StoredValue(bytes: [0x37]), StoredValue(bytes: [0x38])])
    }

    @Test(arguments: [
        "${{ steps.each.output }}", "${{ steps.each }}", "${{ steps.each.items }}",
        "${{ steps[\"ea\" + \"ch\"].output }}",
    ])
    func outputsThatSomethingReadsAreKept(reader: String) async throws {
        let bench = Bench()
        _ = try await bench.run([.read("each", "${{ item }}").each([7, 8]), .read("look", .string(reader))])
        #expect(bench.observer.reports["each"]?.output == [7, 8])
    }

    @Test func anInnerStepAHandlerAndTheOutputsAreReaders() async throws {
        for place in ["inner", "finally", "outputs"] {
            let bench = Bench()
            let each = try Step.read("each", "${{ item }}").each([7, 8])
            let reader = try Step.read("look", "${{ steps.each.output }}")
            let steps = place == "inner" ? [each, .block("block", [reader])] : [each]
            _ = try await bench.run(steps) {
                if place == "finally" { $0.finally = [reader] }
                if place == "outputs" { $0.outputs = try Make.values(["all": "${{ steps.each.output }}"]) }
            }
            #expect(bench.observer.reports["each"]?.output == [7, 8], "\(place)")
        }
    }

    @Test func itemsOfALoopThatCollectsNothingSayHowTheyEnded() async throws {
        let bench = Bench { call in
            if call.value == 2 { throw Failure(.invalid, "no twos") }
            return call.value
        }
        _ = try await bench.run([
            .read("each", "${{ item }}").each([1, 2], onError: .continue).with {
                $0.continueOnError = true
                $0.loop?.collect = .nothing
            },
            .read("look", "${{ steps.each.items.map(i, [i.status, i.output, i.error]) }}"),
        ])
        let seen = try #require(bench.observer.reports["look"]?.output.listValue)
        #expect(seen[0] == ["succeeded", .null, .null])
        #expect(seen[1].listValue?[2]["message"] == "no twos")
    }

    /// The failure that stands for all is the first in order, whatever ended first, and an uncertain one before others.
    @Test(arguments: [
        ([(2, RunStatus.failed), (1, .failed), (3, .failed)], 1),
        ([(0, .failed), (2, .uncertain), (1, .uncertain)], 1),
    ])
    func theFirstFailureInOrderCounts(ends: [(Int, RunStatus)], index: Int) throws {
        var items = LoopItems(count: 4, keeping: [])
        for (index, status) in ends {
            items.end(index, StepOutcome(status, failure: Failure(.invalid, "item \(index)")), key: String(index))
        }
        #expect(items.decisive?.index == index)
        #expect(items.failed == 3)
        #expect(items.output == .null)
    }

    /// More items than are read from the journal at once.
    @Test func aResumedLoopRepeatsNoFinishedItemAndGivesAllOutputs() async throws {
        let bench = Bench()
        let items = Value.list((0..<1500).map { .int($0) })
        let steps = [try Step.read("each", "${{ item }}").each(items, max: 8)]
        let all = try Make.values(["all": "${{ steps.each.output }}"])
        let setup = bench.setup()
        let (run, inner) = try await bench.store(Bench.deadProcess).begin(
            at: bench.clock.now(), random: setup.world.random.bytes
        ) { _ in RunSnapshot(workflow: "test", file: "test.yaml", source: []) }
        let journal = DyingJournal(inner, after: 2600)
        let workflow = try Bench.workflow(steps) { $0.outputs = all }
        _ = try await Executor(workflow, run: run, setup: setup, journal: journal).run()
        // Ends that were only noted are written before it reads.
        _ = try await inner.step("each")
        let finished = Set(try Self.rows(bench).map { Int64($0.index) })
        #expect(finished.count > 1000)

        let before = bench.nodes.calls.count
        let result = try await bench.resume(steps) { $0.outputs = all }
        #expect(result.outputs["all"] == items)
        let again = bench.nodes.calls.dropFirst(before).compactMap { $0.value.intValue }
        #expect(again.count == 1500 - finished.count)
        #expect(finished.isDisjoint(with: again))
    }
}

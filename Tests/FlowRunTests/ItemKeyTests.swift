import FlowCore
import FlowExpression
import FlowStore
import FlowTestKit
import FlowWorkflow
import Testing

@testable import FlowRun

/// Items that have names of their own.
@Suite struct ItemKeyTests {
    private static let people: Value = [["id": "ann", "n": 1], ["id": "bob", "n": 2], ["id": "a[b]", "n": 3]]

    private static func each(_ key: String, over items: Value = people, node: String = "read") throws -> Step {
        let key = try Make.text(key)
        return try Step.uses(node, "each", "${{ item.n }}").each(items, max: 1, onError: .continue)
            .with { $0.loop?.key = key }
    }

    @Test func keysNameItemsInExpressionsRowsEventsAndFailures() async throws {
        let bench = Bench { call in
            if call.value == 2 { throw Failure(.invalid, "no twos") }
            return call.value
        }
        let result = try await bench.run([
            try Self.each("${{ item.id }}").with { $0.continueOnError = true },
            .read("keys", "${{ steps.each.items.map(i, i.key) }}"),
        ])
        #expect(result.status == .succeeded)
        #expect(bench.observer.reports["keys"]?.output == ["ann", "bob", "a[b]"])
        #expect(bench.observer.reports["each"]?.failure?.message == "item bob: no twos")
        let ended = bench.observer.events.compactMap { event -> String? in
            if case .itemEnded(_, let key, _, _, _, _, _) = event { key } else { nil }
        }
        #expect(ended == ["ann", "bob", "a[b]"])
        let history = try bench.history()
        let run = try history.run(named: "latest")
        #expect(try history.items(of: "each", in: run).map(\.key) == ["ann", "bob", "a[b]"])
        #expect(try history.item("a[b]", of: "each", in: run)?.index == 2)
        #expect(try history.item("2", of: "each", in: run) == nil)
    }

    @Test(arguments: [
        ("${{ item.n / 2 }}", "key: items 1 and 2 are both called \"1\"", "add what tells them apart"),
        ("${{ item.id.substring(3) }}", "key: the name of item 0 is empty", nil),
        ("${{ item }}", "key: must be a string or an int, not a map, as for item 0", nil),
    ])
    func aKeyThatNamesNoOneItemEndsTheStepBeforeAnyRuns(key: String, message: String, hint: String?) async throws {
        let bench = Bench()
        let result = try await bench.run([try Self.each(key)])
        #expect(result.failure?.message == message)
        #expect(result.failure?.hint == hint)
        #expect(bench.nodes.said.isEmpty)
    }

    @Test func aSecretNamesNoItem() throws {
        let template = try Make.text("${{ item.id }}")
        let failure = try #require(throws: Failure.self) {
            var keys = ItemKeys()
            try keys.assign(template, to: [1]) { _, _ in Value.string("hush-hush").markedSecret }
        }
        #expect(failure.message == "key: the name of item 0 would be a secret")
        #expect(failure.hint == "use a member that may be shown")
    }

    @Test func anUncertainItemIsDecidedByItsKey() async throws {
        let bench = Bench { call in
            if call.value != 1, call.count == 1 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [try Self.each("${{ item.id }}", node: "write")]
        let first = try await bench.run(steps)
        #expect(first.status == .uncertain)
        let history = try bench.history()
        let run = try history.run(named: "latest")
        func options(_ name: String) throws -> ResumeOptions {
            try ResumeOptions(retryUncertain: [name]).resolved(in: run, of: history, at: bench.clock.now())
        }
        #expect(try options("each[a[b]]").retryUncertain == ["each[2]"])
        for (name, message) in [
            ("each[2]", "\"each[2]\" was not tried in run \(run.id.text)"),
            ("each[ann]", "\"each[ann]\" has succeeded; there is nothing to decide"),
        ] {
            let failure = try #require(throws: Failure.self) { try options(name) }
            #expect(failure.message == message)
            #expect(failure.hint == "uncertain: each[bob], each[a[b]]")
        }

        let again = try await bench.resume(steps)
        #expect(again.failure?.hint?.hasSuffix("--mark-done 'each[bob]' or --retry-uncertain 'each[bob]'") == true)
        let last = try await bench.resume(
            steps,
            options: ResumeOptions(markDone: ["each[bob]": "done"])
                .resolved(in: run, of: history, at: bench.clock.now()))
        #expect(last.failure?.message.hasPrefix("item a[b]: ") == true)
    }

    @Test(arguments: [
        ("a", "a", nil), ("a[3]", "a", "3"), ("a[x[1]]", "a", "x[1]"), ("a[3]/b[4]", "a[3]/b", "4"),
        ("c[3]", "c[3]", nil),
    ])
    func namesOfItemsAreCutWhereAStepEnds(name: String, step: String, key: String?) {
        let parts = ItemName.parts(of: name) { ["a", "a[3]/b"].contains($0) }
        #expect(parts.step == step)
        #expect(parts.key == key)
    }
}

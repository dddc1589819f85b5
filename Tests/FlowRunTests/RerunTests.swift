import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

@Suite("Going on from an earlier place")
struct RerunTests {
    /// What is asked of the last run.
    private func plan(
        _ bench: Bench, _ steps: [Step], _ change: (inout ResumeRequest) -> Void,
        workflow: (inout Workflow) throws -> Void = { _ in }
    ) throws -> ResumePlan {
        var request = ResumeRequest()
        change(&request)
        let history = try bench.history()
        return try ResumePlan(
            request, of: try Bench.workflow(steps, workflow), history.run(named: "latest"), history,
            at: bench.clock.now())
    }

    private func resume(_ bench: Bench, _ steps: [Step], from: String...) async throws -> RunResult {
        let plan = try plan(bench, steps) { $0.from = from }
        return try await bench.resume(steps, options: plan.options)
    }

    /// A write that is done again, as `repeated` gives it.
    private func repetition(_ path: String, _ node: String = "test.write", happened: Int = 1, uncertain: Int = 0)
        -> String
    { "\(path) \(node): \(happened) happened, \(uncertain) uncertain" }

    // MARK: A plain resume

    private static let refused = Failure(.conflict, "no")
    private static let refusedAfterALostTry = {
        var failure = refused
        failure.mayBeDone = true
        return failure
    }()

    /// What the next resume would find out is in the plan and in the advice.
    @Test(arguments: [
        ("write", Failure(.timeout, "too slow"), 0, "undecided"),
        ("write", Failure(.timeout, "too slow", nothingSent: true), 0, "runs again"),
        ("write", Failure(.conflict, "no"), 0, "runs again"),
        ("idempotent", Failure(.timeout, "too slow"), 0, "runs again"),
        ("keyed", Failure(.timeout, "too slow"), 86_399, "runs again"),
        ("keyed", Failure(.timeout, "too slow"), 86_400, "undecided"),
        ("keyed", refused, 86_400, "runs again"), ("keyed", refusedAfterALostTry, 86_399, "runs again"),
        ("keyed", refusedAfterALostTry, 86_400, "undecided"), ("write", refusedAfterALostTry, 0, "undecided"),
    ])
    func writeThatMayHaveHappenedIsUndecided(node: String, failure: Failure, age: Int, fate: String) async throws {
        let bench = Bench { _ in throw failure }
        let steps = [try Step.uses(node, "a")]
        _ = try await bench.run(steps)
        bench.clock.advance(by: .seconds(age))
        #expect(try plan(bench, steps) { _ in }.entries.map(\.fate.rawValue) == [fate])
        let history = try bench.history()
        let advice = try ResumeAdvice(for: history.run(named: "latest"), history, at: bench.clock.now())
        #expect(advice.commands.count == (fate == "undecided" ? 2 : 1))
        let id = try #require(steps.first?.id)
        let decided = try plan(bench, steps) { $0.decisions.retryUncertain = [id] }
        #expect(decided.entries.map(\.fate.rawValue) == ["runs again"])
    }

    // MARK: From a step

    @Test func theStepAndAllAfterItRunAgain() async throws {
        let bench = Bench()
        let steps = [try Step.write("a"), try .write("b"), try .read("c", "${{ steps.b.output }}")]
        #expect(try await bench.run(steps).status == .succeeded)
        let plan = try plan(bench, steps) { $0.from = ["b"] }
        #expect(plan.entries.map { "\($0.path) \($0.fate.rawValue)" } == ["a reused", "b runs again", "c runs again"])
        #expect(plan.repeated == [repetition("b")])
        #expect(try await bench.resume(steps, options: plan.options).status == .succeeded)
        #expect(bench.nodes.said == ["write a", "write b", "read b", "write b", "read b"])
        let history = try bench.history()
        let run = try history.run(named: "latest")
        #expect(try history.attempts(of: "b", in: run).map(\.number) == [1, 2])
    }

    @Test func stepOfACalledWorkflowRunsAgainOrAllOfIt() async throws {
        let bench = Bench()
        let call = try Step.call("sub", [.read("first"), .read("second")]) { $0.finally = [try .read("clean")] }
        let steps = [call, try .read("after")]
        #expect(try await bench.run(steps).status == .succeeded)
        let inner = try plan(bench, steps) { $0.from = ["sub/second"] }
        #expect(
            inner.entries.map { "\($0.path) \($0.fate.rawValue)" }
                == ["sub goes on", "sub/first reused", "sub/second runs again", "after runs again"])
        #expect(try await bench.resume(steps, options: inner.options).status == .succeeded)
        #expect(bench.nodes.said.suffix(3) == ["read second", "read clean", "read after"])
        #expect(try bench.history().run(named: "latest/sub").attempt == 2)

        #expect(try await resume(bench, steps, from: "sub").status == .succeeded)
        #expect(bench.nodes.said.suffix(4) == ["read first", "read second", "read clean", "read after"])
        #expect(bench.nodes.said.count == 4 + 3 + 4)
        #expect(try bench.history().run(named: "latest/sub").attempt == 1)
    }

    @Test func whatDoesNotComeAfterItIsReused() async throws {
        let bench = Bench()
        let steps = [
            try Step.read("a"), try .read("b").needing("a"), try .read("side").needing("a"),
            try .read("c").needing("b"),
        ]
        _ = try await bench.run(steps)
        _ = try await resume(bench, steps, from: "b")
        #expect(bench.nodes.said.suffix(2) == ["read b", "read c"])
        #expect(bench.nodes.said.count == 6)
    }

    @Test func innerStepTakesWhatComesAfterItsBlockAlong() async throws {
        let bench = Bench()
        let steps = [
            try Step.block("deploy", [.read("build"), .write("upload"), .read("check")]), try .read("last"),
        ]
        _ = try await bench.run(steps)
        let plan = try plan(bench, steps) { $0.from = ["upload"] }
        #expect(
            plan.entries.map { "\($0.path) \($0.fate.rawValue)" } == [
                "deploy goes on", "deploy/build reused", "deploy/upload runs again", "deploy/check runs again",
                "last runs again",
            ])
        _ = try await bench.resume(steps, options: plan.options)
        #expect(bench.nodes.said.suffix(3) == ["write upload", "read check", "read last"])
        #expect(bench.nodes.said.count == 7)
    }

    @Test func oneItemRunsAgainAndTheOthersAreKept() async throws {
        let bench = Bench()
        let steps = [
            try Step.write("each", "${{ item }}").each([1, 2, 3], max: 1),
            try .read("sum", "${{ steps.each.output }}"),
        ]
        _ = try await bench.run(steps)
        let plan = try plan(bench, steps) { $0.from = ["each[1]"] }
        #expect(plan.repeated == [repetition("each")])
        _ = try await bench.resume(steps, options: plan.options)
        #expect(bench.nodes.said == ["write 1", "write 2", "write 3", "read [1,2,3]", "write 2", "read [1,2,3]"])
    }

    @Test func stepInsideAnItemRunsAgainWithWhatFollows() async throws {
        let bench = Bench()
        let each = try Step.block("each", [.read("look", "${{ item }}"), .write("send", "${{ item }}")])
            .each(["x", "y"], max: 1)
        let steps = [each, try .read("last")]
        _ = try await bench.run(steps)
        let plan = try plan(bench, steps) { $0.from = ["each[1]/send"] }
        #expect(plan.repeated == [repetition("each[1]/send")])
        _ = try await bench.resume(steps, options: plan.options)
        #expect(bench.nodes.said.suffix(2) == ["write y", "read last"])
        #expect(bench.nodes.said.count == 7)
    }

    @Test func wholeLoopCountsEveryWriteThatHappened() async throws {
        let bench = Bench()
        let steps = [try Step.write("each", "${{ item }}").each([1, 2, 3])]
        _ = try await bench.run(steps)
        #expect(try plan(bench, steps) { $0.from = ["each"] }.repeated == [repetition("each", happened: 3)])
        _ = try await resume(bench, steps, from: "each")
        #expect(bench.nodes.said.count == 6)
    }

    @Test func valuesAreMadeAnew() async throws {
        let bench = Bench()
        let steps = [
            try Step.read("a", "${{ uuid() }}"),
            try .choose("route", "run.attempt", ["1": [.read("first")], "2": [.read("second")]]),
        ]
        _ = try await bench.run(steps)
        let plan = try plan(bench, steps) { $0.from = ["a"] }
        let setup = bench.setup { $0.world.random = SeededRandom(seed: 99) }
        _ = try await bench.resume(steps, options: plan.options, setup: setup)
        #expect(Set(bench.nodes.said).count == 4)
        #expect(bench.nodes.said.last == "read second")
    }

    @Test func keyIsANewOneWhereTheWriteHappenedAndTheSameWhereNobodyKnows() async throws {
        let bench = Bench { call in
            if call.text == "unknown", call.count == 1 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [try Step.uses("keyed", "done"), try .uses("keyed", "unknown")]
        #expect(try await bench.run(steps).status == .uncertain)
        let plan = try plan(bench, steps) { $0.from = ["done"] }
        #expect(plan.repeated == [repetition("done", "test.keyed")])
        #expect(try await bench.resume(steps, options: plan.options).status == .succeeded)
        let keys = Dictionary(grouping: bench.nodes.calls, by: \.text).mapValues { $0.map(\.context.idempotencyKey) }
        #expect(Set(keys["done"] ?? []).count == 2)
        #expect(keys["unknown"]?.count == 2)
        #expect(Set(keys["unknown"] ?? []).count == 1)
    }

    @Test func uncertainWriteRunsAgainAsTheUserSaysSo() async throws {
        let bench = Bench { call in
            if call.count == 1 { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = [try Step.write("a")]
        _ = try await bench.run(steps)
        #expect(
            try plan(bench, steps) { $0.from = ["a"] }.repeated == [repetition("a", happened: 0, uncertain: 1)])
        #expect(try await resume(bench, steps, from: "a").status == .succeeded)
    }

    /// A resume from an earlier place that dies at any of its writes is gone on with, and does nothing a third time.
    @Test func crashWhileItRunsAgainLosesNothing() async throws {
        for writes in 0..<200 {
            let bench = Bench()
            let steps = [
                try Step.write("a"), try .write("b"), try .uses("keyed", "pay"),
                try .write("each", "${{ item }}").each([1, 2], max: 2), try .block("inner", [.write("deep")]),
            ]
            #expect(try await bench.run(steps).status == .succeeded)
            let plan = try plan(bench, steps) { $0.from = ["b"] }
            let (run, inner) = try await bench.store(Bench.deadProcess).resume("latest", reset: plan.options.reset)
            let journal = DyingJournal(inner, after: writes)
            let setup = bench.setup()
            _ = try await Executor(
                try Bench.workflow(steps), run: run, setup: setup, journal: journal, options: plan.options
            ).run()
            guard journal.isDead else {
                #expect(writes > 10)
                return
            }
            var result = try await bench.resume(steps)
            for _ in 0..<5 where result.status == .uncertain {
                let all = ["b", "each[0]", "each[1]", "inner/deep"]
                result = try await bench.resume(
                    steps, options: ResumeOptions(markDone: Dictionary(all.map { ($0, .null) }) { $1 }))
            }
            #expect(result.status == .succeeded, "after \(writes) writes: \(String(describing: result.failure))")
            for write in ["write b", "write 1", "write 2", "write deep"] {
                #expect((1...2).contains(bench.nodes.said.count { $0 == write }), "\(write), after \(writes) writes")
            }
            #expect(bench.nodes.said.count { $0 == "write a" } == 1)
            #expect(Set(bench.nodes.calls.filter { $0.text == "pay" }.map(\.context.idempotencyKey)).count <= 2)
        }
        Issue.record("it never came to its end")
    }

    @Test(arguments: [
        ("nope", "has no step \"nope\"", "a step that has not run yet needs no --from"),
        ("finally/f", "\"finally/f\" belongs to a handler, which runs again by itself", "name another step"),
        (
            "mend", "\"work/on_error/mend\" belongs to on_error, which can't run again without its step",
            "name work"
        ),
    ])
    func nameThatCannotBeGoneOnFromIsRefused(name: String, message: String, hint: String) async throws {
        let bench = Bench { call in
            if call.text == "work" { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = [try Step.read("work").onError([.read("mend")])]
        let finally: (inout Workflow) throws -> Void = { $0.finally = [try .read("f")] }
        _ = try await bench.run(steps, finally)
        let failure = try #require(throws: Failure.self) {
            try plan(bench, steps, { $0.from = [name] }, workflow: finally)
        }
        #expect(failure.message.hasSuffix(message))
        #expect(failure.hint == hint)
    }

    @Test func whatIsMarkedDoneCannotRunAgain() async throws {
        let bench = Bench { _ in throw Failure(.uncertain, "cut off") }
        let steps = [try Step.write("a")]
        _ = try await bench.run(steps)
        let failure = try #require(throws: Failure.self) {
            try plan(bench, steps) {
                $0.from = ["a"]
                $0.decisions.markDone = ["a": 1]
            }
        }
        #expect(failure.message == "\"a\" can't be both marked done and run again")
    }

    @Test(
        arguments: [
            ([1], "the output of \"a\" must be a map, not a list"), (["x": 1], "the output of \"a\" lacks y"),
        ] as [(Value, String)])
    func whatAStepIsSaidToHaveGivenHasItsOutputs(output: Value, message: String) async throws {
        let bench = Bench { _ in throw Failure(.uncertain, "cut off") }
        let outputs = try Make.values(["x": "1", "y": "2"])
        let steps = [try Step.write("a").with { $0.outputs = outputs }]
        _ = try await bench.run(steps)
        let failure = try #require(throws: Failure.self) {
            try plan(bench, steps) { $0.decisions.markDone = ["a": output] }
        }
        #expect(failure.message == message)
        #expect(failure.hint == "the step gives x, y")
        for output: Value in [nil, ["x": 1, "y": 2, "z": 3]] {
            let marked = try plan(bench, steps) { $0.decisions.markDone = ["a": output] }
            #expect(marked.options.markDone == ["a": output])
        }
    }

    // MARK: Failed items

    private func halfFailed(_ bench: Bench) async throws -> [Step] {
        let each = try Step.write("each", "${{ item }}").each([1, 2, 3], max: 1, onError: .continue)
            .with { $0.continueOnError = true }
        let steps = [each, try .read("report", "${{ steps.each.output }}"), try .read("aside")]
        #expect(try await bench.run(steps).status == .succeeded)
        return steps
    }

    @Test(arguments: [[], ["each"]])
    func onlyFailedItemsAndTheReadersOfTheirLoopRunAgain(loops: [String]) async throws {
        let bench = Bench { call in
            if call.text == "2", call.count == 1 { throw Failure(.conflict, "no") }
            return call.value
        }
        let steps = try await halfFailed(bench)
        let plan = try plan(bench, steps) { $0.failedItems = loops }
        #expect(
            plan.entries.map { "\($0.path) \($0.fate.rawValue)" } == [
                "each goes on", "report runs again", "aside reused",
            ])
        #expect(plan.repeated.isEmpty)
        #expect(try await bench.resume(steps, options: plan.options).status == .succeeded)
        #expect(bench.nodes.said.suffix(2) == ["write 2", "read [1,2,3]"])
        #expect(bench.nodes.said.count == 7)
    }

    @Test func loopsOfHandlersAreLeftOutAndThoseWithSimilarNamesAreNot() async throws {
        let bench = Bench { call in
            if call.text == "2" || call.text == "bad" { throw Failure(.conflict, "no") }
            return call.value
        }
        func loop(_ id: String) throws -> Step {
            try Step.write(id, "${{ item }}").each([1, 2], max: 1, onError: .continue).with {
                $0.continueOnError = true
            }
        }
        let main = try Step.read("main", "bad").onError([loop("tell")])
        let finally = try loop("clean")
        let steps = [main, try loop("on_call"), try loop("finally_2")]
        _ = try await bench.run(steps) { $0.finally = [finally] }
        let plan = try plan(bench, steps) { $0.failedItems = [] }
        #expect(
            plan.entries.map { "\($0.path) \($0.fate.rawValue)" } == [
                "main reused", "on_call goes on", "finally_2 goes on",
            ])

        _ = try await bench.run([main])
        let history = try bench.history()
        #expect(try ResumeAdvice(for: history.run(named: "latest"), history, at: bench.clock.now()).commands.isEmpty)
    }

    @Test func loopWithoutFailedItemsIsRefused() async throws {
        let bench = Bench()
        let steps = try await halfFailed(bench)
        let id = try bench.history().run(named: "latest").id
        let all = try #require(throws: Failure.self) { try plan(bench, steps) { $0.failedItems = [] } }
        #expect(all.message == "no loop of run \(id) has items that failed")
        let one = try #require(throws: Failure.self) { try plan(bench, steps) { $0.failedItems = ["each"] } }
        #expect(one.message == "\"each\" has no items that failed")
        #expect(one.hint == "look at it with \"flowctl runs show \(id) --step each\"")
    }

    @Test func uncertainItemIsNotAmongTheFailedOnes() async throws {
        let bench = Bench { call in
            if call.text == "2" { throw Failure(.uncertain, "cut off") }
            return call.value
        }
        let steps = try await halfFailed(bench)
        let plan = try plan(bench, steps) { $0.failedItems = [] }
        _ = try await bench.resume(steps, options: plan.options)
        #expect(bench.nodes.said.count { $0 == "write 2" } == 1)
    }
}

extension ResumePlan {
    fileprivate var repeated: [String] {
        repetitions.map { "\($0.path) \($0.node): \($0.happened) happened, \($0.uncertain) uncertain" }
    }
}

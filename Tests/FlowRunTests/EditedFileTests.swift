import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

@Suite("Going on with an edited file")
struct EditedFileTests {
    private static let head = "name: test\n"

    private func steps(_ values: KeyValuePairs<String, String>) -> String {
        let lines = values.map { "  - { id: \($0), uses: test.write, with: { value: \"\($1)\" } }\n" }
        return Self.head + "steps:\n" + lines.joined()
    }

    // MARK: Steps

    @Test func stepThatFailedRunsWithItsNewTextAndTheOthersAreReused() async throws {
        let bench = EditBench()
        #expect(try await bench.run(steps(["a": "a", "b": "bad"])).status == .failed)
        let (plan, _) = try await bench.plan(steps(["a": "a", "b": "good"]))
        #expect(
            bench.outlook(plan) == [
                "a reused -", "b runs again changed",
            ])
        #expect(try await bench.resume(steps(["a": "a", "b": "good"])).status == .succeeded)
        #expect(bench.said == ["write a", "write bad", "write good"])
    }

    /// With another server, or other content, the key wouldn't say that it is the same work.
    @Test func aWriteWithAKeyThatMayHaveHappenedIsNotRepeatedAsSomethingElse() async throws {
        let bench = EditBench { if $0.text == "cut" { throw Failure(.uncertain, "cut off") } }
        func text(_ value: String) -> String {
            Self.head + "steps:\n  - { id: pay, uses: test.keyed, with: { value: \"\(value)\" } }\n"
        }
        _ = try await bench.run(text("cut"))
        #expect(try await bench.resume(text("other")).status == .uncertain)
        #expect(bench.said == ["keyed cut"])
    }

    /// The key is what keeps the work from being done twice, so it is not to be in its way.
    @Test func aStepThatIsCalledOtherwiseGivesItsKeyAgain() async throws {
        let bench = EditBench()
        func text(_ ids: [String], _ value: String) -> String {
            let keyed = ids.map { id in
                "  - { id: \(id), uses: test.keyed, idempotency_key: order-77, with: { value: \(id) } }\n"
            }
            return Self.head + "steps:\n" + keyed.joined()
                + "  - { id: last, uses: test.write, with: { value: \(value) } }\n"
        }
        #expect(try await bench.run(text(["pay"], "bad")).status == .failed)
        #expect(try await bench.resume(text(["charge"], "bad")).status == .failed)
        let result = try await bench.resume(text(["charge", "again"], "good"))
        #expect(
            result.failure?.message
                == "idempotency_key: another step or item of this run has the key \"order-77\", too")
        #expect(bench.said == ["keyed pay", "write bad", "keyed charge", "write bad"])
    }

    @Test func laterResumesGoOnWithTheEditedFile() async throws {
        let bench = EditBench()
        _ = try await bench.run(steps(["a": "a", "b": "bad"]))
        #expect(try await bench.resume(steps(["a": "a", "b": "bad again"])).status == .failed)
        let history = try bench.history()
        let snapshot = try history.stored(history.run(named: "latest")).snapshot
        #expect(String(decoding: snapshot.source, as: UTF8.self).contains("bad again"))
        #expect(snapshot.connectors == ["acme": "2"])
    }

    @Test func aNewInputOfTypeFileIsTheFileOfItsDefault() async throws {
        let bench = EditBench(files: OneFile("a.txt", "four"))
        #expect(try await bench.run(steps(["a": "bad"])).status == .failed)
        let inputs = "inputs: { f: { type: file, default: a.txt } }\n"
        let edited = steps(["a": "${{ inputs.f.size }}"]).replacing("steps:", with: inputs + "steps:")
        #expect(try await bench.resume(edited).status == .succeeded)
        #expect(bench.said == ["write bad", "write 4"])
    }

    @Test func aStepThatHasChangedIsNoticedThoughAnotherCaseHasOneOfItsName() async throws {
        let bench = EditBench()
        func text(_ us: String) -> String {
            Self.head + """
                steps:
                  - id: route
                    switch:
                      value: "'us'"
                      cases:
                        us:
                          - { id: sent, uses: test.write, with: { value: \(us) } }
                          - { id: conf, uses: test.write, with: { value: bad } }
                        eu:
                          - { id: sent, uses: test.write, with: { value: eu } }
                """
        }
        #expect(try await bench.run(text("us")).status == .failed)
        let failure = await #expect(throws: Failure.self) { try await bench.plan(text("usa")) }
        #expect(failure?.message == "steps have changed that have finished: route/sent")
    }

    @Test func layoutCommentsAndNamesChangeNothing() async throws {
        let bench = EditBench()
        _ = try await bench.run(steps(["a": "a", "b": "bad"]))
        let text = """
            # a remark
            name: test
            steps:
              - id: a
                name: another name
                with:
                  value: a
                uses: test.write
              - { id: b, uses: test.write, with: { value: "bad" } }
            """
        let (plan, _) = try await bench.plan(text)
        #expect(plan.entries.allSatisfy { $0.change == nil })
        #expect(plan.settings.isEmpty)
    }

    @Test func finishedStepThatChangedNeedsAWord() async throws {
        let bench = EditBench()
        let old =
            Self.head + """
                steps:
                  - { id: a, uses: test.write, with: { value: one } }
                  - { id: reader, uses: test.read, with: { value: "${{ steps.a.output }}" } }
                  - { id: other, uses: test.read }
                  - { id: b, uses: test.write, with: { value: bad } }

                """
        let new = old.split(separator: "one").joined(separator: "two").split(separator: "bad").joined(separator: "good")
        _ = try await bench.run(old)
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(new) }
        #expect(failure?.message == "steps have changed that have finished: a")
        #expect(failure?.hint == "add --rerun STEP or --keep STEP for each")

        let (rerun, _) = try await bench.plan(new, rerun: ["a"])
        #expect(
            rerun.entries.map { "\($0.path) \($0.fate.rawValue)" } == [
                "a runs again", "reader runs again", "other reused", "b runs again",
            ])
        #expect(rerun.repetitions.map(\.path) == ["a"])
        #expect(try await bench.resume(new, keep: ["a"]).status == .succeeded)
        #expect(bench.said.count { $0 == "write two" } == 0)
    }

    @Test func finishedItemsAreKeptAndTheOthersRunWithTheNewText() async throws {
        let bench = EditBench { if $0.text == "cut" { throw Failure(.uncertain, "cut off") } }
        func text(_ value: String) -> String {
            Self.head + """
                steps:
                  - id: each
                    for_each: [1, 2]
                    on_item_error: continue
                    max_parallel: 1
                    uses: test.write
                    with: { value: "\(value)" }

                """
        }
        let old = text("${{ item == 2 ? 'bad' : 'old' }}")
        _ = try await bench.run(old)
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(text("new")) }
        #expect(failure?.message == "steps have changed that have finished: each")
        #expect(try await bench.resume(text("new"), keep: ["each"]).status == .succeeded)
        #expect(bench.said == ["write old", "write bad", "write new"])
    }

    /// `b` and `d` were given by `run --label`, one in place of the file's.
    @Test func labelsOfTheFileFollowItAndTheOthersStay() async throws {
        let bench = EditBench()
        func text(_ labels: String) -> String {
            Self.head + "labels: { \(labels) }\nsteps:\n  - { id: a, uses: test.read, with: { value: bad } }\n"
        }
        _ = try await bench.run(text("a: old, b: old, c: old, e: old"), labels: ["b": "given", "d": "given"])
        let (_, edit) = try await bench.plan(text("a: new, b: new, d: new, e: old, f: new"))
        #expect(
            edit.snapshot.labels == ["a": "new", "b": "given", "d": "given", "e": "old", "f": "new"])
    }

    @Test func stepsInItemsAreNamedAsInTheFile() async throws {
        let bench = EditBench { if $0.text == "cut" { throw Failure(.uncertain, "cut off") } }
        func text(_ value: String) -> String {
            Self.head + """
                steps:
                  - id: each
                    for_each: [1, 2]
                    steps:
                      - { id: inner, uses: test.write, with: { value: \(value) } }
                      - { id: other, uses: test.write, with: { value: other } }
                  - { id: b, uses: test.write, with: { value: bad } }

                """
        }
        _ = try await bench.run(text("old"))
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(text("new")) }
        #expect(failure?.message == "steps have changed that have finished: each/inner")
        let (kept, _) = try await bench.plan(text("new"), keep: ["each/inner"])
        #expect(kept.repetitions.isEmpty)
        let one = await #expect(throws: Failure.self) {
            _ = try await bench.plan(text("new"), keep: ["each[0]/inner"])
        }
        #expect(one?.message == failure?.message)
        let (again, _) = try await bench.plan(text("new"), rerun: ["each/inner"])
        #expect(again.repetitions.map(\.path) == ["each[0]/inner", "each[1]/inner"])
    }

    @Test func stepThatIsToBeKeptAndRunsAgainIsRefused() async throws {
        let bench = EditBench()
        _ = try await bench.run(steps(["a": "a", "reader": "${{ steps.a.output }}", "b": "bad"]))
        let new = steps(["a": "new", "reader": "${{ steps.a.output }}", "b": "bad"])
        for name in ["a", "reader"] {
            let failure = await #expect(throws: Failure.self) {
                _ = try await bench.plan(new, rerun: ["a"], keep: [name])
            }
            #expect(failure?.message == "\"\(name)\" can't be both kept and run again")
            #expect(failure?.hint == "leave out --keep, or what makes it run again")
        }
    }

    @Test func stepThatTheRunLacksIsToldWithWhereToLook() async throws {
        let bench = EditBench()
        let run = try await bench.run(steps(["a": "a", "b": "bad"]))
        for (rerun, keep) in [(["none"], []), ([], ["none"])] {
            let failure = await #expect(throws: Failure.self) {
                _ = try await bench.plan(steps(["a": "new", "b": "bad"]), rerun: rerun, keep: keep)
            }
            #expect(failure?.message == "run \(run.id) has no step \"none\"")
            #expect(failure?.hint == "its steps are shown by \"flowctl runs show \(run.id)\"")
        }
    }

    @Test func removedAndAddedStepsAreTold() async throws {
        let bench = EditBench()
        _ = try await bench.run(steps(["a": "a", "gone": "x", "b": "bad"]))
        let text = steps(["a": "a", "fresh": "fresh"])
        let (plan, _) = try await bench.plan(text)
        #expect(plan.removed == ["b", "gone"])
        #expect(
            bench.outlook(plan) == [
                "a reused -", "fresh runs added",
            ])
        #expect(try await bench.resume(text).status == .succeeded)
    }

    @Test func argumentsOfAChangedStepAreMadeAnew() async throws {
        let bench = EditBench()
        _ = try await bench.run(steps(["a": "bad ${{ uuid() }}"]))
        _ = try await bench.resume(steps(["a": "bad new ${{ uuid() }}"]))
        #expect(bench.said.last?.hasPrefix("write bad new ") == true)
    }

    // MARK: Steps that were cut off

    private func loop(over list: String, needs: String = "") -> String {
        Self.head + """
            steps:
              - { id: list, uses: test.pages, with: { of: \(list) } }
              - id: each
                for_each: "${{ steps.list.output }}"
                uses: test.write
                with: { value: "${{ item }}" }
                \(needs)

            """
    }

    /// Pages of which the second can't be had in the first run.
    private static func brokenList(before: @escaping @Sendable (Int) async -> Void = { _ in }) -> PagedScript {
        let tries = Mutex(0)
        return PagedScript([[1], [2]]) { number in
            await before(number)
            guard number == 2,
                tries.withLock({ tries in
                    tries += 1; return tries
                }) == 1
            else { return }
            throw Failure(.network, "the line is down")
        }
    }

    @Test func pagesThatNothingHasReadAreAskedForAnewWhereTheirStepHasChanged() async throws {
        let pages = Self.brokenList()
        let bench = EditBench(pages)
        #expect(try await bench.run(loop(over: "open", needs: "needs: list")).status == .failed)
        #expect(try await bench.resume(loop(over: "closed", needs: "needs: list")).status == .succeeded)
        #expect(pages.made == [1, 1, 2])
        #expect(bench.said == ["write 1", "write 2"])
    }

    @Test func pagesStayWhereAnotherStepHasChanged() async throws {
        let pages = Self.brokenList()
        let bench = EditBench(pages)
        _ = try await bench.run(loop(over: "open", needs: "needs: list"))
        #expect(try await bench.resume(loop(over: "open", needs: "needs: [list]")).status == .succeeded)
        #expect(pages.made == [1, 2])
    }

    @Test func pagesThatALoopHasReadNeedAWord() async throws {
        let gate = Gate()
        let pages = Self.brokenList { if $0 == 2 { await gate.pass() } }
        let bench = EditBench(pages) { _ in gate.open() }
        _ = try await bench.run(loop(over: "open"))
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(loop(over: "closed")) }
        #expect(failure?.message == "steps have changed that have finished or done a part: list")
        #expect(failure?.hint == "add --rerun STEP or --keep STEP for each")

        let (rerun, _) = try await bench.plan(loop(over: "closed"), rerun: ["list"])
        #expect(bench.outlook(rerun) == ["list runs again changed", "each runs again -"])
        #expect(try await bench.resume(loop(over: "closed"), keep: ["list"]).status == .succeeded)
        #expect(pages.made == [1, 2])
        #expect(bench.said == ["write 1", "write 2"])
    }

    @Test func anAddedStepThatReadsAListKeptInPagesGetsAllOfIt() async throws {
        let bench = EditBench(PagedScript([[1], [2, 3]]))
        let text = loop(over: "open")
        _ = try await bench.run(text + "  - { id: b, uses: test.read, with: { value: bad } }\n")
        let reader = "  - { id: b, uses: test.read, with: { value: \"${{ steps.list.output }}\" } }\n"
        #expect(try await bench.resume(text + reader).status == .succeeded)
        #expect(bench.said == ["write 1", "write 2", "write 3", "read bad", "read [1,2,3]"])
    }

    @Test(arguments: ["read", "write"])
    func partsOfAWriteNeedAWordAndThoseOfAReadAreMadeAnew(node: String) async throws {
        let parts = Mutex<[Value?]>([])
        let bench = EditBench { call in
            let part = try await call.context.checkpoints.load("part")
            parts.withLock { $0.append(part) }
            _ = try await call.context.checkpoints.save("part", 7)
        }
        func text(_ value: String) -> String {
            Self.head + "steps:\n  - { id: a, uses: test.\(node), with: { value: \(value) } }\n"
        }
        _ = try await bench.run(text("bad"))
        guard node == "write" else {
            #expect(try await bench.resume(text("good")).status == .succeeded)
            return #expect(parts.withLock { $0 } == [nil, nil])
        }
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(text("good")) }
        #expect(failure?.message == "steps have changed that have finished or done a part: a")
        _ = try await bench.resume(text("bad again"), keep: ["a"])
        #expect(try await bench.resume(text("good"), rerun: ["a"]).status == .succeeded)
        #expect(parts.withLock { $0 } == [nil, 7, nil])
    }

    // MARK: Everything else

    @Test func changedVariablesAreMadeAnewAndTheirReadersHaveChanged() async throws {
        let bench = EditBench { if $0.text == "cut" { throw Failure(.uncertain, "cut off") } }
        func text(_ value: String) -> String {
            Self.head + """
                vars: { kept: "${{ uuid() }}", edited: \(value) }
                steps:
                  - { id: a, uses: test.read, with: { value: "${{ vars.kept }}" } }
                  - { id: b, uses: test.read, with: { value: "${{ vars.edited }}" } }
                  - { id: c, uses: test.read, with: { value: "${{ vars.edited == 'x' ? 'bad' : vars.kept }}" } }

                """
        }
        _ = try await bench.run(text("x"))
        let (plan, _) = try await bench.plan(text("y"), rerun: ["b"])
        #expect(plan.settings == ["vars"])
        #expect(
            plan.entries.compactMap { entry in entry.change.map { "\(entry.path) \($0)" } } == [
                "b changed", "c changed",
            ])
        #expect(try await bench.resume(text("y"), rerun: ["b"]).status == .succeeded)
        #expect(bench.said.first == bench.said.last)
        #expect(bench.said.contains("read y"))
    }

    @Test func inputsKeepTheirValuesAndNewOnesNeedADefault() async throws {
        let bench = EditBench()
        func text(_ inputs: String) -> String {
            Self.head + "inputs: \(inputs)\nsteps:\n  - { id: a, uses: test.read, with: { value: bad } }\n"
        }
        _ = try await bench.run(text("{ who: { type: string } }"), inputs: ValueMap([("who", "ann")]))
        let (_, edit) = try await bench.plan(
            text("{ who: { type: string }, size: { type: int, default: 3 } }"))
        #expect(try edit.snapshot.inputs.value(sealing: nil, context: "") == ["who": "ann", "size": 3])
        let errors = await #expect(throws: InputErrors.self) {
            _ = try await bench.plan(text("{ size: { type: int, required: true } }"))
        }
        #expect(errors?.failures.map(\.message) == ["the input \"size\" is missing"])
    }

    @Test func variableThatReadsAChangedOneIsMadeAnewToo() async throws {
        let bench = EditBench { if $0.text == "cut" { throw Failure(.uncertain, "cut off") } }
        func text(_ value: String) -> String {
            Self.head + """
                vars: { edited: \(value), reader: "${{ vars.edited }}!" }
                steps:
                  - { id: a, uses: test.read, with: { value: "${{ vars.reader }}" } }
                  - { id: b, uses: test.read, with: { value: "bad ${{ vars.reader }}" } }

                """
        }
        _ = try await bench.run(text("x"))
        let failure = await #expect(throws: Failure.self) { _ = try await bench.plan(text("y")) }
        #expect(failure?.message == "steps have changed that have finished: a")
        _ = try await bench.resume(text("y"), keep: ["a"])
        #expect(bench.said == ["read x!", "read bad x!", "read bad y!"])
    }

    @Test func otherWorkflowAndStepsWithoutIDsAreRefused() async throws {
        let bench = EditBench()
        _ = try await bench.run(steps(["a": "bad"]))
        let other = await #expect(throws: Failure.self) {
            _ = try await bench.plan("name: other\nsteps:\n  - { id: a, uses: test.write }\n")
        }
        #expect(other?.message == "\"test.yaml\" is the workflow \"other\", and the run is of \"test\"")
        let nameless = await #expect(throws: Failure.self) {
            _ = try await bench.plan(Self.head + "steps:\n  - uses: test.write\n")
        }
        #expect(nameless?.message == "a step without an id can't be told from others when a file has changed")
        #expect(
            nameless?.hint == "give every step an id; those of the run are shown by \"flowctl runs show\"")
    }
}

import FlowCore
import FlowRun
import FlowSpec
import FlowWorkflow
import Testing

@Suite("Dry run")
struct DryRunTests {
    @Test func showsWhatIsKnownAndPlaceholdersForTheRest() async throws {
        let bench = Bench()
        let workflow = try Bench.workflow([
            .read("a", "${{ inputs.x }}"),
            .read("b", "got ${{ steps.a.output.id }} of ${{ inputs.x }}").iff("steps.a.status == \"failed\""),
            .read("c", "${{ pr.title }}").each("${{ steps.a.output }}", as: "pr"),
            .read("d", "${{ secrets.app.token }}"),
            .read("e").iff("inputs.x == \"no\""),
            .block("f", [.read("g", "${{ steps.a.output }}")]),
        ])
        let entries = try await DryRun(
            workflow, inputs: ValueMap([("x", "yes")]), setup: bench.setup()
        ).entries()
        #expect(entries.map(\.path) == ["a", "b", "c", "d", "e", "f", "f/g"])
        #expect(
            entries.flatMap(\.previews) == [
                .text("test.read {\"value\":\"yes\"}"),
                .text("test.read {\"value\":\"got ‹steps.a.output.id› of yes\"}"),
                .text("test.read {\"value\":\"‹pr.title›\"}"),
                .text("test.read {\"value\":\"***\"}"),
                .text("test.read {\"value\":\"‹steps.a.output›\"}"),
            ])
        #expect(entries[1].remarks == ["if ‹steps.a.status == \"failed\"›"])
        #expect(entries[2].remarks == ["for each of ‹steps.a.output›"])
        #expect(entries[4].isSkipped)
        #expect(entries[6].depth == 1)
        #expect(bench.nodes.said.isEmpty)
    }

    @Test func skipReachesWhatReadsIt() async throws {
        let bench = Bench()
        let workflow = try Bench.workflow([
            .read("a").iff("1 > 2"), .read("b", "${{ steps.a.output }}"), .read("c").needing("b"),
            .read("d", "${{ default(steps.a.output, 1) }}"), .read("e", "${{ steps.a.output }}").iff("always()"),
            .block("f", [.read("g", "${{ steps.b.output }}"), .read("h")]),
            .block("i", [.read("a"), .read("j", "${{ steps.a.output }}")]),
            .block("k", [.read("l")]).outputs(["n": "${{ steps.b.output }}"]),
        ])
        let entries = try await DryRun(workflow, setup: bench.setup()).entries()
        #expect(entries.filter(\.isSkipped).map(\.path) == ["a", "b", "c", "f/g", "k"])
        #expect(entries[1].remarks == ["skipped: \"a\" was skipped"])
    }

    @Test func missingCredentialIsShownAtItsStep() async throws {
        let bench = Bench()
        let workflow = try Bench.workflow([.uses("secretive", "a")])
        let entries = try await DryRun(workflow, setup: bench.setup()).entries()
        #expect(entries[0].failure?.message == "there is no credential \"test\"")
    }

    /// What has a placeholder for a value decides nothing.
    @Test func conditionsAreToldOnlyByWhatIsKnown() async throws {
        let bench = Bench()
        let call = try Step.call("sub", [.read("us").iff("inputs.region == 'us'")], with: ["region": "${{ item }}"]) {
            $0.inputs = [WorkflowInput(parameter: Parameter("region", .string), span: Make.span)]
        }
        let steps = [
            try Step.read("known").iff("vars.mode == 'full'"), try .read("open").iff("vars.of_run == 'x'"),
            try .choose("route", "vars.mode", ["full": [.read("whole")], "part": [.read("some")]]),
            try call.each(["us", "eu"]),
        ]
        let workflow = try Bench.workflow(steps) {
            $0.env = [EnvironmentEntry(name: "MODE", origin: .value(try Make.value("full")), span: Make.span)]
            $0.vars = try Make.values(["mode": "${{ env.MODE }}", "of_run": "${{ run.id }}"])
        }
        let entries = try await DryRun(workflow, setup: bench.setup()).entries()
        #expect(entries.map(\.path) == ["known", "open", "route", "route/whole", "sub", "sub/us"])
        #expect(entries.allSatisfy { !$0.isSkipped })
        #expect(entries[1].remarks == ["if ‹vars.of_run == 'x'›"])
        #expect(entries[5].remarks == ["if ‹inputs.region == 'us'›"])
    }
}

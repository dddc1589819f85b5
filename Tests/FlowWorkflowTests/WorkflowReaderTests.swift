import FlowCore
import FlowExpression
import FlowSpec
import FlowWorkflow
import Testing

@Suite struct WorkflowReaderTests {
    @Test func stepsGetIDsFromTheirWork() throws {
        let steps = try workflow(
            """
            steps:
              - run: "true"
              - uses: slack.send_message
                with: { channel: a, text: b }
              - uses: slack.send_message
                with: { channel: a, text: b }
              - { id: run_2, run: "true" }
              - run: "true"
              - parallel: [{ run: "true" }]
              - wait: { for: 1s }
            """
        ).steps
        #expect(steps.map(\.id) == ["run", "send_message", "send_message_2", "run_2", "run_3", "parallel", "wait"])
        #expect(steps.map(\.hasExplicitID) == [false, false, false, true, false, false, false])
    }

    @Test func stepsGetNoIDsThatHandlersHave() throws {
        var diagnostics = Diagnostics()
        let text = "steps: [{ uses: ./finally.yaml }, { uses: ./finally.yaml }]\n"
        let called = Array("steps: [{ run: \"true\" }]\n".utf8)
        let workflow = WorkflowReader.read(
            SourceText(name: "dir/sample.yaml", text: text), nodes: SampleNodes(),
            files: StoredWorkflowFiles(["dir/finally.yaml": called]), diagnostics: &diagnostics)
        #expect(workflow?.steps.map(\.id) == ["finally_2", "finally_3"])
    }

    @Test func runIsShellRunWithTheDefaultShell() throws {
        let steps = try workflow(
            """
            defaults: { shell: bash }
            steps:
              - { run: ls, parse: lines }
              - { run: ls, shell: python3 }
            """
        ).steps
        let arguments = steps.map { step -> [String] in
            guard case .node(let node, _, let arguments) = step.kind, node == "shell.run" else { return [] }
            return arguments.map { name, value in
                if case .literal(let literal) = value.content { return "\(name)=\(literal.stringValue ?? "")" }
                return name
            }
        }
        #expect(arguments == [["command=ls", "shell=bash", "parse=lines"], ["command=ls", "shell=python3"]])
    }

    @Test func theFileNamesAWorkflowWithoutName() throws {
        #expect(try workflow("steps: [{ run: ls }]").name == "sample")
    }

    @Test func credentialsThatAreNamedOrMeant() throws {
        let found = try workflow(
            """
            on: { webhook: { path: /x, verify: { scheme: hmac, credential: hook } } }
            steps:
              - { uses: slack.send_message, with: { channel: a, text: b } }
              - { uses: slack.send_message, credential: team, with: { channel: a, text: b } }
              - { uses: http.request, with: { url: "https://example.com" } }
            """
        ).credentialNames
        #expect(found.map(\.name) == ["hook", "slack", "team"])
        #expect(found.map { $0.span.text } == ["hook", "slack.send_message", "team"])
    }

    @Test func shortFormsOfRetryAndNeeds() throws {
        let steps = try workflow(
            """
            steps:
              - { id: a, run: ls, retry: 3 }
              - { id: b, needs: a, run: ls, retry: { max: 2, backoff: constant, initial: 2s, jitter: false, on: [network] } }
            """
        ).steps
        #expect(steps[0].retry == RetryPolicy(max: 3))
        #expect(
            steps[1].retry
                == RetryPolicy(max: 2, backoff: .constant, initial: .seconds(2), jitter: false, on: [.network]))
        #expect(steps[1].needs?.map(\.id) == ["a"])
    }

    @Test func mistakesOfAllPartsComeInOneGo() {
        var diagnostics = Diagnostics()
        let text =
            "nam: x\nsteps:\n  - { uses: nothing.here }\n  - { id: b, run: ls, env: { A: \"${{ inputs.x }}\" } }\n"
        let source = SourceText(name: "w.yaml", text: text)
        #expect(
            WorkflowReader.read(source, nodes: SampleNodes(), files: StoredWorkflowFiles(), diagnostics: &diagnostics)
                == nil)
        #expect(diagnostics.sorted.map(\.id) == ["unknown-key", "unknown-node", "unknown-reference"])
    }

    /// A run that began before the check knew of a mistake can go on.
    @Test func whatTypesShowCanBeAWarning() {
        func read(_ condition: String) -> (workflow: Workflow?, said: [String]) {
            var diagnostics = Diagnostics()
            let text = "inputs: { n: { type: int } }\nsteps: [{ id: a, if: \"\(condition)\", run: ls }]\n"
            let workflow = WorkflowReader.read(
                SourceText(name: "w.yaml", text: text), nodes: SampleNodes(), files: StoredWorkflowFiles(),
                typeMistakes: .warning,
                diagnostics: &diagnostics)
            return (workflow, diagnostics.sorted.map { "\($0.severity) \($0.id)" })
        }
        #expect(read("inputs.n == 'x'").workflow != nil)
        #expect(read("inputs.n == 'x'").said == ["warning never-equal"])
        #expect(read("true").said == ["warning constant-condition"])
        #expect(read("inputs.m == 1").workflow == nil)
        #expect(read("inputs.m == 1").said == ["error unknown-reference"])
    }

    @Test func aThousandStepsAreReadInTime() throws {
        let text = "steps:\n" + (0..<1000).map { "  - { id: s\($0), run: ls }\n" }.joined()
        let steps = try workflow(text).steps
        let graph = StepGraph(steps, order: .file)
        #expect(graph.vertices.count == 1000)
        #expect(graph.vertices.dropFirst().enumerated().allSatisfy { $1.waitsFor == [$0] })
    }
}

import ArgumentParser
import FlowCore
import FlowNodes
import FlowRun
import FlowStore

/// `flowctl runs show RUN`
struct RunsShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a run's steps, error and outputs, or one step with its attempts.",
        discussion: """
            --why shows the condition of a step, or what it asserts, with the values it saw in that run:
              flowctl runs show latest --step send --why
            With --output json: id, status, note, and under if and assert what flowctl expr --explain prints.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @OptionGroup var subject: RunArgument

    @Option(
        help: ArgumentHelp(
            "Show this step, or an item of it, with its attempts and output.", valueName: "id"))
    var step: String?

    @Flag(help: "Print the step's requests that failed as commands of curl, with secrets as variables.")
    var curl = false

    @Flag(help: "Show why the step ran, was skipped or failed: its if or assert, part by part.")
    var why = false

    func run(in session: Session) async throws {
        guard !why else { return try showWhy(session) }
        guard !curl || step != nil else {
            throw Exit.usage("--curl is about one step", hint: "name it with --step")
        }
        let (run, history) = try session.run(named: subject.run)
        let steps = try history.steps(of: run, hasOutputs: false)
        guard let step else {
            let advice = try ResumeAdvice(for: run, history, at: SystemClock().now())
            return try RunSheet(
                run: run, steps: steps, calls: try history.calls(of: run), history: history, advice: advice
            ).show(in: session)
        }
        let (path, key) = ItemName.parts(of: step) { path in steps.contains { $0.path == path } }
        guard let found = try history.step(path, of: run) else {
            throw Exit.noStep(step, in: run, among: steps)
        }
        if let key {
            guard let item = try history.item(key, of: path, in: run) else {
                throw Exit.usage(
                    "no item \"\(key)\" of \"\(path)\" has ended in run \(run.id.text)",
                    hint: "run \"flowctl runs show \(run.id.text) --step \(path)\" for those that failed")
            }
            return try ItemSheet(run: run, path: path, item: item, history: history).show(on: session.console)
        }
        if curl { return try CurlSheet(of: found, in: run, history: history).show(on: session.console) }
        try StepSheet(run: run, step: found, history: history).show(on: session.console)
    }

    private func showWhy(_ session: Session) throws {
        guard let step else { throw Exit.usage("--why goes with --step", hint: "add --step ID") }
        let record = try session.recordedRun(named: subject.run)
        let view = try record.view(ofStep: step)
        guard let stored = view.stored else {
            throw Exit.usage("the step \"\(step)\" never started in run \(record.summary.name)")
        }
        try WhySheet(step, stored, view, record.secrets).show(on: session.console)
    }
}

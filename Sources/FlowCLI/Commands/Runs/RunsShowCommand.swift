import ArgumentParser
import FlowCore
import FlowStore

/// `flowctl runs show RUN`
struct RunsShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a run's steps, error and outputs, or one step with its attempts.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(
        help: "The run's id, enough of its beginning or end, or latest.",
        completion: .custom { _, _, _ in Completions.runs() })
    var run: String

    @Option(help: ArgumentHelp("Show this step with its attempts and output.", valueName: "id"))
    var step: String?

    func run(in session: Session) async throws {
        let (run, history) = try session.run(named: run)
        let steps = try history.steps(of: run)
        guard let step else {
            return try RunSheet(run: run, steps: steps, history: history).show(on: session.console)
        }
        guard let found = steps.first(where: { $0.path == step }) else {
            throw Exit.usage(
                "run \(run.id.text) has no step \"\(step)\"",
                hint: Suggestion.didYouMean(step, among: steps.map(\.path))
                    ?? "run \"flowctl runs show \(run.id.text)\" for its steps")
        }
        try StepSheet(run: run, step: found, history: history).show(on: session.console)
    }
}

import ArgumentParser

/// The run that a command is about.
struct RunArgument: ParsableArguments {
    @Argument(
        help: "The run's id, enough of its beginning or end, or latest.",
        completion: .custom { _, _, _ in Completions.runs() })
    var run: String
}

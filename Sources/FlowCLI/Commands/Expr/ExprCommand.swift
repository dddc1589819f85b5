import ArgumentParser
import FlowCore
import FlowExpression

/// `flowctl expr 'EXPR'`
struct ExprCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "expr", abstract: "Evaluate an expression, or explain what it gives.",
        discussion: """
            The expression is written without ${{ }}. Members of the JSON object in --data are its variables:
              flowctl expr 'items.filter(i, i.open).size()' --data issues.json
            With --run it sees what that run recorded: all steps, or with --step what that step saw. Secrets, and \
            variables of the process, are not recorded.
              flowctl expr 'steps.list.output.count > 3' --run latest --step send --explain
            A string is printed as it is, everything else as JSON. Without an expression it asks for one after the \
            other on a terminal, and else reads them from standard input, one a line; :help says more.
            --explain --output json prints one object: expression, its value or error, and terms, each an object of \
            the same kind; without value and error it was not evaluated. A macro that goes through items has items: \
            their count, and those shown, each with index and terms.
            --functions lists the functions there are, and with a name says all about one:
              flowctl expr --functions sortBy
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The expression; with --functions the name of one.")
    var expression: String?

    @Option(
        help: ArgumentHelp("A JSON file with the variables; - is standard input.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var data: String?

    @Option(
        help: ArgumentHelp("See what this run recorded: an id, enough of it, or latest.", valueName: "run"),
        completion: .custom { _, _, _ in Completions.runs() })
    var run: String?

    @Option(
        help: ArgumentHelp("See what this step of the run saw, or one of its items: id[0].", valueName: "id"))
    var step: String?

    @Flag(help: "Show each part of the expression with its value.")
    var explain = false

    @Flag(help: "List the functions and macros, or describe one.")
    var functions = false

    func run(in session: Session) async throws {
        if functions { return try FunctionSheet.show(expression ?? "", on: session.console) }
        let bench = ExpressionBench(data: try expressionData(session), console: session.console)
        if let expression { return try explain ? bench.explain(expression) : bench.show(expression) }
        guard data != "-" else {
            throw Exit.usage(
                "there is no expression, and standard input holds the data", hint: "write the expression as an argument"
            )
        }
        try ExpressionShell(bench: bench, explains: explain, session: session).run()
    }

    private func expressionData(_ session: Session) throws -> ExpressionData {
        guard let run else {
            if step != nil { throw Exit.usage("--step goes with --run", hint: "add --run latest") }
            let variables = try data.map { try session.readObject($0, as: "the data file") } ?? ValueMap()
            return ExpressionData(origin: .variables(variables, scope: session.scope { variables[$0] }))
        }
        if data != nil { throw Exit.usage("an expression sees --data or --run, not both") }
        let recorded = try session.recordedRun(named: run)
        return ExpressionData(
            origin: .recorded(try step.map(recorded.view(ofStep:)) ?? recorded.view(), recorded.secrets))
    }
}

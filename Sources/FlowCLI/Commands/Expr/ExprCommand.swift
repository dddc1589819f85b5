import ArgumentParser
import FlowCore
import FlowExpression

/// `flowctl expr 'EXPR'`
struct ExprCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "expr", abstract: "Evaluate an expression.",
        discussion: """
            The expression is written without ${{ }}. Members of the JSON object in --data are its variables:
              flowctl expr 'items.filter(i, i.open).size()' --data issues.json
            A string is printed as it is, everything else as JSON. --functions lists the functions there are, and \
            with a name says all about one:
              flowctl expr --functions sortBy
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The expression; with --functions the name of one.")
    var expression: String?

    @Option(
        help: ArgumentHelp("A JSON file with the variables; - is standard input.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var data: String?

    @Flag(help: "List the functions and macros, or describe one.")
    var functions = false

    func run(in session: Session) async throws {
        if functions { return try FunctionSheet.show(expression ?? "", on: session.console) }
        guard let expression else {
            throw Exit.usage(
                "there is no expression", hint: "write one, such as flowctl expr '1 + 2', or see --functions")
        }
        let compiled: Expression
        do {
            compiled = try Expression.compile(expression)
        } catch {
            throw Exit(status: .usage, diagnostics: error.diagnostics)
        }
        let variables = try data.map { try session.readObject($0, as: "the data file") } ?? ValueMap()
        try checkNames(of: compiled, among: variables)
        let value = try compiled.evaluate(session.scope { variables[$0] })
        let console = session.console
        console.show(json: value) {
            console.show(StyledText(value.stringValue ?? JSON.text(value, pretty: console.outputScreen.isTerminal)))
        }
    }

    private func checkNames(of expression: Expression, among variables: ValueMap) throws {
        let unknown = expression.references.filter { variables[$0.root] == nil && !$0.toleratesAbsence }
        guard !unknown.isEmpty else { return }
        throw Exit(
            status: .usage,
            diagnostics: unknown.map { reference in
                let known = variables.names
                return .error(
                    "unknown-name", "nothing is named \"\(reference.root)\"", at: reference.span,
                    hint: Suggestion.didYouMean(reference.root, among: known)
                        ?? (known.isEmpty
                            ? "give variables with --data file.json" : "the data has \(known.joined(separator: ", "))"))
            })
    }
}

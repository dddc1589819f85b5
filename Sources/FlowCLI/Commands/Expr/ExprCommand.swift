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
            A string is printed as it is, everything else as JSON.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The expression.")
    var expression: String

    @Option(
        help: ArgumentHelp("A JSON file with the variables; - is standard input.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var data: String?

    func run(in session: Session) async throws {
        let compiled: Expression
        do {
            compiled = try Expression.compile(expression)
        } catch {
            throw Exit(status: .usage, diagnostics: error.diagnostics)
        }
        let variables = try data.map { try session.readObject($0, as: "the data file") } ?? ValueMap()
        try checkNames(of: compiled, among: variables)
        let value = try compiled.evaluate(EvaluationScope(variables))
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

import FlowCore
import FlowExpression
import Glibc

/// Asks for one expression after the other: on a terminal with history and completion, else line by line.
struct ExpressionShell {
    private let bench: ExpressionBench
    private let explains: Bool
    private let console: Console
    private let isInteractive: Bool
    private let lines: any LineSource
    private let history: ExpressionHistory?

    private static let prompt = "> "
    private static let continuation = ". "

    private static let help = """
        EXPRESSION           show its value; open brackets go on in the next line
        :explain EXPRESSION  show each part of it with its value
        :functions [NAME]    list the functions, or explain one
        :help                show this
        Tab completes names, the arrow keys go through what was typed before,
        Ctrl-C drops the line or an unfinished expression, Ctrl-D ends.
        """

    init(bench: ExpressionBench, explains: Bool, session: Session) {
        self.bench = bench
        self.explains = explains
        console = session.console
        isInteractive = isatty(STDIN_FILENO) == 1
        guard isInteractive else {
            lines = PlainLines()
            history = nil
            return
        }
        history = session.settings.expressionHistory.map(ExpressionHistory.init)
        let completion = NameCompletion(data: bench.data)
        let canEdit = console.notesScreen.isTerminal
        if canEdit, let edited = EditedLines(history: ExpressionHistory.limit, completion: { completion.at($0) }) {
            history?.lines.forEach(edited.remember)
            lines = edited
        } else {
            if let problem = EditedLines.problem {
                console.note("\("note:", .cyan) \(problem), so lines can't be edited; install libedit2")
            }
            lines = PlainLines(prompts: console.notes)
        }
    }

    /// - Throws: what an expression throws that doesn't come from a terminal; what follows it is not read.
    func run() throws {
        var text = ""
        var isEmpty = true
        while true {
            switch lines.line(prompt: text.isEmpty ? ExpressionShell.prompt : ExpressionShell.continuation) {
            case .interrupted:
                console.notes.write("\n")
                text = ""
            case .end:
                if isInteractive { console.notes.write("\n") }
                if !text.isEmpty { try perform(text) }
                guard isEmpty, text.isEmpty, !isInteractive else { return }
                throw Exit.usage(
                    "there is no expression",
                    hint: "write it as an argument, as in flowctl expr '1 + 1', or on standard input, one a line")
            case .line(let line):
                // A question in between: the expression goes on after it.
                if isInteractive, !text.isEmpty, ExpressionShell.asksOnly(line) {
                    try perform(line)
                    continue
                }
                text += text.isEmpty ? line : "\n" + line
                if !text.hasPrefix(":"), Expression.isOpen(text) { continue }
                let whole = text
                text = ""
                guard !whole.allSatisfy(\.isWhitespace) else { continue }
                isEmpty = false
                remember(whole)
                try perform(whole)
            }
        }
    }

    /// Whether a line is a command that has nothing to do with an expression. `:name` alone may be the end of `a ? b`.
    private static func asksOnly(_ line: String) -> Bool {
        line == ":help" || line == ":functions" || line.hasPrefix(":functions ")
    }

    private func perform(_ text: String) throws {
        do {
            try answer(text)
        } catch  where isInteractive {
            Exit(error).report(on: console)
        }
    }

    private func answer(_ text: String) throws {
        guard text.hasPrefix(":") else { return try explains ? bench.explain(text) : bench.show(text) }
        let words = text.dropFirst().split(separator: " ", maxSplits: 1).map(String.init)
        let argument = words.count > 1 ? words[1] : ""
        switch words.first {
        case "help": console.show(document: ExpressionShell.help)
        case "explain":
            guard !argument.isEmpty else { throw Exit.usage(":explain needs an expression") }
            try bench.explain(argument)
        case "functions": try FunctionSheet.show(argument, on: console)
        case let name:
            throw Exit.usage(
                "there is no \":\(name ?? "")\"",
                hint: Suggestion.didYouMean(name ?? "", among: NameCompletion.commands) ?? "see :help")
        }
    }

    private func remember(_ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        lines.remember(line)
        history?.add(line)
    }
}

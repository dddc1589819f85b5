import FlowExpression

/// The page of docs/ about the functions of expressions, in Markdown.
enum FunctionPage {
    private static let introduction = """
        # Functions of expressions

        Made by `make docs` from what `flowctl expr --functions` prints. A signature that starts with a type and a point
        is called on a value: `string.size() -> int` is written `name.size()`. `...` stands for any number of further
        arguments. Behind `//` stands what an example gives; all of them are tests.
        """

    static var text: String {
        var lines = [introduction]
        for group in FunctionLibrary.groups {
            lines += ["", "## \(group.title)"]
            for function in group.functions {
                lines += ["", "### \(function.name)", "", function.summary, "", "```"]
                lines += function.signatures + [""]
                lines += function.examples.map { "\($0.expression)  // \($0.result)" } + ["```"]
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

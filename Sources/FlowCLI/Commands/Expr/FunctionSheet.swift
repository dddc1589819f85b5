import FlowCore
import FlowExpression

/// What there is to say about the functions of expressions.
enum FunctionSheet {
    /// - Parameter name: empty for a list of all.
    static func show(_ name: String, on console: Console) throws {
        guard !name.isEmpty else {
            var table = Table("FUNCTION", "")
            for function in FunctionLibrary.all.sorted(by: { $0.name < $1.name }) {
                table.add(StyledText(function.name, .bold), StyledText(function.summary))
            }
            return table.show(on: console)
        }
        let functions = FunctionLibrary.named(name)
        guard !functions.isEmpty else {
            throw Exit.usage(
                "there is no function \"\(name)\"",
                hint: Suggestion.didYouMean(name, among: FunctionLibrary.all.map(\.name)))
        }
        for function in functions {
            for signature in function.signatures { console.show(StyledText(signature, .bold)) }
            console.show("  \(function.summary)")
            for example in function.examples { console.show("  \(example.expression)  →  \(example.result)") }
        }
    }
}

import FlowCore
import FlowExpression

/// What there is to say about the functions of expressions.
enum FunctionSheet {
    /// - Parameter name: empty for a list of all.
    static func show(_ name: String, on console: Console) throws {
        guard !name.isEmpty else {
            console.show(json: .list(FunctionLibrary.groups.flatMap(entries))) {
                for group in FunctionLibrary.groups { list(group, on: console) }
            }
            return
        }
        let groups = FunctionLibrary.groups.map { $0.filtered { $0.name == name } }.filter { !$0.functions.isEmpty }
        guard !groups.isEmpty else {
            let names = FunctionLibrary.all.map(\.name)
            // "sha256" stands for "hash.sha256".
            let member = names.first { $0.hasSuffix("." + name) }
            throw Exit.usage(
                "there is no function \"\(name)\"",
                hint: member.map { "did you mean \"\($0)\"?" } ?? Suggestion.didYouMean(name, among: names)
                    ?? "run \"flowctl expr --functions\" for all there are")
        }
        console.show(json: .list(groups.flatMap(entries))) {
            for (index, function) in groups.flatMap(\.functions).enumerated() {
                if index > 0 { console.show("") }
                describe(function, on: console)
            }
        }
    }

    private static func list(_ group: FunctionLibrary.Group, on console: Console) {
        if group.title != FunctionLibrary.groups.first?.title { console.show("") }
        console.show(StyledText(group.title, .bold))
        let width = FunctionLibrary.all.map(\.name.count).max() ?? 0
        for function in group.functions {
            let pad = String(repeating: " ", count: width - function.name.count)
            let line: StyledText = "  \(function.name, .cyan)\(pad)  \(function.summary)"
            console.show(console.outputScreen.isTerminal ? line.cut(to: console.outputScreen.width) : line)
        }
    }

    private static func describe(_ function: Function, on console: Console) {
        for signature in function.signatures { console.show(StyledText(signature, .bold)) }
        console.show(StyledText(Paragraph.wrap(function.summary, width: min(console.outputScreen.width, 100))))
        for example in function.examples { console.show("  \(example.expression)  \("→", .dim)  \(example.result)") }
    }

    private static func entries(_ group: FunctionLibrary.Group) -> [Value] {
        group.functions.map { function in
            [
                "group": .string(group.title), "name": .string(function.name),
                "signatures": .list(function.signatures.map(Value.string)), "summary": .string(function.summary),
                "examples": .list(
                    function.examples.map { ["expression": .string($0.expression), "result": .string($0.result)] }),
            ]
        }
    }
}

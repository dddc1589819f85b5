import CMustache
import FlowCore
import FlowNodeKit
import FlowSpec

/// `data.template`: data through a Mustache template.
struct DataTemplate: Node {
    let spec = NodeSpec(
        "data.template", summary: "Fill a Mustache template with data.",
        details: """
            {{name}} prints a value, {{#name}} … {{/name}} repeats for each item of a list or shows its content where \
            the value is something, {{^name}} … {{/name}} where it is nothing. A name that the data lacks is an \
            error, unless the template asks for it with # or ^ as well.
            """,
        effect: .idempotent,
        parameters: [
            Parameter(
                "template", .string, help: "The template.", example: "Hello {{name}}!",
                codeRemedy: "pass it in data:"),
            Parameter("file", .file, help: "A file with the template.", example: "templates/report.md"),
            Parameter("data", .map, default: [:], help: "What the names in the template stand for."),
            Parameter(
                "escape", .string, default: "none", help: "html escapes & < > \" ' in what {{name}} prints.",
                choices: ["none", "html"]),
            Parameter("to", .string, help: "Write the text to this file.", example: "report/report.md"),
        ],
        rules: [.one(["template", "file"])],
        output: "The text; with to, the file {path, name, size}.",
        example: .init(
            ["template": "Hello {{name}}!", "data": ["name": "Ada"]], output: "Hello Ada!"),
        documentation: "https://mustache.github.io/mustache.5.html")

    func outputType(of arguments: WrittenArguments) -> StaticType { arguments.type(.string, orFileWith: "to") }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let data = arguments["data"] ?? [:]
        let escapesHTML = arguments.string("escape") == "html"
        let text: String
        if let path = arguments.path("file", in: context) {
            let files = context.world.files
            let bytes = try await offPool { try files.read(path, limit: MustacheTemplate.maximumSize) }
            guard let source = String(validating: bytes, as: UTF8.self) else {
                throw Failure(.invalid, "the template \"\(path)\" is not UTF-8 text", hint: "convert it to UTF-8")
            }
            text = try MustacheTemplate(source, name: "\"\(path)\"").render(data, escapesHTML: escapesHTML)
        } else {
            text = try MustacheTemplate(arguments.string("template") ?? "", name: "the template")
                .render(data, escapesHTML: escapesHTML)
        }
        guard let target = arguments.string("to") else {
            return data.containsSecret ? Value.string(text).markedSecret : .string(text)
        }
        let output = OutputFile(context.absolutePath(target), in: context)
        return try await offPool { try output.write(Array(text.utf8)) }
    }
}

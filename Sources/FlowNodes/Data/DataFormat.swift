import FlowCore
import FlowNodeKit
import FlowSpec

/// `data.format`: a value to text in a known format, or to a file of it.
struct DataFormat: Node {
    let spec = NodeSpec(
        "data.format", summary: "Write JSON, JSON Lines, CSV or YAML.", effect: .idempotent,
        parameters: [
            Parameter("value", .any, required: true, help: "What to write; jsonl and csv take a list."),
            Parameter("format", .string, required: true, help: "What to make.", choices: TextFormat.choices),
            Parameter("pretty", .bool, default: false, help: "json: one member a line."),
            Parameter(
                "columns", .list(of: .string), help: "csv: the columns, in order; else all keys as they occur."),
            Parameter("to", .string, help: "Write it to this file.", example: "out/customers.csv"),
        ] + CSVOptions.parameters,
        output: "The text; with to, the file {path, name, size}.",
        example: .init(
            ["value": [["id": 1, "name": "Ada"]], "format": "csv"], output: "id,name\n1,Ada\n"))

    func outputType(of arguments: WrittenArguments) -> StaticType { arguments.type(.string, orFileWith: "to") }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        guard let format = arguments.string("format").flatMap(TextFormat.init(rawValue:)) else {
            throw Failure(.invalid, "data.format: parameter \"format\" is missing")
        }
        let value = arguments["value"] ?? .null
        let bytes = try format.text(
            value, pretty: arguments.bool("pretty") ?? false, csv: try CSVOptions(arguments))
        guard let target = arguments.string("to") else {
            let text = Value.string(String(decoding: bytes, as: UTF8.self))
            return value.containsSecret ? text.markedSecret : text
        }
        let output = OutputFile(context.absolutePath(target), in: context)
        return try await offPool { try output.write(bytes, mediaType: format.mediaType) }
    }
}

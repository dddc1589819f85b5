import FlowCore
import FlowNodeKit
import FlowSpec

/// `data.parse`: text in a known format to values.
struct DataParse: Node {
    let spec = NodeSpec(
        "data.parse", summary: "Read JSON, JSON Lines, CSV or YAML.",
        details: "A for_each goes through a file of JSON Lines or CSV without holding all of it.", effect: .read,
        parameters: [
            Parameter("text", .any, help: "The text, or its bytes.", example: "id,name\n1,Ada\n"),
            Parameter("file", .file, help: "The file to read instead."),
            Parameter("format", .string, required: true, help: "What it is.", choices: TextFormat.choices),
        ] + CSVOptions.parameters,
        rules: [.one(["text", "file"])],
        output: "The value; jsonl and csv give a list, csv with a header a list of maps of text.",
        example: .init(
            ["text": "id,name\n1,Ada\n", "format": "csv"],
            output: [["id": "1", "name": "Ada"]]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        switch arguments.text("format").flatMap(TextFormat.init(rawValue:)) {
        case .jsonl?, .csv?: .list
        default: .dynamic
        }
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        guard let format = arguments.string("format").flatMap(TextFormat.init(rawValue:)) else {
            throw Failure(.invalid, "data.parse: parameter \"format\" is missing")
        }
        let options = try CSVOptions(arguments)
        if let path = arguments.path("file", in: context) {
            let files = context.world.files
            return try await offPool {
                do {
                    return try format.parse(try files.read(path, limit: 256 << 20), csv: options)
                } catch let failure as Failure where failure.kind == .invalid {
                    throw Failure(.invalid, "\"\(path)\": \(failure.message)", hint: failure.hint)
                }
            }
        }
        switch arguments["text"]?.revealed {
        case .string(let text): return try format.parse(Array(text.utf8), csv: options)
        case .bytes(let bytes): return try format.parse(bytes, csv: options)
        case let other:
            throw Failure(
                .invalid, "data.parse: parameter \"text\" must be text or bytes, not \(other?.shortText ?? "null")",
                hint: "leave the step out where the data is parsed already")
        }
    }
}

extension DataParse: PagedNode {
    func comesInPages(_ arguments: Arguments) -> Bool {
        guard let file = arguments["file"], !file.isNull else { return false }
        return ["jsonl", "csv"].contains(arguments.string("format"))
    }

    func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let csv = arguments.string("format") == "csv" ? try CSVOptions(arguments).format : nil
        let file = RecordFile(
            path: arguments.path("file", in: context) ?? "", files: context.world.files, csv: csv)
        var next = mark
        repeat {
            try Task.checkCancellation()
            let mark = next
            let page = try await offPool { try file.page(from: mark) }
            try await take(page)
            next = page.next
        } while next != nil
    }
}

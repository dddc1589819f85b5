import FlowCore
import FlowNodeKit
import FlowYAML

/// The text formats that `data.parse` reads and `data.format` writes.
enum TextFormat: String, CaseIterable {
    case json, jsonl, csv, yaml

    static let choices = allCases.map { Value.string($0.rawValue) }

    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .jsonl: "application/jsonl"
        case .csv: "text/csv"
        case .yaml: "application/yaml"
        }
    }

    /// - Throws: a failure of kind `invalid` that says the line.
    func parse(_ bytes: [UInt8], csv: CSVOptions) throws -> Value {
        switch self {
        case .json: try Self.json(bytes)
        case .jsonl: try jsonLines(bytes)
        case .csv: try csv.parse(bytes)
        case .yaml: try yaml(bytes)
        }
    }

    func text(_ value: Value, pretty: Bool, csv: CSVOptions) throws -> [UInt8] {
        switch self {
        case .json: return JSON.bytes(value, pretty: pretty) + (pretty ? [UInt8(ascii: "\n")] : [])
        case .jsonl:
            guard let items = value.listValue else { throw notAList(value) }
            return items.flatMap { JSON.bytes($0) + [UInt8(ascii: "\n")] }
        case .csv:
            guard let items = value.listValue else { throw notAList(value) }
            return try csv.text(items)
        case .yaml: return Array(YAML.text(value).utf8)
        }
    }

    private func notAList(_ value: Value) -> Failure {
        Failure(
            .invalid, "\(rawValue) is made from a list, not from a \(value.type.plainName)",
            hint: "put the value in a list")
    }

    private static func json(_ bytes: [UInt8]) throws(Failure) -> Value {
        do {
            return try JSON.parse(bytes)
        } catch {
            throw Failure(.invalid, "the JSON can't be read: \(error.message)")
        }
    }

    private func jsonLines(_ bytes: [UInt8]) throws(Failure) -> Value {
        var items: [Value] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if let item = try JSONLinesFile.value(of: line, number: index + 1) { items.append(item) }
        }
        return .list(items)
    }

    private func yaml(_ bytes: [UInt8]) throws(Failure) -> Value {
        var diagnostics = Diagnostics()
        let node = YAML.read(SourceText(name: "<yaml>", bytes: bytes), diagnostics: &diagnostics)
        if let first = diagnostics.sorted.first(where: { $0.severity == .error }) {
            throw Failure(
                .invalid, "the YAML can't be read: line \(first.span.position.line): \(first.message)", hint: first.hint
            )
        }
        return node?.value ?? .null
    }
}

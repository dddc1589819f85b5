import FlowCore
import FlowYAML

extension FunctionLibrary {
    /// Text in the formats of data files to values and back.
    static let data: [Function] = [
        Function(
            "json", ["json(string) -> any", "json(bytes) -> any"], "The value that JSON text holds.",
            [("json('{\"a\": [1, 1.0]}')", "{'a': [1, 1.0]}")], steps: 8
        ) { (arguments, frame) throws(Fault) in try DataText.json(arguments[0], &frame) },
        Function(
            "fromJSON", ["fromJSON(string) -> any", "fromJSON(bytes) -> any"], "The same as json().",
            [("fromJSON('[1]')", "[1]")], steps: 8
        ) { (arguments, frame) throws(Fault) in try DataText.json(arguments[0], &frame) },
        Function(
            "to_json", ["to_json(any) -> string"], "JSON text of a value, on one line.",
            [("to_json({'a': [1, 1.0]})", "'{\"a\":[1,1.0]}'")], steps: 8
        ) { (arguments, frame) throws(Fault) in try DataText.toJSON(arguments[0], pretty: false, &frame) },
        Function(
            "toJSON", ["toJSON(any) -> string"], "JSON text of a value, indented by two spaces.",
            [("toJSON([1])", "'[\\n  1\\n]'")], steps: 8
        ) { (arguments, frame) throws(Fault) in try DataText.toJSON(arguments[0], pretty: true, &frame) },
        Function(
            "csv",
            [
                "csv(string) -> list", "csv(bytes) -> list", "csv(string, map) -> list",
                "csv(bytes, map) -> list",
            ],
            "The rows of CSV text as maps by the names in its first row; the options are header and delimiter.",
            [
                ("csv('id,name\\n1,Ada')", "[{'id': '1', 'name': 'Ada'}]"),
                ("csv('1;Ada', {'header': false, 'delimiter': ';'})", "[['1', 'Ada']]"),
            ], steps: 30
        ) { (arguments, frame) throws(Fault) in
            guard let bytes = arguments.raw(0) else { return nil }
            guard arguments.count == 1 || arguments.map(1) != nil else { return nil }
            return try DataText.csv(bytes, try DataText.csvFormat(arguments.map(1) ?? ValueMap()), &frame)
        },
        Function(
            "yaml", ["yaml(string) -> any", "yaml(bytes) -> any"],
            "The value that YAML text holds, by the core schema of YAML 1.2; null for none.",
            [("yaml('a: [1, on]')", "{'a': [1, 'on']}")], steps: 150
        ) { (arguments, frame) throws(Fault) in
            guard let bytes = arguments.raw(0) else { return nil }
            return try DataText.yaml(bytes, &frame)
        },
    ]
}

/// Reads and writes the formats of data files within the budget of an evaluation.
private enum DataText {
    static func json(_ value: Value, _ frame: inout Frame) throws(Fault) -> Value? {
        guard let bytes = Arguments(values: [value]).raw(0) else { return nil }
        try frame.spend(steps: bytes.count)
        try frame.spend(bytes: bytes.count * 4)
        do { return try JSON.parse(bytes) } catch { throw .invalid(error.message, hint: error.hint) }
    }

    static func toJSON(_ value: Value, pretty: Bool, _ frame: inout Frame) throws(Fault) -> Value? {
        if case .stream = value {
            throw .invalid("a stream can't become JSON", hint: "read it with for_each")
        }
        let text = JSON.text(value, pretty: pretty)
        // The digits of a double take several times as long as those of an int.
        try frame.spend(steps: text.utf8.count / 4)
        try frame.spend(bytes: text.utf8.count)
        return .string(text)
    }

    static func csvFormat(_ options: ValueMap) throws(Fault) -> CSVFormat {
        var hasHeader = true
        var delimiter = ","
        for (key, value) in options {
            switch (key.text, value) {
            case ("header", .bool(let flag)): hasHeader = flag
            case ("delimiter", .string(let text)): delimiter = text
            case ("header", _), ("delimiter", _):
                throw .invalid(
                    "csv() can't take \(value.type.withArticle) as \(key.text)",
                    hint: "write {'header': false, 'delimiter': ';'}")
            default:
                throw .invalid(
                    "csv() has no option \"\(key.text)\"",
                    hint: Suggestion.didYouMean(key.text, among: ["header", "delimiter"])
                        ?? "its options are header and delimiter")
            }
        }
        do {
            return try CSVFormat(hasHeader: hasHeader, delimiter: delimiter)
        } catch {
            throw .invalid(error.message, hint: error.hint)
        }
    }

    static func csv(_ bytes: [UInt8], _ format: CSVFormat, _ frame: inout Frame) throws(Fault) -> Value {
        try frame.spend(steps: bytes.count)
        // A field costs more than its text: a value, and in a map its key.
        let fields = bytes.count { $0 == format.delimiter || $0 == 0x0A || $0 == 0x0D } + 1
        try frame.spend(bytes: bytes.count + fields * 2 * MemoryLayout<Value>.stride)
        do { return try format.parse(bytes) } catch { throw .invalid(error.message, hint: error.hint) }
    }

    static func yaml(_ bytes: [UInt8], _ frame: inout Frame) throws(Fault) -> Value {
        try frame.spend(steps: bytes.count)
        // Nodes carry their places while they are read.
        try frame.spend(bytes: bytes.count * 16)
        var diagnostics = Diagnostics()
        let documents = YAML.readAll(SourceText(name: "<yaml>", bytes: bytes), diagnostics: &diagnostics) ?? []
        if let first = diagnostics.sorted.first(where: { $0.severity == .error }) {
            let place = first.span.position
            throw .invalid(
                "invalid YAML at line \(place.line), column \(place.column): \(first.message)", hint: first.hint)
        }
        guard documents.count < 2 else {
            throw .invalid("the YAML has \(documents.count) documents, yaml() reads one", hint: "split it at \"---\"")
        }
        return documents.first.map(\.value) ?? .null
    }
}

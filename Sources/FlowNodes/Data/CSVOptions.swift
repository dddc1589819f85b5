import FlowCore
import FlowSpec

/// How rows and values become each other: a header row names the columns, or rows are lists.
struct CSVOptions {
    static let parameters = [
        Parameter("header", .bool, default: true, help: "csv: whether the first row names the columns."),
        Parameter("delimiter", .string, default: ",", help: "csv: what stands between two fields.", example: ";"),
    ]

    var hasHeader = true
    var delimiter = UInt8(ascii: ",")
    /// The columns to write, in order; nil takes the keys in the order they occur.
    var columns: [String]?

    init() {}

    init(_ arguments: Arguments) throws(Failure) {
        hasHeader = arguments.bool("header") ?? true
        columns = arguments.list("columns")?.compactMap(\.stringValue)
        let text = arguments.string("delimiter") ?? ","
        let byte: UInt8? = text == "\\t" || text == "tab" ? UInt8(ascii: "\t") : text.utf8.first
        guard let byte, text.utf8.count == 1 || byte == UInt8(ascii: "\t"), byte != UInt8(ascii: "\""),
            byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r")
        else {
            throw Failure(
                .invalid, "the delimiter must be one ASCII character", hint: "use \",\", \";\" or \"tab\"")
        }
        delimiter = byte
    }

    func parse(_ bytes: [UInt8]) throws(Failure) -> Value {
        var reader = CSVReader(bytes, delimiter: delimiter)
        var names: [String]?
        var rows: [Value] = []
        while let row = try reader.next() {
            guard hasHeader else {
                rows.append(.list(row.fields.map(Value.string)))
                continue
            }
            guard let names else {
                names = row.fields
                continue
            }
            guard row.fields.count == names.count else {
                throw Failure(
                    .invalid,
                    "line \(row.line) of the CSV has \(row.fields.count) fields, but the header has \(names.count)",
                    hint: "mend the line, or set header: false")
            }
            rows.append(.map(ValueMap(zip(names, row.fields.map(Value.string)))))
        }
        return .list(rows)
    }

    func text(_ rows: [Value]) throws(Failure) -> [UInt8] {
        var writer = CSVWriter(delimiter: delimiter)
        let names = columns ?? columnNames(of: rows)
        if hasHeader, !names.isEmpty { writer.write(names) }
        for (index, row) in rows.enumerated() {
            if let fields = row.listValue {
                writer.write(fields.map(PlainText.of))
            } else if let map = row.mapValue {
                writer.write(names.map { map[$0].map(PlainText.of) ?? "" })
            } else {
                throw Failure(
                    .invalid, "row \(index) for the CSV must be a map or a list, not a \(row.type.plainName)",
                    hint: "give a list of maps")
            }
        }
        return writer.bytes
    }

    private func columnNames(of rows: [Value]) -> [String] {
        var seen: Set<String> = []
        return rows.flatMap { $0.mapValue?.names ?? [] }.filter { seen.insert($0).inserted }
    }
}

import FlowCore
import FlowSpec

/// How rows and values become each other: a header row names the columns, or rows are lists.
struct CSVOptions {
    static let parameters = [
        Parameter("header", .bool, default: true, help: "csv: whether the first row names the columns."),
        Parameter("delimiter", .string, default: ",", help: "csv: what stands between two fields.", example: ";"),
    ]

    let format: CSVFormat
    /// The columns to write, in order; nil takes the keys in the order they occur.
    private let columns: [String]?

    init(_ arguments: Arguments) throws(Failure) {
        format = try CSVFormat(
            hasHeader: arguments.bool("header") ?? true, delimiter: arguments.string("delimiter") ?? ",")
        columns = arguments.list("columns")?.compactMap(\.stringValue)
    }

    func parse(_ bytes: [UInt8]) throws(Failure) -> Value { try format.parse(bytes) }

    func text(_ rows: [Value]) throws(Failure) -> [UInt8] {
        var writer = CSVWriter(delimiter: format.delimiter)
        let names = columns ?? columnNames(of: rows)
        if format.hasHeader, !names.isEmpty { writer.write(names) }
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
        var seen: Set<MapKey> = []
        return rows.flatMap { $0.mapValue?.keys ?? [] }.filter { seen.insert(.string($0.text)).inserted }.map(\.text)
    }
}

package import FlowCore
package import FlowSpec

/// Where a node takes many records from: a list, or a file that is read while they go.
package struct RecordSource: Sendable {
    private enum Content: Sendable {
        case list([Value])
        case file(RecordFile, emptyIsNull: Bool)
    }

    private let content: Content
    /// Whether they come from a file of JSON lines, whose values have the types that they were written with.
    package let isJSONLines: Bool

    /// - Parameters:
    ///   - list: the argument that is a list.
    ///   - noun: what a record is to the node: `row`.
    package static func parameters(list: String, noun: String, listHelp: String, example: Value) -> [Parameter] {
        [
            Parameter(list, .list(of: .any), help: listHelp, example: example),
            Parameter(
                "from", .file, help: "The file that the \(noun)s are in, one in a line or record.",
                example: "rows.jsonl"),
            Parameter(
                "format", .string, help: "What the file is; csv where its name ends so, else jsonl.",
                choices: ["jsonl", "csv"]),
            Parameter("header", .bool, default: true, help: "csv: whether the first row names the columns."),
            Parameter("delimiter", .string, default: ",", help: "csv: what stands between two fields.", example: ";"),
            Parameter("empty_is_null", .bool, default: true, help: "csv: whether an empty field is null."),
        ]
    }

    /// - Parameter list: the argument that is a list, where `from` is left out.
    package init(_ arguments: Arguments, list: String, in context: NodeContext) throws(Failure) {
        guard let path = arguments.path("from", in: context) else {
            content = .list(arguments.list(list) ?? [])
            isJSONLines = false
            return
        }
        let isCSV = (arguments.string("format") ?? (path.lowercased().hasSuffix(".csv") ? "csv" : "jsonl")) == "csv"
        let csv =
            isCSV
            ? try CSVFormat(
                hasHeader: arguments.bool("header") ?? true, delimiter: arguments.string("delimiter") ?? ",")
            : nil
        isJSONLines = !isCSV
        content = .file(
            RecordFile(path: path, files: context.world.files, csv: csv),
            emptyIsNull: isCSV && arguments.bool("empty_is_null") ?? true)
    }

    /// The values of a record for columns of a table, in their order; those that it lacks are null.
    ///
    /// - Parameter isChoice: whether it may have others, which are left out.
    /// - Throws: a `Failure` where something of it would be lost.
    package static func values(
        of record: ValueMap, for columns: [String], isChoice: Bool
    ) throws(Failure) -> [Value] {
        let found = columns.map { record[$0] }
        guard isChoice || found.count(where: { $0 != nil }) == record.count else {
            let other = record.names.first { !columns.contains($0) } ?? ""
            throw Failure(
                .invalid, "the first row has no column \"\(other)\"",
                hint: "name all columns that are wanted in columns:")
        }
        return found.map { $0 ?? .null }
    }

    /// Reads them once more from the first on.
    package func reader() -> RecordReader {
        switch content {
        case .list(let items): RecordReader(items)
        case .file(let file, let emptyIsNull): RecordReader(file, emptyIsNull: emptyIsNull)
        }
    }
}

/// Gives records one after another; for one thread that may block.
package final class RecordReader {
    private var items: ArraySlice<Value>
    private let file: RecordFile?
    private let emptyIsNull: Bool
    private var mark: Value?
    private var isAtEnd: Bool

    init(_ items: [Value]) {
        self.items = items[...]
        file = nil
        emptyIsNull = false
        isAtEnd = true
    }

    init(_ file: RecordFile, emptyIsNull: Bool) {
        items = []
        self.file = file
        self.emptyIsNull = emptyIsNull
        isAtEnd = false
    }

    /// The next one; nil at the end.
    package func next() throws -> Value? {
        while items.isEmpty, !isAtEnd, let file {
            let page = try file.page(from: mark)
            items = page.items[...]
            mark = page.next
            isAtEnd = page.next == nil
        }
        guard let item = items.popFirst() else { return nil }
        return emptyIsNull ? Self.withoutEmptyTexts(item) : item
    }

    private static func withoutEmptyTexts(_ row: Value) -> Value {
        switch row {
        case .map(let map): .map(map.mapValues(orNull))
        case .list(let fields): .list(fields.map(orNull))
        default: row
        }
    }

    private static func orNull(_ field: Value) -> Value {
        if case .string("") = field { return .null }
        return field
    }
}

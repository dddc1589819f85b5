/// How the rows of a CSV text (RFC 4180) are written, and what they are read to.
package struct CSVFormat: Sendable, Hashable {
    /// Whether the first row names the columns.
    package let hasHeader: Bool
    /// The byte between two fields.
    package let delimiter: UInt8

    /// - Parameter delimiter: one ASCII character, or `tab`.
    /// - Throws: a failure of kind `invalid` where the delimiter is something else.
    package init(hasHeader: Bool = true, delimiter: String = ",") throws(Failure) {
        let byte = delimiter == "\\t" || delimiter == "tab" ? UInt8(ascii: "\t") : delimiter.utf8.first
        guard let byte, delimiter.utf8.count == 1 || byte == UInt8(ascii: "\t"), byte < 0x80,
            !"\"\n\r".utf8.contains(byte)
        else {
            throw Failure(
                .invalid, "the delimiter must be one ASCII character", hint: "use \",\", \";\" or \"tab\"")
        }
        self.hasHeader = hasHeader
        self.delimiter = byte
    }

    /// The rows of a text: maps from column to text with a header, else lists of text.
    ///
    /// - Throws: a failure of kind `invalid` that says the line.
    package func parse(_ bytes: [UInt8]) throws(Failure) -> Value {
        var reader = CSVReader(bytes, delimiter: delimiter)
        let columns = try columns(&reader)
        var rows: [Value] = []
        while let row = try row(&reader, columns) { rows.append(row) }
        return .list(rows)
    }

    /// Reads the names of the columns; nil where there is no header, empty where there is nothing at all.
    package func columns(_ reader: inout CSVReader) throws(Failure) -> [String]? {
        guard hasHeader else { return nil }
        let names = try reader.next()?.fields ?? []
        try requireDifferent(names)
        return names
    }

    /// The next row: a map with the names of the columns, a list where there are none; nil at the end.
    package func row(_ reader: inout CSVReader, _ columns: [String]?) throws(Failure) -> Value? {
        guard let row = try reader.next() else { return nil }
        guard let columns else { return .list(row.fields.map(Value.string)) }
        guard row.fields.count == columns.count else {
            throw Failure(
                .invalid,
                "line \(row.line) of the CSV has \(row.fields.count) fields, but the header has \(columns.count)",
                hint: "mend the line, or set header: false")
        }
        return .map(ValueMap(zip(columns, row.fields.map(Value.string))))
    }

    private func requireDifferent(_ names: [String]) throws(Failure) {
        var seen: Set<MapKey> = []
        for name in names where !seen.insert(.string(name)).inserted {
            throw Failure(
                .invalid, "the header of the CSV names the column \"\(name)\" twice",
                hint: "rename one of them, or set header: false")
        }
    }
}

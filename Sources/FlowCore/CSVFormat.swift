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
        var rows: [Value] = []
        guard hasHeader else {
            while let row = try reader.next() { rows.append(.list(row.fields.map(Value.string))) }
            return .list(rows)
        }
        guard let names = try reader.next()?.fields else { return .list([]) }
        try requireDifferent(names)
        while let row = try reader.next() {
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

    private func requireDifferent(_ names: [String]) throws(Failure) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw Failure(
                .invalid, "the header of the CSV names the column \"\(name)\" twice",
                hint: "rename one of them, or set header: false")
        }
    }
}

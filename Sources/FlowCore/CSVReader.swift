/// CSV text (RFC 4180) to rows of fields. Line ends may be LF or CRLF; a byte order mark is passed over.
package struct CSVReader {
    private let bytes: [UInt8]
    private let delimiter: UInt8
    /// Bytes that have been read.
    package private(set) var position = 0
    /// The number of the line at ``position``.
    package private(set) var line: Int

    /// - Parameter line: where the text begins, when it is a part of another.
    package init(_ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ","), line: Int = 1) {
        self.bytes = bytes
        self.delimiter = delimiter
        self.line = line
        if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next row with the line it starts on; nil at the end. Empty lines are passed over.
    package mutating func next() throws(Failure) -> (fields: [String], line: Int)? {
        while position < bytes.count, isLineEnd(bytes[position]) { skipLineEnd() }
        guard position < bytes.count else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            fields.append(try field())
            guard position < bytes.count else { break }
            if bytes[position] == delimiter {
                position += 1
            } else {
                skipLineEnd()
                break
            }
        }
        return (fields, start)
    }

    private mutating func field() throws(Failure) -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            let start = position
            while position < bytes.count, bytes[position] != delimiter, !isLineEnd(bytes[position]) { position += 1 }
            return try text(bytes[start..<position])
        }
        return try quotedField()
    }

    private mutating func quotedField() throws(Failure) -> String {
        let start = line
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\"") else {
                if byte == UInt8(ascii: "\n") { line += 1 }
                content.append(byte)
                continue
            }
            guard position < bytes.count else { return try text(content[...]) }
            if bytes[position] == UInt8(ascii: "\"") {
                content.append(byte)
                position += 1
            } else if bytes[position] == delimiter || isLineEnd(bytes[position]) {
                return try text(content[...])
            } else {
                throw Failure(
                    .invalid, "line \(line) of the CSV has text after a closing quote",
                    hint: "write a quote inside a quoted field twice")
            }
        }
        throw Failure(
            .invalid, "the quoted field that starts on line \(start) of the CSV has no end", hint: "close its quote")
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private mutating func skipLineEnd() {
        if bytes[position] == UInt8(ascii: "\r") {
            position += 1
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else {
                line += 1
                return
            }
        }
        position += 1
        line += 1
    }

    private func text(_ slice: ArraySlice<UInt8>) throws(Failure) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw Failure(.invalid, "line \(line) of the CSV is not UTF-8 text", hint: "convert the file to UTF-8")
        }
        return text
    }
}

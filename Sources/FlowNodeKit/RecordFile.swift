package import FlowCore
package import FlowSpec

/// A file of JSON Lines or CSV that is read piece by piece. Where a page begins is an offset, together with what tells
/// whether the file is still the same up to there: what comes behind it may change, as when a line is mended.
package struct RecordFile: Sendable {
    /// Bytes that are read at once; more only where a record is larger.
    private static let pieceSize = 32 << 10
    private static let largestRecord = 64 << 20

    private let path: String
    private let files: any FileSystem
    private let csv: CSVFormat?

    /// - Parameter csv: nil for JSON Lines.
    package init(path: String, files: any FileSystem, csv: CSVFormat?) {
        self.path = path
        self.files = files
        self.csv = csv
    }

    /// Where a page begins.
    fileprivate struct Mark {
        var offset: Int64 = 0
        var line = 1
        var columns: [String]?
        /// Of all before the offset.
        var read = Fingerprint()
        var size: Int64?
        var modified: Timestamp?

        fileprivate mutating func move(over bytes: ArraySlice<UInt8>, toLine line: Int) {
            offset += Int64(bytes.count)
            read.add(bytes)
            self.line = line
        }
    }

    /// - Parameter value: ``Page/next`` of the page before; nil from the beginning.
    /// - Throws: a `Failure` of kind `conflict` where the file has changed, or `invalid` with the line.
    package func page(from value: Value?) throws -> Page {
        let mark = value.map(Mark.init) ?? Mark()
        var size = Self.pieceSize
        while true {
            let piece = try files.read(path, from: mark.offset, count: size)
            if mark.size != piece.size || mark.modified != piece.modified { try requireSame(before: mark) }
            let isEnd = mark.offset + Int64(piece.bytes.count) >= piece.size
            var next = mark
            next.size = piece.size
            next.modified = piece.modified
            do throws(Failure) {
                if let items = try records(in: piece.bytes, isEnd: isEnd, &next) {
                    return Page(items, next: next.offset < piece.size ? next.asValue : Value?.none)
                }
            } catch {
                // It may be only the end of a record that is missing.
                if isEnd || size >= Self.largestRecord {
                    throw Failure(.invalid, "\"\(path)\": \(error.message)", hint: error.hint)
                }
            }
            guard size < Self.largestRecord else {
                throw Failure(
                    .invalid, "\"\(path)\" has a record of more than 64 MiB on line \(mark.line)",
                    hint: "check the format and its quotes")
            }
            size *= 2
        }
    }

    private func requireSame(before mark: Mark) throws {
        var read = Fingerprint()
        var offset: Int64 = 0
        while offset < mark.offset {
            let piece = try files.read(path, from: offset, count: Int(min(1 << 20, mark.offset - offset)))
            if piece.bytes.isEmpty { break }
            read.add(piece.bytes)
            offset += Int64(piece.bytes.count)
        }
        guard read == mark.read else {
            throw Failure(
                .conflict, "\"\(path)\" has changed before line \(mark.line), up to which it was read",
                hint: "start a new run, or put that part back as it was")
        }
    }

    /// The records that are whole, with `mark` moved behind them; nil where there is none yet. Those before a mistake
    /// are given first, so that the next page begins with it.
    private func records(in bytes: [UInt8], isEnd: Bool, _ mark: inout Mark) throws(Failure) -> [Value]? {
        if let csv { return try rows(of: csv, in: bytes, isEnd: isEnd, &mark) }
        var items: [Value] = []
        var start = 0
        var line = mark.line
        while start < bytes.count {
            let lineEnd = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
            guard let end = lineEnd ?? (isEnd ? bytes.count : nil) else { break }
            do throws(Failure) {
                if let item = try JSONLinesFile.value(of: bytes[start..<end], number: line) { items.append(item) }
            } catch {
                if items.isEmpty { throw error }
                break
            }
            start = min(end + 1, bytes.count)
            line += 1
        }
        mark.move(over: bytes[..<start], toLine: line)
        return start > 0 || isEnd ? items : nil
    }

    private func rows(
        of csv: CSVFormat, in bytes: [UInt8], isEnd: Bool, _ mark: inout Mark
    ) throws(Failure) -> [Value]? {
        var reader = CSVReader(bytes, delimiter: csv.delimiter, line: mark.line)
        var items: [Value] = []
        var end = (offset: 0, line: mark.line)
        do throws(Failure) {
            if mark.offset == 0 {
                let columns = try csv.columns(&reader)
                // A record that reaches the end of the piece may go on behind it.
                guard isEnd || reader.position < bytes.count else { return nil }
                mark.columns = columns
                end = (reader.position, reader.line)
            }
            while let row = try csv.row(&reader, mark.columns) {
                guard isEnd || reader.position < bytes.count else { break }
                items.append(row)
                end = (reader.position, reader.line)
            }
            if isEnd { end = (bytes.count, reader.line) }
        } catch {
            if items.isEmpty { throw error }
        }
        mark.move(over: bytes[..<end.offset], toLine: end.line)
        return end.offset > 0 || isEnd ? items : nil
    }
}

extension RecordFile.Mark {
    fileprivate init(_ value: Value) {
        offset = value["offset"]?.intValue ?? 0
        line = Int(clamping: value["line"]?.intValue ?? 1)
        columns = value["columns"]?.listValue?.compactMap(\.stringValue)
        read = value["hash"]?.stringValue.flatMap(Fingerprint.init) ?? Fingerprint()
        size = value["size"]?.intValue
        modified = value["modified"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    }

    fileprivate var asValue: Value {
        var map = ValueMap([
            ("offset", .int(offset)), ("line", .int(Int64(line))), ("hash", .string(read.text)),
        ])
        map["columns"] = columns.map { .list($0.map(Value.string)) }
        map["size"] = size.map(Value.int)
        map["modified"] = modified.map { .string($0.rfc3339) }
        return .map(map)
    }
}

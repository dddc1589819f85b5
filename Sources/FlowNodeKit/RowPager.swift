package import FlowCore
package import FlowSpec

/// Puts the rows of a query into pages as they come. After a mark the query is asked anew, and must give the same rows
/// up to there.
package struct RowPager {
    /// Rows in a page.
    package static let pageSize = 250

    private let known: RowMark?
    private var read = RowMark()
    private var rows: [Value] = []

    /// - Parameter mark: ``Page/next`` of the last page that was kept; nil from the beginning.
    package init(from mark: Value?) { known = mark.map(RowMark.init) }

    /// Takes the next row.
    ///
    /// - Returns: a page that is full, and is followed by this row.
    /// - Throws: a `Failure` where the row at the mark is not the one it was.
    package mutating func add(_ row: Value) throws(Failure) -> Page? {
        var page: Page?
        if rows.count == Self.pageSize {
            page = Page(rows, next: read.asValue)
            rows.removeAll(keepingCapacity: true)
        }
        read.add(row)
        if let known, read.count <= known.count {
            if read.count == known.count, read != known { throw Self.changed }
        } else {
            rows.append(row)
        }
        return page
    }

    /// - Returns: the last page, perhaps empty.
    /// - Throws: a `Failure` where there are fewer rows now than before the mark.
    package func end() throws(Failure) -> Page {
        if let known, read.count < known.count { throw Self.changed }
        return Page(rows)
    }

    private static let changed = Failure(
        .conflict, "the query gives other rows than before the run was cut off",
        hint: "start a new run; an order in the query keeps the rows in one order")
}

/// How many rows a step may have as its output.
package enum RowLimit {
    /// Where neither a file nor a loop takes them.
    package static let usual = 10_000

    package static func exceeded(_ limit: Int) -> Failure {
        Failure(
            .invalid, "the query gives more than \(limit) rows",
            hint: "ask for fewer, raise max_rows, or write them to a file with to:")
    }
}

/// How many rows have been read, and what tells whether they are the same another time.
private struct RowMark: Equatable {
    private(set) var count = 0
    private var read = Fingerprint()

    init() {}

    init(_ value: Value) {
        count = Int(clamping: value["rows"]?.intValue ?? 0)
        read = value["hash"]?.stringValue.flatMap(Fingerprint.init) ?? Fingerprint()
    }

    mutating func add(_ row: Value) {
        count += 1
        read.add(JSON.bytes(row))
    }

    var asValue: Value { ["rows": .int(Int64(count)), "hash": .string(read.text)] }
}

/// Columns that line up, as lists show them: no lines, two spaces between.
struct Table {
    private let titles: [String]
    /// Row by row.
    private var cells: [StyledText] = []
    private var widths: [Int]

    init(_ titles: String...) {
        self.titles = titles
        widths = titles.map(\.count)
    }

    /// Makes room for rows that will be added.
    mutating func reserve(rows: Int) { cells.reserveCapacity(rows * titles.count) }

    mutating func add(_ cells: StyledText...) {
        for column in widths.indices { widths[column] = max(widths[column], cells[column].width) }
        self.cells += cells.map(\.onOneLine)
    }

    /// Shows the rows under dim titles; on a terminal the last column is cut to fit.
    func show(on console: Console) {
        let screen = console.outputScreen
        if screen.isTerminal {
            console.show(eachLine.map { console.cut($0, to: screen.width) })
        } else {
            console.show(eachLine)
        }
    }

    /// The titles, then the rows.
    var lines: [StyledText] { Array(eachLine) }

    private var eachLine: some Sequence<StyledText> {
        // A column without a title is worth its place only where something stands in it.
        let columns = titles.indices.filter { widths[$0] > 0 }
        var starts: [Int] = []
        var end = 0
        for column in columns {
            starts.append(end)
            end += widths[column] + 2
        }
        let head = titles.map { StyledText($0, .dim) }
        return (0...cells.count / titles.count).lazy.map { [starts] number in
            let row = number == 0 ? head[...] : cells[(number - 1) * titles.count..<number * titles.count]
            return StyledText(columns.map { row[row.startIndex + $0] }, at: starts)
        }
    }
}

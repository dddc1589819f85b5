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

    mutating func add(_ cells: StyledText...) {
        for column in widths.indices { widths[column] = max(widths[column], cells[column].width) }
        self.cells += cells
    }

    /// Shows the rows under dim titles; on a terminal the last column is cut to fit.
    func show(on console: Console) {
        let screen = console.outputScreen
        if screen.isTerminal {
            console.show(eachLine.map { $0.cut(to: screen.width) })
        } else {
            console.show(eachLine)
        }
    }

    /// The titles, then the rows.
    var lines: [StyledText] { Array(eachLine) }

    private var eachLine: some Sequence<StyledText> {
        // A column without a title is worth its place only where something stands in it.
        let columns = titles.indices.filter { widths[$0] > 0 }
        var starts = [0]
        for column in columns { starts.append(starts[starts.count - 1] + widths[column] + 2) }
        let places = Array(zip(columns, starts))
        let head = titles.map { StyledText($0, .dim) }
        return (0...cells.count / titles.count).lazy.map { number in
            let end = number * titles.count
            return line(number == 0 ? head[...] : cells[end - titles.count..<end], places, starts[starts.count - 1])
        }
    }

    private func line(
        _ cells: ArraySlice<StyledText>, _ places: [(column: Int, start: Int)], _ width: Int
    ) -> StyledText {
        var line = StyledText(capacity: width)
        var end = 0
        for (column, start) in places {
            let cell = cells[cells.startIndex + column]
            let width = cell.width
            guard width > 0 else { continue }
            line.add(spaces: start - end)
            line += cell
            end = start + width
        }
        return line
    }
}

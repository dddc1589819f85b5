/// Columns that line up, as lists show them: no lines, two spaces between.
struct Table {
    private let titles: [String]
    private var rows: [[StyledText]] = []

    init(_ titles: String...) { self.titles = titles }

    mutating func add(_ cells: StyledText...) { rows.append(cells) }

    /// Shows the rows under dim titles; on a terminal the last column is cut to fit.
    func show(on console: Console) {
        for line in lines {
            console.show(console.outputScreen.isTerminal ? line.cut(to: console.outputScreen.width) : line)
        }
    }

    /// The titles, then the rows.
    var lines: [StyledText] {
        var widths = titles.map(\.count)
        for row in rows {
            for column in widths.indices { widths[column] = max(widths[column], row[column].width) }
        }
        // A column without a title is worth its place only where something stands in it.
        let columns = titles.indices.filter { widths[$0] > 0 }
        var starts = [0]
        for column in columns { starts.append(starts[starts.count - 1] + widths[column] + 2) }
        let places = Array(zip(columns, starts))
        return ([titles.map { StyledText($0, .dim) }] + rows).map { line($0, places) }
    }

    private func line(_ cells: [StyledText], _ places: [(column: Int, start: Int)]) -> StyledText {
        var line = StyledText()
        var end = 0
        for (column, start) in places {
            let width = cells[column].width
            guard width > 0 else { continue }
            if start > end { line += StyledText(String(repeating: " ", count: start - end)) }
            line += cells[column]
            end = start + width
        }
        return line
    }
}

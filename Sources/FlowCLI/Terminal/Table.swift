/// Columns that line up, as lists show them: no lines, two spaces between.
struct Table {
    private let titles: [String]
    private var rows: [[StyledText]] = []

    init(_ titles: String...) { self.titles = titles }

    mutating func add(_ cells: StyledText...) { rows.append(cells) }

    /// Shows the rows under dim titles; on a terminal the last column is cut to fit.
    func show(on console: Console) {
        let widths = titles.indices.map { column in
            max(titles[column].count, rows.map { $0[column].width }.max() ?? 0)
        }
        show(titles.map { StyledText($0, .dim) }, widths, console)
        for row in rows { show(row, widths, console) }
    }

    private func show(_ cells: [StyledText], _ widths: [Int], _ console: Console) {
        var line = StyledText()
        for (column, cell) in cells.enumerated() {
            line += cell
            let isLast = column == cells.count - 1
            if !isLast { line += StyledText(String(repeating: " ", count: widths[column] - cell.width + 2)) }
        }
        console.show(console.outputScreen.isTerminal ? line.cut(to: console.outputScreen.width) : line)
    }
}

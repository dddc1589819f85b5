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
        let widths = titles.indices.map { column in
            max(titles[column].count, rows.map { $0[column].width }.max() ?? 0)
        }
        // A column without a title is worth its place only where something stands in it.
        let columns = titles.indices.filter { widths[$0] > 0 }
        return ([titles.map { StyledText($0, .dim) }] + rows).map { line($0, widths, columns) }
    }

    private func line(_ cells: [StyledText], _ widths: [Int], _ columns: [Int]) -> StyledText {
        var line = StyledText()
        var pad = 0
        for column in columns where cells[column].width > 0 {
            let before = columns.prefix { $0 < column }.reduce(0) { $0 + widths[$1] + 2 }
            line += StyledText(String(repeating: " ", count: max(0, before - pad))) + cells[column]
            pad = before + cells[column].width
        }
        return line
    }
}

import FlowCore

/// Reads the lines of a Markdown text into blocks.
struct MarkdownBlockReader {
    private var lines: [MarkdownLine]
    private var index = 0
    /// Blank lines that are known as such; none stands right behind them.
    private var blanks = 0..<0
    private let depth: Int

    /// Quotes and lists may stand inside each other so far; what is deeper is text.
    private static let maximumDepth = 20

    init(_ lines: [String], depth: Int = 0) {
        self.lines = lines.map(MarkdownLine.init)
        self.depth = depth
    }

    private var line: MarkdownLine? { index < lines.count ? lines[index] : nil }
    private var nests: Bool { depth < Self.maximumDepth }

    consuming func read() -> [MarkdownBlock] {
        var blocks: [MarkdownBlock] = []
        while let line {
            if line.isBlank {
                index += 1
            } else if line.isIndented {
                blocks.append(indentedCode())
            } else if let fence = line.fence {
                blocks.append(fencedCode(fence, indent: line.indent))
            } else if let (level, text) = line.heading {
                index += 1
                blocks.append(.heading(level: level, MarkdownInlineReader.read(text)))
            } else if line.isRule {
                index += 1
                blocks.append(.rule)
            } else if line.isQuote, nests {
                blocks.append(quote())
            } else if let marker = line.marker, nests {
                blocks.append(list(marker))
            } else if let table = table() {
                blocks.append(table)
            } else {
                blocks.append(paragraph())
            }
        }
        return blocks
    }

    // MARK: Code

    private mutating func indentedCode() -> MarkdownBlock {
        var code: [String] = []
        while let line, line.isIndented || line.isBlank {
            code.append(line.dropping(4))
            index += 1
        }
        while code.last?.trimmed.isEmpty == true { code.removeLast() }
        return .code(language: "", text: code.joined(separator: "\n"))
    }

    private mutating func fencedCode(_ fence: MarkdownLine.Fence, indent: Int) -> MarkdownBlock {
        index += 1
        var code: [String] = []
        while let line {
            index += 1
            if line.closes(fence) { break }
            code.append(line.dropping(indent))
        }
        let language = fence.info.prefix { $0 != " " && $0 != "\t" }
        return .code(language: String(language), text: code.joined(separator: "\n"))
    }

    // MARK: Quotes and lists

    private mutating func quote() -> MarkdownBlock {
        var inner = InnerLines()
        while let line {
            if line.isQuote {
                let rest = line.content.dropFirst()
                inner.append(String(rest.first == " " ? rest.dropFirst() : rest))
            } else if inner.areContinued(by: line) {
                inner.append(String(line.content))
            } else {
                break
            }
            index += 1
        }
        return .quote(MarkdownBlockReader(inner.texts, depth: depth + 1).read())
    }

    private mutating func list(_ first: MarkdownLine.Marker) -> MarkdownBlock {
        var items: [[MarkdownBlock]] = []
        while let marker = line?.marker, marker.kind == first.kind {
            items.append(item(marker))
        }
        return .list(start: first.number, items: items)
    }

    private mutating func item(_ marker: MarkdownLine.Marker) -> [MarkdownBlock] {
        var inner = InnerLines()
        inner.append(String(lines[index].content.dropFirst(marker.offset - lines[index].indent)))
        index += 1
        while let line {
            if line.isBlank {
                // An item that begins with an empty line has nothing after a second one.
                if marker.isEmpty, inner.texts == [""] { break }
                guard belongs(after: index, to: marker) else { break }
                inner.append("")
            } else if line.indent >= marker.offset {
                inner.append(line.dropping(marker.offset))
            } else if line.marker == nil, inner.areContinued(by: line) {
                inner.append(String(line.content))
            } else {
                break
            }
            index += 1
        }
        skipBlankLines(before: marker)
        return MarkdownBlockReader(inner.texts, depth: depth + 1).read()
    }

    /// Whether what follows the blank lines at `start` is part of the item.
    private mutating func belongs(after start: Int, to marker: MarkdownLine.Marker) -> Bool {
        let next = firstText(from: start)
        return next < lines.endIndex && lines[next].indent >= marker.offset
    }

    /// Blank lines between items leave the list one.
    private mutating func skipBlankLines(before marker: MarkdownLine.Marker) {
        let next = firstText(from: index)
        if next < lines.endIndex, lines[next].marker?.kind == marker.kind { index = next }
    }

    /// The first line from `start` on that isn't blank; the end where all are.
    private mutating func firstText(from start: Int) -> Int {
        if !blanks.contains(start) {
            blanks = start..<(lines[start...].firstIndex { !$0.isBlank } ?? lines.endIndex)
        }
        return blanks.upperBound
    }

    // MARK: Tables and paragraphs

    private mutating func table() -> MarkdownBlock? {
        guard let line, line.content.contains("|"), index + 1 < lines.count else { return nil }
        let header = MarkdownTable.cells(line)
        guard MarkdownTable.isDelimiter(lines[index + 1], columns: header.count) else { return nil }
        index += 2
        var rows: [[String]] = []
        while let line = self.line, !line.interruptsParagraph {
            // A row may have fewer cells than the header, and what is over is left out.
            let cells = MarkdownTable.cells(line).prefix(header.count)
            rows.append(cells + Array(repeating: "", count: header.count - cells.count))
            index += 1
        }
        return .table(
            header: header.map(MarkdownInlineReader.read), rows: rows.map { $0.map(MarkdownInlineReader.read) })
    }

    private mutating func paragraph() -> MarkdownBlock {
        // The first line is text whatever it looks like, so that reading goes on.
        var text = [String(lines[index].content)]
        index += 1
        while let line {
            if let level = line.underline {
                index += 1
                return .heading(level: level, MarkdownInlineReader.read(text.joined(separator: "\n").trimmed))
            }
            if line.interruptsParagraph { break }
            text.append(String(line.content))
            index += 1
        }
        return .paragraph(MarkdownInlineReader.read(text.joined(separator: "\n").trimmed))
    }
}

/// The lines inside a quote or an item.
private struct InnerLines {
    private(set) var texts: [String] = []
    /// The code that the lines so far leave open.
    private var fence: MarkdownLine.Fence?

    mutating func append(_ text: String) {
        texts.append(text)
        let line = MarkdownLine(text)
        if let open = fence {
            if line.closes(open) { fence = nil }
        } else {
            fence = line.fence
        }
    }

    /// Whether a line without the mark of its quote or item goes on with the paragraph there.
    func areContinued(by line: MarkdownLine) -> Bool {
        guard fence == nil, let last = texts.last.map(MarkdownLine.init), !last.isBlank, !last.isIndented else {
            return false
        }
        return last.heading == nil && !last.isRule && last.fence == nil && !line.interruptsParagraph
    }
}

/// Rows of tables in Markdown.
enum MarkdownTable {
    /// The texts between the bars of a line; a bar after a backslash is text.
    static func cells(_ line: MarkdownLine) -> [String] {
        var cells: [String] = []
        var cell = ""
        var isEscaped = false
        for character in line.content.trimmed {
            if character == "|", !isEscaped {
                cells.append(cell)
                cell = ""
            } else {
                if isEscaped, character == "|" { cell.removeLast() }
                cell.append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        cells.append(cell)
        if cells.count > 1, cells[0].trimmed.isEmpty { cells.removeFirst() }
        if cells.count > 1, cells[cells.count - 1].trimmed.isEmpty { cells.removeLast() }
        return cells.map(\.trimmed)
    }

    /// `| --- | :-: |`
    static func isDelimiter(_ line: MarkdownLine, columns: Int) -> Bool {
        let cells = cells(line)
        guard line.indent < 4, cells.count == columns, line.content.contains("|") || columns == 1 else { return false }
        return cells.allSatisfy { cell in
            let dashes = cell.drop { $0 == ":" }.prefix { $0 == "-" }
            return !dashes.isEmpty && cell.filter { $0 != "-" }.allSatisfy { $0 == ":" }
                && cell.count - dashes.count <= 2
        }
    }
}

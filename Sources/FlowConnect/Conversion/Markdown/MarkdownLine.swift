import FlowCore

/// One line of a Markdown text, looked at for what block it begins.
struct MarkdownLine {
    /// Spaces in front; a tab there reaches to the next fourth column.
    let indent: Int
    /// What follows them.
    let content: Substring

    init(_ line: String) {
        var column = 0
        var rest = line[...]
        while let first = rest.first, first == " " || first == "\t" {
            column += first == " " ? 1 : 4 - column % 4
            rest = rest.dropFirst()
        }
        indent = column
        content = rest
    }

    var isBlank: Bool { content.isEmpty }
    /// Four spaces make a line code, where it doesn't go on with a paragraph.
    var isIndented: Bool { indent >= 4 && !isBlank }

    /// The line without up to `count` spaces in front.
    func dropping(_ count: Int) -> String { String(repeating: " ", count: max(0, indent - count)) + content }

    struct Fence {
        var character: Character
        var count: Int
        var info: String
    }

    var fence: Fence? {
        guard indent < 4, let first = content.first, first == "`" || first == "~" else { return nil }
        let count = content.prefix { $0 == first }.count
        let info = content.dropFirst(count)
        guard count >= 3, first == "~" || !info.contains("`") else { return nil }
        return Fence(character: first, count: count, info: info.trimmed)
    }

    func closes(_ fence: Fence) -> Bool {
        guard indent < 4, content.first == fence.character else { return false }
        let count = content.prefix { $0 == fence.character }.count
        return count >= fence.count && content.dropFirst(count).allSatisfy { $0 == " " || $0 == "\t" }
    }

    var heading: (level: Int, text: String)? {
        guard indent < 4 else { return nil }
        let level = content.prefix { $0 == "#" }.count
        let rest = content.dropFirst(level)
        guard (1...6).contains(level), rest.isEmpty || rest.first == " " || rest.first == "\t" else { return nil }
        let text = rest.trimmed
        let closing = text.reversed().prefix { $0 == "#" }.count
        let before = text.dropLast(closing)
        return (level, before.isEmpty || before.last == " " ? String(before).trimmed : text)
    }

    /// The level of the heading that the line makes of the paragraph above it.
    var underline: Int? {
        let text = content.trimmed
        guard indent < 4, let first = text.first, first == "=" || first == "-", text.allSatisfy({ $0 == first }) else {
            return nil
        }
        return first == "=" ? 1 : 2
    }

    var isRule: Bool {
        let marks = content.filter { $0 != " " && $0 != "\t" }
        guard indent < 4, marks.count >= 3, let first = marks.first, "*-_".contains(first) else { return false }
        return marks.allSatisfy { $0 == first }
    }

    var isQuote: Bool { indent < 4 && content.first == ">" }

    struct Marker {
        /// `-`, `+`, `*`, `.` or `)`: another one begins another list.
        var kind: Character
        /// nil for bullets.
        var number: Int?
        /// Where the content of the item begins.
        var offset: Int
        var isEmpty: Bool
    }

    var marker: Marker? {
        guard indent < 4, !isRule, let first = content.first else { return nil }
        var kind = first
        var number: Int?
        var width = 1
        if !"-+*".contains(first) {
            let digits = content.prefix { $0.isASCII && $0.isNumber }
            guard (1...9).contains(digits.count), let end = content.dropFirst(digits.count).first,
                end == "." || end == ")"
            else { return nil }
            kind = end
            number = Int(digits)
            width = digits.count + 1
        }
        let rest = MarkdownLine(String(content.dropFirst(width)))
        guard rest.indent > 0 || rest.isBlank else { return nil }
        let gap = rest.isBlank || rest.indent > 4 ? 1 : rest.indent
        return Marker(kind: kind, number: number, offset: indent + width + gap, isEmpty: rest.isBlank)
    }

    /// Whether the line ends a paragraph it follows.
    var interruptsParagraph: Bool {
        if isBlank || fence != nil || heading != nil || isRule || isQuote { return true }
        guard let marker else { return false }
        return !marker.isEmpty && (marker.number ?? 1) == 1
    }
}

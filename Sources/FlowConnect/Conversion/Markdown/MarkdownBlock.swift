/// A block of a Markdown text (CommonMark, with the tables and strikethrough of GitHub).
indirect enum MarkdownBlock: Hashable {
    case paragraph([MarkdownInline])
    case heading(level: Int, [MarkdownInline])
    case code(language: String, text: String)
    case quote([MarkdownBlock])
    /// `start` is nil for bullets.
    case list(start: Int?, items: [[MarkdownBlock]])
    case table(header: [[MarkdownInline]], rows: [[[MarkdownInline]]])
    case rule

    /// The blocks of a text.
    static func read(_ text: String) -> [MarkdownBlock] {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return MarkdownBlockReader(lines.map(String.init)).read()
    }
}

/// What stands in a line of a Markdown text.
indirect enum MarkdownInline: Hashable {
    case text(String)
    case code(String)
    case emphasis([MarkdownInline])
    case strong([MarkdownInline])
    case strike([MarkdownInline])
    case link([MarkdownInline], address: String, title: String?)
    case hardBreak
}

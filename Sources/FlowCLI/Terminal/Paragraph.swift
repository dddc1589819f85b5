/// Text broken into lines of at most `width` columns between words.
enum Paragraph {
    /// Blank lines in `text` stay; a word that is wider than a line gets one of its own.
    static func wrap(_ text: String, width: Int, indent: String = "") -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { paragraph in
            var lines: [String] = []
            var line = indent
            for word in paragraph.split(separator: " ") {
                let separator = line.count == indent.count ? "" : " "
                if !separator.isEmpty, line.count + 1 + word.count > width {
                    lines.append(line)
                    line = indent + word
                } else {
                    line += separator + word
                }
            }
            return (lines + [line.count == indent.count ? "" : line]).joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

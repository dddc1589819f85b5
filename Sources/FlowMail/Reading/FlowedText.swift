/// Plain text whose sender broke paragraphs into lines that end with a space, and says so (format=flowed, RFC 3676).
struct FlowedText {
    private struct Paragraph {
        /// How many times it is quoted.
        let depth: Int
        var text: String

        var line: String {
            guard depth > 0 else { return text }
            return String(repeating: ">", count: depth) + (text.isEmpty ? "" : " \(text)")
        }
    }

    /// The line before a signature, which ends with a space and no less ends there.
    private static let signature = "-- "

    /// Whether the space where a line was broken was none before, as in scripts without spaces.
    private let deletesSpaces: Bool

    /// nil where its lines are as they should be.
    init?(_ part: BodyPart) {
        guard part.mediaType == "text/plain", part.parameters.text("format")?.lowercased() == "flowed" else {
            return nil
        }
        deletesSpaces = part.parameters.text("delsp")?.lowercased() == "yes"
    }

    /// Each paragraph on one line; what was quoted begins with as many `>` as before.
    func reflowed(_ text: String) -> String {
        var lines: [String] = []
        var open: Paragraph?
        func close() {
            if let paragraph = open { lines.append(paragraph.line) }
            open = nil
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let depth = line.prefix { $0 == ">" }.count
            var content = line.dropFirst(depth)
            // One was put before what would have looked like something else.
            if content.first == " " { content.removeFirst() }
            let isSignature = content == Self.signature
            if isSignature || open?.depth != depth { close() }
            let goesOn = content.last == " " && !isSignature
            if goesOn, deletesSpaces { content.removeLast() }
            // In place: a paragraph may have as many lines as the text.
            if open == nil { open = Paragraph(depth: depth, text: "") }
            open?.text += content
            if !goesOn { close() }
        }
        close()
        return lines.joined(separator: "\n")
    }
}

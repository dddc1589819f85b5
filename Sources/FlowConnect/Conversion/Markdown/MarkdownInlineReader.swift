/// Reads what stands in the lines of a paragraph, from left to right: each open delimiter is a frame that gathers what
/// follows, until its partner makes a node of it, or the end makes it text.
struct MarkdownInlineReader {
    private struct Frame {
        /// `*`, `_`, `~`, `[`, or `!` for the bracket of an image; nil for the paragraph itself.
        var mark: Character?
        var count = 0
        var canClose = false
        /// Whether a bracket may still become a link.
        var isActive = true
        var children: [MarkdownInline] = []
    }

    private let text: [Character]
    private var index = 0
    private var frames = [Frame()]
    private var plain = ""
    /// Where the last run of backticks of each length begins; nil until one was searched to the end in vain.
    private var lastRuns: [Int: Int]?
    /// Frames that may stand inside each other; what is deeper is text.
    private static let maximumDepth = 100

    static func read(_ text: String) -> [MarkdownInline] {
        var reader = MarkdownInlineReader(text: Array(text))
        return reader.nodes()
    }

    private init(text: [Character]) { self.text = text }

    private mutating func nodes() -> [MarkdownInline] {
        while index < text.count {
            switch text[index] {
            case "\\": escape()
            case "`": code()
            case "<": autolink()
            case "*", "_", "~": delimiters()
            case "[": open("[", width: 1)
            case "!" where index + 1 < text.count && text[index + 1] == "[": open("!", width: 2)
            case "]": close()
            case let character where character.isNewline: lineBreak()
            case let character:
                plain.append(character)
                index += 1
            }
        }
        collapse(to: 1)
        flush()
        return frames[0].children
    }

    // MARK: Text, code and breaks

    private mutating func flush() {
        guard !plain.isEmpty else { return }
        append(.text(plain))
        plain = ""
    }

    private mutating func append(_ node: MarkdownInline) {
        let last = frames.count - 1
        if case .text(let more) = node, case .text(let earlier)? = frames[last].children.last {
            frames[last].children[frames[last].children.count - 1] = .text(earlier + more)
        } else {
            frames[last].children.append(node)
        }
    }

    private mutating func escape() {
        index += 1
        guard index < text.count else { return plain.append("\\") }
        if text[index].isNewline {
            hardBreak()
        } else if text[index].isMarkdownPunctuation, text[index].isASCII {
            plain.append(text[index])
            index += 1
        } else {
            plain.append("\\")
        }
    }

    private mutating func lineBreak() {
        let spaces = plain.reversed().prefix { $0 == " " }.count
        plain.removeLast(spaces)
        if spaces >= 2 { return hardBreak() }
        plain.append(" ")
        skipLineBreak()
    }

    private mutating func hardBreak() {
        flush()
        append(.hardBreak)
        skipLineBreak()
    }

    private mutating func skipLineBreak() {
        index += 1
        while index < text.count, text[index] == " " { index += 1 }
    }

    private mutating func code() {
        let count = run(of: "`")
        let content = index + count
        guard let end = closing(count, from: content) else {
            index = content
            plain += String(repeating: "`", count: count)
            return
        }
        flush()
        append(.code(MarkdownInlineReader.codeText(text[content..<end])))
        index = end + count
    }

    /// Where the next run of just so many backticks begins; nil where there is none. However many runs have no partner, the
    /// text is searched to its end once.
    private mutating func closing(_ count: Int, from start: Int) -> Int? {
        if let lastRuns, lastRuns[count, default: -1] < start { return nil }
        var runs: [Int: Int] = [:]
        index = start
        while index < text.count {
            guard text[index] == "`" else {
                index += 1
                continue
            }
            let length = run(of: "`")
            if length == count { return index }
            runs[length] = index
            index += length
        }
        lastRuns = runs
        return nil
    }

    private static func codeText(_ content: ArraySlice<Character>) -> String {
        let text = String(content.map { $0.isNewline ? " " : $0 })
        let isPadded = text.first == " " && text.last == " " && text.contains { $0 != " " }
        return isPadded ? String(text.dropFirst().dropLast()) : text
    }

    /// `<https://example.com>`, `<ada@example.com>`
    private mutating func autolink() {
        let end = text[(index + 1)...].firstIndex { $0 == ">" || $0 == "<" || $0 == " " || $0.isNewline }
        guard let end, text[end] == ">" else {
            plain.append("<")
            index += 1
            return
        }
        let address = String(text[(index + 1)..<end])
        let scheme = address.prefix { $0 != ":" }
        let isLink =
            (2...32).contains(scheme.count) && scheme.count < address.count && scheme.first?.isLetter == true
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+.-".contains($0)) }
        let isMail =
            !isLink && address.split(separator: "@", omittingEmptySubsequences: false).count == 2
            && !address.hasPrefix("@") && !address.hasSuffix("@")
        guard isLink || isMail else {
            plain.append("<")
            index += 1
            return
        }
        flush()
        append(.link([.text(address)], address: isMail ? "mailto:" + address : address, title: nil))
        index = end + 1
    }

    private func run(of mark: Character) -> Int { text[index...].prefix { $0 == mark }.count }

    // MARK: Emphasis

    private mutating func delimiters() {
        let mark = text[index]
        var count = run(of: mark)
        guard mark != "~" || count == 2 else {
            plain += String(repeating: mark, count: count)
            index += count
            return
        }
        let (canOpen, canClose) = flanking(mark, count)
        index += count
        if canClose {
            while count > 0, let opener = opener(mark, count, canOpen: canOpen) { pair(opener, &count) }
        }
        guard count > 0 else { return }
        guard canOpen, frames.count < Self.maximumDepth else {
            plain += String(repeating: mark, count: count)
            return
        }
        flush()
        frames.append(Frame(mark: mark, count: count, canClose: canClose))
    }

    /// Whether a run of marks may open and close emphasis (CommonMark, 6.2).
    private func flanking(_ mark: Character, _ count: Int) -> (canOpen: Bool, canClose: Bool) {
        let before = index > 0 ? text[index - 1] : " "
        let after = index + count < text.count ? text[index + count] : " "
        let isLeft =
            !after.isWhitespace
            && (!after.isMarkdownPunctuation || before.isWhitespace || before.isMarkdownPunctuation)
        let isRight =
            !before.isWhitespace
            && (!before.isMarkdownPunctuation || after.isWhitespace || after.isMarkdownPunctuation)
        guard mark == "_" else { return (isLeft, isRight) }
        return (
            isLeft && (!isRight || before.isMarkdownPunctuation), isRight && (!isLeft || after.isMarkdownPunctuation)
        )
    }

    /// The frame that a closing run belongs to.
    private func opener(_ mark: Character, _ count: Int, canOpen: Bool) -> Int? {
        for position in frames.indices.dropFirst().reversed() {
            let frame = frames[position]
            // The text of a link is closed by its bracket alone.
            if frame.mark == "[" || frame.mark == "!" {
                if frame.isActive { return nil }
                continue
            }
            guard frame.mark == mark else { continue }
            let isOdd = (canOpen || frame.canClose) && (frame.count + count) % 3 == 0
            if !isOdd || frame.count % 3 == 0 && count % 3 == 0 { return position }
        }
        return nil
    }

    private mutating func pair(_ opener: Int, _ count: inout Int) {
        collapse(to: opener + 1)
        flush()
        let mark = frames[opener].mark
        let used = min(frames[opener].count, count) >= 2 ? 2 : 1
        let children = frames[opener].children
        let node: MarkdownInline =
            mark == "~" ? .strike(children) : used == 2 ? .strong(children) : .emphasis(children)
        count -= used
        frames[opener].count -= used
        if frames[opener].count == 0 {
            frames.removeLast()
            append(node)
        } else {
            frames[opener].children = [node]
        }
    }

    /// Makes text of the frames from `position` on.
    private mutating func collapse(to position: Int) {
        flush()
        while frames.count > position {
            let frame = frames.removeLast()
            guard let mark = frame.mark else { return }
            append(.text(mark == "!" ? "![" : String(repeating: mark, count: frame.count)))
            for child in frame.children { append(child) }
        }
    }

    // MARK: Links

    private mutating func open(_ mark: Character, width: Int) {
        index += width
        guard frames.count < Self.maximumDepth else { return plain += mark == "!" ? "![" : "[" }
        flush()
        frames.append(Frame(mark: mark, count: 1))
    }

    private mutating func close() {
        index += 1
        guard let opener = frames.lastIndex(where: { ($0.mark == "[" || $0.mark == "!") && $0.isActive }) else {
            return plain.append("]")
        }
        guard let target = MarkdownLinkTarget(text[index...]) else {
            frames[opener].isActive = false
            return plain.append("]")
        }
        collapse(to: opener + 1)
        flush()
        let frame = frames.removeLast()
        // A link holds no other link.
        if frame.mark == "[" {
            for position in frames.indices where frames[position].mark == "[" { frames[position].isActive = false }
        }
        append(.link(frame.children, address: target.address, title: target.title))
        index = target.end
    }
}

/// `(address "title")` behind the text of a link.
struct MarkdownLinkTarget {
    var address = ""
    var title: String?
    /// Behind the closing parenthesis.
    var end: Int

    private static let maximumDepth = 32

    init?(_ text: ArraySlice<Character>) {
        guard text.first == "(" else { return nil }
        var rest = text.dropFirst().drop(while: \.isWhitespace)
        if rest.first == "<" {
            let close = rest.dropFirst().firstIndex { $0 == ">" || $0 == "<" || $0.isNewline }
            guard let close, rest[close] == ">" else { return nil }
            address = String(rest[(rest.startIndex + 1)..<close])
            rest = rest[(close + 1)...]
        } else {
            var depth = 0
            while let next = rest.first, !next.isWhitespace {
                if next == ")", depth == 0 { break }
                if next == "\\", let escaped = rest.dropFirst().first, escaped.isMarkdownPunctuation {
                    address.append(escaped)
                    rest = rest.dropFirst(2)
                    continue
                }
                depth += next == "(" ? 1 : next == ")" ? -1 : 0
                guard depth <= MarkdownLinkTarget.maximumDepth else { return nil }
                address.append(next)
                rest = rest.dropFirst()
            }
        }
        let afterAddress = rest.drop(while: \.isWhitespace)
        if afterAddress.startIndex > rest.startIndex, let quote = afterAddress.first, "\"'".contains(quote) {
            guard let close = afterAddress.dropFirst().firstIndex(of: quote) else { return nil }
            title = String(afterAddress[(afterAddress.startIndex + 1)..<close])
            rest = afterAddress[(close + 1)...].drop(while: \.isWhitespace)
        } else {
            rest = afterAddress
        }
        guard rest.first == ")" else { return nil }
        end = rest.startIndex + 1
    }
}

extension Character {
    /// Punctuation and symbols (CommonMark, 2.1).
    fileprivate var isMarkdownPunctuation: Bool { isPunctuation || isSymbol }
}

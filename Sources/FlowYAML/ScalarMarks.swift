import FlowCore

/// Where the text of a scalar stands in its source: the marks of a ``SourceNode``.
///
/// The source is walked along the text that libyaml made of it. Where the two part, there are no marks, and messages
/// point at the whole scalar.
enum ScalarMarks {
    typealias Mark = (text: Int, source: Int)

    static func of(
        _ text: String, style: YAMLEvent.Style, bytes: UnsafeBufferPointer<UInt8>, start: Int, end: Int
    ) -> [Mark] {
        let start = afterProperties(bytes, start, end)
        let end = min(end, bytes.count)
        guard start <= end else { return [] }
        let wanted = Array(text.utf8)
        switch style {
        case .plain:
            if wanted.count == end - start { return [(0, start)] }
            var walk = FlowWalk(text: wanted, bytes: bytes, position: start, end: end)
            return walk.marks(quote: nil)
        case .singleQuoted, .doubleQuoted:
            guard end - start >= 2 else { return [] }
            if wanted.count == end - start - 2 { return [(0, start + 1)] }
            var walk = FlowWalk(text: wanted, bytes: bytes, position: start + 1, end: end - 1)
            return walk.marks(quote: style == .singleQuoted ? UInt8(ascii: "'") : UInt8(ascii: "\""))
        case .literal: return BlockWalk(text: wanted, bytes: bytes, start: start, end: end).literalMarks
        case .folded: return BlockWalk(text: wanted, bytes: bytes, start: start, end: end).foldedMarks
        }
    }

    /// libyaml lets a scalar start at its anchor or tag.
    private static func afterProperties(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var position = start
        while position < end, bytes[position] == UInt8(ascii: "&") || bytes[position] == UInt8(ascii: "!") {
            while position < end, !isSpace(bytes[position]) { position += 1 }
            while position < end, isSpace(bytes[position]) { position += 1 }
        }
        return position
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || isBreak(byte) }
    static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}

/// Walks a plain or quoted scalar, whose line breaks are folded and whose escapes are replaced.
private struct FlowWalk {
    let text: [UInt8]
    let bytes: UnsafeBufferPointer<UInt8>
    var position: Int
    let end: Int
    var offset = 0
    var found: [ScalarMarks.Mark] = []

    mutating func marks(quote: UInt8?) -> [ScalarMarks.Mark] {
        found = [(0, position)]
        while position < end {
            let byte = bytes[position]
            if ScalarMarks.isSpace(byte), let width = foldedBreak() {
                position += width
                while offset < text.count, text[offset] == 0x0A { offset += 1 }
                if offset < text.count, text[offset] == 0x20, !previousIsBreak { offset += 1 }
                mark()
            } else if byte == UInt8(ascii: "'"), quote == byte {
                guard advance(1, source: 2) else { return [] }
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                guard escape() else { return [] }
            } else {
                guard offset < text.count, text[offset] == byte else { return [] }
                offset += 1
                position += 1
            }
        }
        return offset == text.count ? found : []
    }

    private var previousIsBreak: Bool { offset > 0 && text[offset - 1] == 0x0A }

    private mutating func mark() { found.append((offset, position)) }

    private mutating func advance(_ textWidth: Int, source sourceWidth: Int) -> Bool {
        offset += textWidth
        position += sourceWidth
        mark()
        return offset <= text.count && position <= end
    }

    /// The width of the space that starts here, where a line break is in it.
    private func foldedBreak() -> Int? {
        var place = position
        var hasBreak = false
        while place < end, ScalarMarks.isSpace(bytes[place]) {
            if ScalarMarks.isBreak(bytes[place]) { hasBreak = true }
            place += 1
        }
        return hasBreak ? place - position : nil
    }

    private mutating func escape() -> Bool {
        guard position + 1 < end else { return false }
        let width: Int
        switch bytes[position + 1] {
        case UInt8(ascii: "x"): width = 4
        case UInt8(ascii: "u"): width = 6
        case UInt8(ascii: "U"): width = 10
        case 0x0A, 0x0D:
            position += 1
            while position < end, ScalarMarks.isSpace(bytes[position]) { position += 1 }
            while offset < text.count, text[offset] == 0x0A { offset += 1 }
            mark()
            return true
        default: width = 2
        }
        guard offset < text.count else { return false }
        return advance(utf8Width(text[offset]), source: width)
    }

    private func utf8Width(_ byte: UInt8) -> Int { byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4 }
}

/// Walks a block scalar line by line.
private struct BlockWalk {
    let text: [UInt8]
    let bytes: UnsafeBufferPointer<UInt8>
    /// Start and end of each source line after the header, without its break.
    let lines: [Range<Int>]
    /// The indentation that the header states.
    let statesIndent: Bool

    init(text: [UInt8], bytes: UnsafeBufferPointer<UInt8>, start: Int, end: Int) {
        self.text = text
        self.bytes = bytes
        var position = start
        var states = false
        while position < end, bytes[position] != 0x0A {
            if bytes[position] == UInt8(ascii: "#") { break }
            if (49...57).contains(bytes[position]) { states = true }
            position += 1
        }
        while position < end, bytes[position] != 0x0A { position += 1 }
        statesIndent = states
        var lines: [Range<Int>] = []
        var lineStart = position + 1
        while lineStart < end {
            var lineEnd = lineStart
            while lineEnd < bytes.count, bytes[lineEnd] != 0x0A { lineEnd += 1 }
            let next = lineEnd + 1
            if lineEnd > lineStart, bytes[lineEnd - 1] == 0x0D { lineEnd -= 1 }
            lines.append(lineStart..<lineEnd)
            lineStart = next
        }
        self.lines = lines
    }

    /// Each line of the text is the end of one line of the source.
    var literalMarks: [ScalarMarks.Mark] {
        var marks: [ScalarMarks.Mark] = []
        var offset = 0
        for line in lines where offset < text.count {
            let textEnd = text[offset...].firstIndex(of: 0x0A) ?? text.count
            let width = textEnd - offset
            guard width <= line.count,
                bytes[(line.upperBound - width)..<line.upperBound].elementsEqual(text[offset..<textEnd])
            else { return [] }
            marks.append((offset, line.upperBound - width))
            offset = textEnd + 1
        }
        return marks
    }

    /// Lines of the source follow each other in the text with a space or line breaks between.
    var foldedMarks: [ScalarMarks.Mark] {
        func isBlank(_ line: Range<Int>) -> Bool { bytes[line].allSatisfy { $0 == 0x20 || $0 == 0x09 } }
        guard !statesIndent, let first = lines.first(where: { !isBlank($0) }) else { return [] }
        let indent = bytes[first].prefix { $0 == 0x20 }.count
        var marks: [ScalarMarks.Mark] = []
        var offset = 0
        for line in lines where !isBlank(line) {
            while offset < text.count, text[offset] == 0x0A { offset += 1 }
            if !marks.isEmpty, offset < text.count, text[offset] == 0x20, text[offset - 1] != 0x0A { offset += 1 }
            let content = bytes[min(line.lowerBound + indent, line.upperBound)..<line.upperBound]
            guard offset + content.count <= text.count,
                content.elementsEqual(text[offset..<(offset + content.count)])
            else { return [] }
            marks.append((offset, line.lowerBound + indent))
            offset += content.count
        }
        return marks
    }
}

/// A file's text with its line starts, shared by every diagnostic about it.
package final class SourceText: Sendable {
    /// The path as the user gave it, or a name in angle brackets such as `<expression>`.
    package let name: String
    package let bytes: [UInt8]
    private let lineStarts: [Int]
    /// Secrets, which no message quotes.
    private let hidden: [Range<Int>]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        hidden = []
        var starts = [0]
        // A carriage return ends a line, too, where no line feed follows.
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            let next = offset + 1
            if byte == UInt8(ascii: "\n") || next == bytes.count || bytes[next] != UInt8(ascii: "\n") {
                starts.append(next)
            }
        }
        lineStarts = starts
    }

    package convenience init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

    private init(_ shown: SourceText, hiding ranges: [Range<Int>]) {
        name = shown.name
        bytes = shown.bytes
        lineStarts = shown.lineStarts
        hidden = shown.hidden + ranges
    }

    /// The same text, of which messages show each byte in the ranges as `*`.
    package func hiding(_ ranges: [Range<Int>]) -> SourceText { SourceText(self, hiding: ranges) }

    /// Line and column, both from 1; the column counts Unicode code points.
    package func position(at offset: Int) -> SourcePosition {
        let offset = min(max(offset, 0), bytes.count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let scalars = bytes[lineStarts[low]..<offset].count { $0 & 0xC0 != 0x80 }
        return SourcePosition(line: low + 1, column: scalars + 1, offset: offset)
    }

    /// The part of a line around a place, at most 120 columns, and the column of the place in it; tabs and control
    /// characters become spaces. Takes no longer where the line is long.
    package func window(around position: SourcePosition) -> (text: String, column: Int) {
        let line = bounds(ofLine: position.line)
        let isFar = position.column > 100
        var start = isFar ? min(position.offset, line.upperBound) : line.lowerBound
        for _ in 1..<(isFar ? 60 : 1) where start > line.lowerBound {
            repeat { start -= 1 } while start > line.lowerBound && isContinuation(start)
        }
        var end = start
        for _ in 0..<120 where end < line.upperBound {
            repeat { end += 1 } while end < line.upperBound && isContinuation(end)
        }
        var visible = bytes[start..<end].map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
        for range in hidden {
            for offset in range.clamped(to: start..<end) { visible[offset - start] = UInt8(ascii: "*") }
        }
        return (String(decoding: visible, as: UTF8.self), isFar ? 60 : position.column)
    }

    private func isContinuation(_ offset: Int) -> Bool { bytes[offset] & 0xC0 == 0x80 }

    /// The bytes of line `number` (from 1) without its line break; none where there is no such line.
    private func bounds(ofLine number: Int) -> Range<Int> {
        guard number >= 1, number <= lineStarts.count else { return 0..<0 }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<max(start, end)
    }
}

/// A place in a text: line and column from 1 (columns count code points), and the byte offset from 0.
package struct SourcePosition: Sendable, Hashable, Comparable {
    package var line: Int
    package var column: Int
    package var offset: Int

    package init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }

    package static func < (left: SourcePosition, right: SourcePosition) -> Bool { left.offset < right.offset }
}

/// A stretch of one source text, by byte offsets.
package struct SourceSpan: Sendable {
    package let source: SourceText
    // Half a word each: a file of a hundred thousand steps has two million spans, and none has 4 GiB.
    private let first: UInt32
    private let last: UInt32

    package init(_ source: SourceText, start: Int, end: Int) {
        self.source = source
        first = UInt32(clamping: start)
        last = UInt32(clamping: end)
    }

    /// Byte offset of the first byte.
    package var start: Int { Int(first) }
    /// Byte offset after the last byte; equal to `start` for a point.
    package var end: Int { Int(last) }

    package var position: SourcePosition { source.position(at: start) }
    /// `path:line:column`
    package var location: String { "\(source.name):\(position.line):\(position.column)" }
    package var text: String {
        String(decoding: source.bytes[min(start, source.bytes.count)..<min(end, source.bytes.count)], as: UTF8.self)
    }
}

extension SourceSpan: Hashable {
    package static func == (left: SourceSpan, right: SourceSpan) -> Bool {
        left.source === right.source && left.start == right.start && left.end == right.end
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(start)
        hasher.combine(end)
    }
}

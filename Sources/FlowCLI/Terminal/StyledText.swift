import FlowCore

/// How a piece of text looks where colours are shown.
enum Style: String, Sendable, Hashable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case cyan = "36"
}

/// Text with styles, written by interpolation: `"\("ok", .green) in \(elapsed)"`.
///
/// What is interpolated comes from outside and loses its control characters before it reaches a terminal.
struct StyledText: Sendable, Hashable {
    /// Without styles.
    private(set) var plain = ""
    /// The parts that have a style, in order.
    private var runs: [Run] = []

    private struct Run: Sendable, Hashable {
        /// Bytes of ``plain``.
        var range: Range<Int>
        var style: Style
    }

    init() {}

    init(_ text: String, _ style: Style? = nil) {
        plain = text
        if let style { runs = [Run(range: 0..<text.utf8.count, style: style)] }
    }

    /// Parts of a line that begin at columns of their own, with spaces between; those that are empty leave none at the
    /// end of the line.
    ///
    /// - Parameter starts: one for each part; no part is wider than the next one's start allows.
    init(_ parts: [StyledText], at starts: [Int]) {
        // One piece of memory for the whole line, as lists have thousands.
        let room = parts.reduce((starts.last ?? 0)) { $0 + $1.plain.utf8.count }
        plain = String(unsafeUninitializedCapacity: room) { line in
            var end = 0
            var column = 0
            for (part, start) in zip(parts, starts) where !part.plain.isEmpty {
                line[end..<end + start - column].initialize(repeating: UInt8(ascii: " "))
                end += start - column
                for run in part.runs {
                    runs.append(Run(range: run.range.lowerBound + end..<run.range.upperBound + end, style: run.style))
                }
                column = start + part.width
                var text = part.plain
                text.withUTF8 { utf8 in _ = line[end...].initialize(fromContentsOf: utf8) }
                end += part.plain.utf8.count
            }
            return end
        }
    }

    static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum += right
        return sum
    }

    static func += (left: inout StyledText, right: StyledText) {
        let end = left.plain.utf8.count
        left.plain += right.plain
        for run in right.runs {
            left.runs.append(Run(range: run.range.lowerBound + end..<run.range.upperBound + end, style: run.style))
        }
    }

    /// Columns on a terminal, each code point counted as one.
    var width: Int {
        // Bytes that begin a code point: to step through the code points themselves takes many times as long.
        var text = plain
        return text.withUTF8 { utf8 in utf8.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }
    }

    /// What is sent to the terminal: cleaned, and with escape sequences where `colors` is true.
    func rendered(colors: Bool) -> String {
        guard colors, !runs.isEmpty else { return terminalSafe(plain) }
        var text = ""
        var end = 0
        for run in runs {
            let styled = terminalSafe(part(run.range))
            text += terminalSafe(part(end..<run.range.lowerBound))
            if !styled.isEmpty { text += "\u{1B}[\(run.style.rawValue)m\(styled)\u{1B}[0m" }
            end = run.range.upperBound
        }
        return text + terminalSafe(part(end..<plain.utf8.count))
    }

    private func part(_ range: Range<Int>) -> String {
        let start = plain.utf8.index(plain.startIndex, offsetBy: range.lowerBound)
        return String(plain[start..<plain.utf8.index(start, offsetBy: range.count)])
    }

    /// With a space for each line break.
    var onOneLine: StyledText {
        guard plain.utf8.contains(UInt8(ascii: "\n")) else { return self }
        var line = self
        line.plain = plain.onOneLine
        return line
    }

    /// The first `width` columns, with an ellipsis where something is cut.
    func cut(to width: Int) -> StyledText {
        guard self.width > width, width > 0 else { return self }
        var short = StyledText(String(plain.unicodeScalars.prefix(width - 1)))
        let whole = 0..<short.plain.utf8.count
        short.runs = runs.filter { $0.range.overlaps(whole) }
            .map { Run(range: $0.range.clamped(to: whole), style: $0.style) }
        return short + StyledText("…")
    }
}

extension StyledText: ExpressibleByStringInterpolation {
    struct StringInterpolation: StringInterpolationProtocol {
        var text = StyledText()

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { append(literal, nil) }
        mutating func appendInterpolation(_ value: String, _ style: Style? = nil) { append(value, style) }
        mutating func appendInterpolation(_ value: Int) { append(String(value), nil) }
        mutating func appendInterpolation(_ value: StyledText) { text += value }

        private mutating func append(_ value: String, _ style: Style?) {
            if !value.isEmpty { text += StyledText(value, style) }
        }
    }

    init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }
    init(stringLiteral value: String) { self.init(value) }
}

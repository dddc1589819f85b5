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
/// Pieces that are interpolated come from outside and lose their control characters before they reach a terminal.
struct StyledText: Sendable, Hashable {
    struct Piece: Sendable, Hashable {
        var text: String
        var style: Style?
    }

    private(set) var pieces: [Piece] = []

    init() {}

    init(_ text: String, _ style: Style? = nil) { pieces = [Piece(text: text, style: style)] }

    static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum.pieces += right.pieces
        return sum
    }

    static func += (left: inout StyledText, right: StyledText) { left.pieces += right.pieces }

    /// Without styles.
    var plain: String { pieces.map(\.text).joined() }

    /// Columns on a terminal, each code point counted as one.
    var width: Int {
        // Bytes that begin a code point: to step through the code points themselves takes many times as long.
        pieces.reduce(0) { $0 + $1.text.utf8.count(where: { $0 & 0xC0 != 0x80 }) }
    }

    /// What is sent to the terminal: cleaned, and with escape sequences where `colors` is true.
    func rendered(colors: Bool) -> String {
        pieces.map { piece in
            let text = terminalSafe(piece.text)
            guard colors, let style = piece.style, !text.isEmpty else { return text }
            return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
        }.joined()
    }

    /// The first `width` columns, with an ellipsis where something is cut.
    func cut(to width: Int) -> StyledText {
        guard self.width > width, width > 0 else { return self }
        var room = width - 1
        var short = StyledText()
        for piece in pieces where room > 0 {
            let scalars = piece.text.unicodeScalars.prefix(room)
            room -= scalars.count
            short.pieces.append(Piece(text: String(String.UnicodeScalarView(scalars)), style: piece.style))
        }
        short.pieces.append(Piece(text: "…", style: nil))
        return short
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

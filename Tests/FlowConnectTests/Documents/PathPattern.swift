/// A path with names in braces, as `/drives/{id}/root:/{path}:/content`.
struct PathPattern {
    private enum Piece {
        case text(Substring)
        case name(String)
    }

    let text: String
    private let pieces: [Piece]

    /// Names that stand for several segments, where they come last.
    private static let long: Set = ["path", "ref"]

    init(_ text: String) {
        self.text = text
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { pieces.append(.text(rest[..<open])) }
            pieces.append(.name(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(rest)) }
        self.pieces = pieces
    }

    /// How much of it is text; of several that match, the one with the most is meant.
    var literalCount: Int {
        pieces.reduce(0) { count, piece in
            if case .text(let text) = piece { return count + text.count }
            return count
        }
    }

    /// What stands where the names are; nil where the path is another.
    func match(_ path: some StringProtocol) -> [String: String]? { PathPattern.match(pieces[...], path[...]) }

    private static func match(_ pieces: ArraySlice<Piece>, _ path: some StringProtocol) -> [String: String]? {
        guard let piece = pieces.first else { return path.isEmpty ? [:] : nil }
        switch piece {
        case .text(let text):
            return path.hasPrefix(text) ? match(pieces.dropFirst(), path.dropFirst(text.count)) : nil
        case .name(let name):
            let isLong = pieces.count == 1 && long.contains(name)
            var end = path.startIndex
            while end < path.endIndex, isLong || path[end] != "/" {
                end = path.index(after: end)
                if var found = match(pieces.dropFirst(), path[end...]) {
                    found[name] = String(path[..<end])
                    return found
                }
            }
            return nil
        }
    }
}

import FlowCore

/// The tags of a Mustache template: which names it asks for with `#` or `^`, what it includes, how deep it nests.
struct MustacheTags {
    private(set) var sections: Set<MapKey> = []
    private(set) var partials: [String] = []
    private(set) var depth = 0

    init(_ source: String) {
        var rest = source[...]
        var open = "{{"
        var close = "}}"
        var level = 0
        while let start = rest.firstRange(of: open) {
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: close) else { return }
            let content = rest[..<end.lowerBound].drop(while: \.isWhitespace)
            rest = rest[end.upperBound...]
            let name = String(
                content.dropFirst().drop(while: \.isWhitespace).split(whereSeparator: \.isWhitespace).first ?? "")
            switch content.first {
            case "#", "^":
                sections.insert(.string(name))
                level += 1
                depth = max(depth, level)
            case "/": level -= 1
            case ">": partials.append(name)
            case "=":
                let words = content.dropFirst().split { $0.isWhitespace || $0 == "=" }
                if words.count == 2 { (open, close) = (String(words[0]), String(words[1])) }
            default: break
            }
        }
    }
}

import FlowCore

extension SourceNode {
    /// The text of a string scalar from byte `offset` on, with its places; nil for anything else.
    func suffix(from offset: Int) -> SourceNode? {
        guard let string,
            let index = string.utf8.index(
                string.startIndex, offsetBy: offset, limitedBy: string.endIndex)
        else { return nil }
        var shifted = marks.filter { $0.text > offset }.map { (text: $0.text - offset, source: $0.source) }
        if let before = marks.last(where: { $0.text <= offset }) {
            shifted.insert((text: 0, source: before.source + offset - before.text), at: 0)
        }
        return SourceNode(.scalar(.string(String(string[index...]))), span: span, isQuoted: true, marks: shifted)
    }
}

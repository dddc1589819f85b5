/// A piece of a structured file with its place: what the YAML reader produces and every decoder reads.
package struct SourceNode: Sendable {
    package enum Content: Sendable {
        /// A scalar, typed by the YAML 1.2 core schema.
        case scalar(Value)
        case list([SourceNode])
        case map([Entry])
    }

    /// One key of a map with its value. Keys are unique within a map.
    package struct Entry: Sendable {
        package var key: String
        package var keySpan: SourceSpan
        package var value: SourceNode

        package init(key: String, keySpan: SourceSpan, value: SourceNode) {
            self.key = key
            self.keySpan = keySpan
            self.value = value
        }
    }

    package var content: Content
    package var span: SourceSpan
    /// Whether the scalar stood in quotes or a block, so that `"3"` is text on purpose.
    package var isQuoted: Bool
    /// For a string scalar: where its text stands in the source, as pairs of byte offsets in ascending order. An offset
    /// between two marks counts from the mark before it. Empty where the two can't be matched.
    package var marks: [(text: Int, source: Int)]

    package init(
        _ content: Content, span: SourceSpan, isQuoted: Bool = false, marks: [(text: Int, source: Int)] = []
    ) {
        self.content = content
        self.span = span
        self.isQuoted = isQuoted
        self.marks = marks
    }

    package var scalar: Value? {
        if case .scalar(let value) = content { return value }
        return nil
    }

    package var string: String? { scalar?.stringValue }

    package var list: [SourceNode]? {
        if case .list(let items) = content { return items }
        return nil
    }

    package var map: [Entry]? {
        if case .map(let entries) = content { return entries }
        return nil
    }

    package subscript(key: String) -> SourceNode? { map?.first { $0.key == key }?.value }

    /// The span of the text's bytes `range`, as exactly as ``marks`` tell; else the whole node's.
    package func span(ofText range: Range<Int>) -> SourceSpan {
        guard let start = sourceOffset(ofText: range.lowerBound), let end = sourceOffset(ofText: range.upperBound),
            start <= end
        else { return span }
        return SourceSpan(span.source, start: start, end: end)
    }

    private func sourceOffset(ofText offset: Int) -> Int? {
        guard let mark = marks.last(where: { $0.text <= offset }) else { return nil }
        return mark.source + (offset - mark.text)
    }

    /// The node as a value without places.
    package var value: Value {
        switch content {
        case .scalar(let value): value
        case .list(let items): .list(items.map(\.value))
        case .map(let entries): .map(ValueMap(entries.map { ($0.key, $0.value.value) }))
        }
    }

    /// What it is, for "expected a list, found a map".
    package var kindName: String {
        switch content {
        case .scalar(let value):
            value.isNull ? "nothing" : value.type == .int ? "an int" : "a \(value.type.plainName)"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

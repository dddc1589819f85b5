import FlowCore

/// Events to nodes: types, anchors, merge keys, unique keys, and the limits on all of it.
struct Composer {
    let source: SourceText
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: YAMLLimits
    private(set) var diagnostics = Diagnostics()

    private let parser: EventParser
    private enum Anchor {
        /// Its value is still being read.
        case open
        case complete(Measured)
    }

    private var anchors: [String: Anchor] = [:]
    private var nodeCount = 0
    private var expandedCount = 0

    /// A node with what an alias of it would cost.
    struct Measured {
        var node: SourceNode
        var weight: Int
        var height: Int
    }

    /// Reading can't go on; the diagnostic is written already.
    private struct Stop: Error {}

    init(source: SourceText, bytes: UnsafeBufferPointer<UInt8>, limits: YAMLLimits) {
        self.source = source
        self.bytes = bytes
        self.limits = limits
        parser = EventParser(bytes)
    }

    /// nil where reading had to stop.
    mutating func documents() -> [SourceNode]? {
        var documents: [SourceNode] = []
        do throws(Stop) {
            while true {
                let event = try next()
                switch event.kind {
                case .streamEnd: return documents
                case .documentStart: anchors = [:]
                case .documentEnd: continue
                default: documents.append(try node(event, depth: 1).node)
                }
            }
        } catch {
            return nil
        }
    }

    private mutating func next() throws(Stop) -> YAMLEvent {
        do throws(YAMLSyntaxError) {
            return try parser.next()
        } catch {
            diagnostics.add(SyntaxMessage(error, in: source).diagnostic)
            throw Stop()
        }
    }

    private mutating func stop(_ id: String, _ message: String, at span: SourceSpan, hint: String? = nil) -> Stop {
        diagnostics.error(id, message, at: span, hint: hint)
        return Stop()
    }

    private func span(_ event: YAMLEvent) -> SourceSpan { SourceSpan(source, start: event.start, end: event.end) }

    // MARK: Nodes

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(Stop) -> Measured {
        nodeCount += 1
        guard nodeCount <= limits.nodes else {
            throw stop("too-many-nodes", "the file has more than \(limits.nodes) values", at: span(event))
        }
        guard depth <= limits.depth else {
            throw stop("too-deep", "nested deeper than \(limits.depth) levels", at: span(event))
        }
        if case .alias(let name) = event.kind { return try expand(name, event, depth: depth) }
        if let anchor = event.anchor { anchors[anchor] = .open }
        let measured: Measured
        switch event.kind {
        case .listStart: measured = try list(event, depth: depth)
        case .mapStart: measured = try map(event, depth: depth)
        default: measured = scalar(event)
        }
        if let anchor = event.anchor { anchors[anchor] = .complete(measured) }
        return measured
    }

    private mutating func expand(_ name: String, _ event: YAMLEvent, depth: Int) throws(Stop) -> Measured {
        guard let anchor = anchors[name] else {
            throw stop(
                "unknown-alias", "there is no anchor \"&\(name)\" above this alias", at: span(event),
                hint: Suggestion.nearest(to: name, among: anchors.keys).map { "did you mean \"*\($0)\"?" }
                    ?? "quote text that starts with \"*\"")
        }
        guard case .complete(let anchored) = anchor else {
            throw stop("alias-cycle", "\"*\(name)\" stands inside the value it repeats", at: span(event))
        }
        expandedCount += anchored.weight
        guard expandedCount <= limits.expandedNodes else {
            throw stop(
                "alias-expansion", "aliases repeat more than \(limits.expandedNodes) values", at: span(event),
                hint: "write fewer aliases of aliases")
        }
        guard depth + anchored.height - 1 <= limits.depth else {
            throw stop("too-deep", "nested deeper than \(limits.depth) levels through an alias", at: span(event))
        }
        return anchored
    }

    private mutating func list(_ start: YAMLEvent, depth: Int) throws(Stop) -> Measured {
        checkTag(of: start, allowed: "seq")
        var items: [SourceNode] = []
        var weight = 1
        var height = 1
        while true {
            let event = try next()
            if case .listEnd = event.kind {
                let span = SourceSpan(source, start: start.start, end: trimmedEnd(from: start.start, to: event.end))
                return Measured(node: SourceNode(.list(items), span: span), weight: weight, height: height)
            }
            let item = try node(event, depth: depth + 1)
            items.append(item.node)
            weight += item.weight
            height = max(height, item.height + 1)
        }
    }

    private mutating func map(_ start: YAMLEvent, depth: Int) throws(Stop) -> Measured {
        checkTag(of: start, allowed: "map")
        var entries = MapEntries()
        var weight = 1
        var height = 1
        while true {
            let event = try next()
            if case .mapEnd = event.kind {
                let span = SourceSpan(source, start: start.start, end: trimmedEnd(from: start.start, to: event.end))
                let node = SourceNode(.map(entries.merged), span: span)
                return Measured(node: node, weight: weight, height: height)
            }
            let key = try node(event, depth: depth + 1)
            let value = try node(try next(), depth: depth + 1)
            weight += key.weight + value.weight
            height = max(height, value.height + 1)
            entries.add(key: key.node, value: value.node, text: keyText(event, key.node), diagnostics: &diagnostics)
        }
    }

    /// A key as written: `1` and `true` are the texts "1" and "true". nil where it is a list or map.
    private func keyText(_ event: YAMLEvent, _ node: SourceNode) -> String? {
        if case .scalar(let text, _, _) = event.kind { return text }
        return node.string ?? node.scalar.map { JSON.text($0) }
    }

    private mutating func scalar(_ event: YAMLEvent) -> Measured {
        guard case .scalar(let text, let style, let isImplicit) = event.kind else {
            return Measured(node: SourceNode(.scalar(.null), span: span(event)), weight: 1, height: 1)
        }
        let end = style == .literal || style == .folded ? trimmedEnd(from: event.start, to: event.end) : event.end
        let span = SourceSpan(source, start: event.start, end: end)
        var node = SourceNode(.scalar(.string(text)), span: span, isQuoted: style != .plain)
        if style == .plain, isImplicit { node.content = .scalar(CoreSchema.value(ofPlain: text)) }
        if let tag = event.tag, tag != "!" { node.content = .scalar(tagged(tag, text, span)) }
        if case .scalar(.string) = node.content {
            node.marks = ScalarMarks.of(text, style: style, bytes: bytes, start: event.start, end: event.end)
        }
        return Measured(node: node, weight: 1 + text.utf8.count / 64, height: 1)
    }

    // MARK: Tags

    private static let tagPrefix = "tag:yaml.org,2002:"

    private mutating func tagged(_ tag: String, _ text: String, _ span: SourceSpan) -> Value {
        let plain = CoreSchema.value(ofPlain: text)
        switch tag {
        case Self.tagPrefix + "str": return .string(text)
        case Self.tagPrefix + "null" where plain.isNull, Self.tagPrefix + "bool" where plain.type == .bool,
            Self.tagPrefix + "int" where plain.intValue != nil || plain.type == .number:
            return plain
        case Self.tagPrefix + "float" where Numeric(plain) != nil:
            return plain.doubleValue.map(Value.double) ?? plain
        default:
            reportTag(tag, span)
            // What looks like a tag is mostly text, such as !failure().
            return .string(tag.hasPrefix(Self.tagPrefix) ? text : text.isEmpty ? tag : "\(tag) \(text)")
        }
    }

    private mutating func checkTag(of event: YAMLEvent, allowed: String) {
        guard let tag = event.tag, tag != "!", tag != Self.tagPrefix + allowed else { return }
        reportTag(tag, SourceSpan(source, start: event.start, end: event.start + 1))
    }

    private mutating func reportTag(_ tag: String, _ span: SourceSpan) {
        let isStandard = tag.hasPrefix(Self.tagPrefix)
        let shown = isStandard ? "!!" + tag.dropFirst(Self.tagPrefix.count) : tag
        diagnostics.error(
            "unknown-tag", "the tag \"\(shown)\" does not fit this value", at: span,
            hint: isStandard ? "remove the tag" : "quote text that starts with \"!\": \"\(shown)\"")
    }

    /// libyaml ends blocks at the start of what follows; without the space between, a span reads better.
    private func trimmedEnd(from start: Int, to end: Int) -> Int {
        var end = min(end, bytes.count)
        while end > start + 1, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
        return end
    }
}

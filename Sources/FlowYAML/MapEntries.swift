import FlowCore

/// The entries of one map while it is read: keys stay unique, merge keys are resolved at the end.
struct MapEntries {
    private enum Part {
        case own(SourceNode.Entry)
        /// The maps of one `<<`, the first of which wins.
        case merge([SourceNode.Entry])
    }

    private var parts: [Part] = []
    private var ownKeys: [MapKey: SourceSpan] = [:]

    mutating func add(key: SourceNode, value: SourceNode, text: String?, diagnostics: inout Diagnostics) {
        guard let text else {
            diagnostics.error("bad-key", "expected text as key, found \(key.kindName)", at: key.span)
            return
        }
        if text == "<<", !key.isQuoted {
            merge(value, diagnostics: &diagnostics)
            return
        }
        if let first = ownKeys[.string(text)] {
            diagnostics.error(
                "duplicate-key", "duplicate key \"\(text)\"; the first one is on line \(first.position.line)",
                at: key.span, hint: "remove one of the two, or rename it")
            return
        }
        ownKeys[.string(text)] = key.span
        parts.append(.own(SourceNode.Entry(key: text, keySpan: key.span, value: value)))
    }

    private mutating func merge(_ value: SourceNode, diagnostics: inout Diagnostics) {
        for map in value.list ?? [value] {
            if let entries = map.map {
                parts.append(.merge(entries))
            } else {
                diagnostics.error(
                    "bad-merge", "expected a map or a list of maps after \"<<\", found \(map.kindName)", at: map.span)
            }
        }
    }

    /// In file order; the map's own keys win over merged ones, wherever they stand.
    var merged: [SourceNode.Entry] {
        var taken: Set<MapKey> = []
        var entries: [SourceNode.Entry] = []
        // A file may have a hundred thousand maps, so none gets more room than it needs.
        entries.reserveCapacity(parts.count)
        for part in parts {
            switch part {
            case .own(let entry): entries.append(entry)
            case .merge(let others):
                entries += others.filter { ownKeys[.string($0.key)] == nil && taken.insert(.string($0.key)).inserted }
            }
        }
        return entries
    }
}

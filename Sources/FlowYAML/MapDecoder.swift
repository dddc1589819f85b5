package import FlowCore

/// Reads the keys of one map strictly: each getter reports what doesn't fit, with its place.
///
///     guard var map = MapDecoder(node, "a retry", &diagnostics) else { return nil }
///     let max = map.int("max", in: 0...100, &diagnostics)
///     let initial = map.duration("initial", &diagnostics)
///     map.finish(["max", "initial"], &diagnostics)
///
/// A getter gives nil where the key is missing and where its value was reported.
package struct MapDecoder {
    /// What the map is, for messages: `a step`, `"retry"`.
    package let noun: String
    package let span: SourceSpan
    package private(set) var entries: [SourceNode.Entry]

    /// - Parameters:
    ///   - synonyms: other spellings of keys, by the spelling found; taken with a note.
    ///   - keys: those it may have; told where `node` is no map.
    /// - Returns: nil, reported, where `node` is no map.
    package init?(
        _ node: SourceNode, _ noun: String, synonyms: [String: String] = [:], keys: [String] = [],
        _ diagnostics: inout Diagnostics
    ) {
        guard var entries = node.map else {
            diagnostics.error(
                "wrong-type", "expected a map for \(noun), found \(node.kindName)", at: node.span,
                hint: keys.isEmpty ? nil : "its keys are: \(keys.joined(separator: ", "))")
            return nil
        }
        for index in entries.indices where !synonyms.isEmpty {
            let found = entries[index]
            guard let proper = synonyms[found.key] else { continue }
            if node.map?.contains(where: { $0.key == proper }) ?? false {
                diagnostics.error(
                    "duplicate-key", "\"\(found.key)\" is another spelling of \"\(proper)\", which is given too",
                    at: found.keySpan, hint: "remove one of the two")
            } else {
                var note = Diagnostic(
                    .note, "spelling", "\"\(found.key)\" is taken as \"\(proper)\"", at: found.keySpan,
                    hint: "write \(proper)")
                note.edit = Diagnostic.Edit(span: found.keySpan, replacement: proper)
                diagnostics.add(note)
            }
            entries[index].key = proper
        }
        self.noun = noun
        self.span = node.span
        self.entries = entries
    }

    package func entry(_ key: String) -> SourceNode.Entry? { entries.first { $0.key == key } }
    package func has(_ key: String) -> Bool { entry(key) != nil }

    /// The value under `key`, whatever it is.
    package func node(_ key: String) -> SourceNode? { entry(key)?.value }

    /// The value under `key`; its absence is an error.
    package func required(_ key: String, _ diagnostics: inout Diagnostics) -> SourceNode? {
        if let node = node(key) { return node }
        diagnostics.error("missing-key", "\"\(key)\" is missing in \(noun)", at: start, hint: "add \(key)")
        return nil
    }

    /// The map's first key: a whole map is too much to underline.
    package var start: SourceSpan { entries.first?.keySpan ?? span }

    /// Reports every key that is not in `known`.
    ///
    /// - Parameters:
    ///   - later: keys that exist but that this version can't do yet.
    ///   - remedies: what is meant by keys that other languages have.
    package func finish(
        _ known: some Sequence<String>, later: some Sequence<String> = EmptyCollection<String>(),
        remedies: [String: String] = [:], _ diagnostics: inout Diagnostics
    ) {
        let known = Array(known)
        for entry in entries where !known.contains(entry.key) {
            if later.contains(entry.key) {
                diagnostics.error(
                    "not-yet", "\"\(entry.key)\" is not supported yet", at: entry.keySpan,
                    hint: "remove it; a later version of flowctl brings it")
            } else {
                let remedy = remedies[entry.key]
                let suggestion = remedy == nil ? Suggestion.nearest(to: entry.key, among: known) : nil
                diagnostics.add(
                    .error(
                        "unknown-key", "unknown key \"\(entry.key)\" in \(noun)", at: entry.keySpan,
                        hint: remedy ?? suggestion.map { "did you mean \"\($0)\"?" } ?? MapDecoder.list(known),
                        edit: suggestion.map { Diagnostic.Edit(span: entry.keySpan, replacement: $0) }))
            }
        }
    }

    private static func list(_ known: [String]) -> String? {
        known.isEmpty || known.count > 12 ? nil : "use one of \(known.joined(separator: ", "))"
    }
}

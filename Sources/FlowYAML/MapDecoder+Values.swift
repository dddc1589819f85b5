package import FlowCore

extension MapDecoder {
    package func string(_ key: String, _ diagnostics: inout Diagnostics) -> String? {
        node(key)?.decodeString(for: key, &diagnostics)
    }

    package func requiredString(_ key: String, _ diagnostics: inout Diagnostics) -> String? {
        required(key, &diagnostics)?.decodeString(for: key, &diagnostics)
    }

    package func int(
        _ key: String, in range: ClosedRange<Int> = .min ... .max, _ diagnostics: inout Diagnostics
    ) -> Int? {
        node(key)?.decodeInt(for: key, in: range, &diagnostics)
    }

    package func number(_ key: String, _ diagnostics: inout Diagnostics) -> Double? {
        guard let node = node(key) else { return nil }
        if let number = node.scalar?.doubleValue { return number }
        node.expected("a number", for: key, &diagnostics)
        return nil
    }

    package func bool(_ key: String, _ diagnostics: inout Diagnostics) -> Bool? {
        guard let node = node(key) else { return nil }
        if let bool = node.scalar?.boolValue { return bool }
        node.expected("true or false", for: key, &diagnostics)
        return nil
    }

    /// `30s`, `1h30m`; longer than nothing.
    package func duration(_ key: String, _ diagnostics: inout Diagnostics) -> Duration? {
        node(key)?.decodeDuration(for: key, &diagnostics)
    }

    /// One of the raw values of an enumeration.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, as type: Choice.Type = Choice.self, _ diagnostics: inout Diagnostics
    ) -> Choice? where Choice.RawValue == String {
        node(key)?.decodeChoice(for: key, as: type, &diagnostics)
    }

    package func list(_ key: String, _ diagnostics: inout Diagnostics) -> [SourceNode]? {
        guard let node = node(key) else { return nil }
        if let list = node.list { return list }
        node.expected("a list", for: key, &diagnostics)
        return nil
    }

    package func map(_ key: String, _ diagnostics: inout Diagnostics) -> [SourceNode.Entry]? {
        guard let node = node(key) else { return nil }
        if let map = node.map { return map }
        node.expected("a map", for: key, &diagnostics)
        return nil
    }

    /// A list of strings, or one string for a list of one. Items that don't fit are reported and left out.
    package func strings(_ key: String, _ diagnostics: inout Diagnostics) -> [(text: String, span: SourceSpan)]? {
        guard let node = node(key) else { return nil }
        if let text = node.string { return [(text, node.span)] }
        guard let items = node.list else {
            node.expected("a string or a list of strings", for: key, &diagnostics)
            return nil
        }
        return items.compactMap { item in
            item.decodeString(for: key, &diagnostics).map { ($0, item.span) }
        }
    }
}

extension SourceNode {
    /// Reports that something else was expected: `expected a string for "name", found a list`.
    package func expected(_ what: String, for key: String?, hint: String? = nil, _ diagnostics: inout Diagnostics) {
        let place = key.map { " for \"\($0)\"" } ?? ""
        diagnostics.error(
            "wrong-type", "expected \(what)\(place), found \(kindName)", at: shortSpan, hint: hint)
    }

    /// The span where it is one line of a scalar, else its first byte.
    package var shortSpan: SourceSpan {
        scalar != nil ? span : SourceSpan(span.source, start: span.start, end: min(span.start + 1, span.end))
    }

    package func decodeString(for key: String? = nil, _ diagnostics: inout Diagnostics) -> String? {
        if let string { return string }
        let isWritten = scalar.map { !$0.isNull } ?? false
        expected("a string", for: key, hint: isWritten ? "put it in quotes: \"\(span.text)\"" : nil, &diagnostics)
        return nil
    }

    package func decodeInt(
        for key: String? = nil, in range: ClosedRange<Int> = .min ... .max, _ diagnostics: inout Diagnostics
    ) -> Int? {
        guard case .scalar(.int(let wide)) = content, let number = Int(exactly: wide) else {
            expected("a whole number", for: key, &diagnostics)
            return nil
        }
        if range.contains(number) { return number }
        let bound =
            range.upperBound == .max
            ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        diagnostics.error(
            "out-of-range", "\(key.map { "\"\($0)\" " } ?? "")must be \(bound), not \(number)", at: span)
        return nil
    }

    package func decodeDuration(for key: String? = nil, _ diagnostics: inout Diagnostics) -> Duration? {
        guard let text = string else {
            let isNumber = scalar?.doubleValue != nil
            expected(
                "a duration such as 30s", for: key, hint: isNumber ? "add the unit: \(span.text)s" : nil, &diagnostics)
            return nil
        }
        guard let duration = Duration(text: text) else {
            diagnostics.error(
                "bad-duration", "\(JSON.quoted(text)) is no duration", at: span,
                hint: "write numbers with units d h m s ms, such as 1h30m")
            return nil
        }
        guard duration > .zero else {
            diagnostics.error("bad-duration", "the duration \"\(text)\" must be longer than nothing", at: span)
            return nil
        }
        return duration
    }

    package func decodeChoice<Choice: RawRepresentable & CaseIterable>(
        for key: String? = nil, as type: Choice.Type = Choice.self, _ diagnostics: inout Diagnostics
    ) -> Choice? where Choice.RawValue == String {
        let known = Choice.allCases.map(\.rawValue)
        guard let text = string else {
            expected("one of \(known.joined(separator: ", "))", for: key, &diagnostics)
            return nil
        }
        if let choice = Choice(rawValue: text) { return choice }
        diagnostics.error(
            "unknown-value", "\(JSON.quoted(text)) is not a value of \(key.map { "\"\($0)\"" } ?? "this list")",
            at: span,
            hint: Suggestion.didYouMean(text, among: known) ?? "use one of \(known.joined(separator: ", "))")
        return nil
    }
}

import FlowCore
import FlowSpec

/// What expressions may not bring into a query: words of MongoDB. Whoever decides over a value could else decide over the
/// query, as with `{"$ne": null}` where a password was meant.
enum MongoWords {
    static let rule = ComputedRule("mongodb") { value, keys in
        if let failure = MongoFilters.objection(value, keys) { return failure }
        guard let word = word(in: value, isExpression: isExpression(keys)) else { return nil }
        return Failure(
            .invalid,
            "\(word.isText ? "text that starts with" : "the operator") \"\(word.text)\" comes from an expression",
            hint: word.isText
                ? "put it below $literal:, as it would be taken for a field"
                : "write operators in the file, and only their values as ${{ }}", nothingSent: true)
    }

    private struct Word {
        var text: String
        var isText = false
    }

    private static func word(in value: Value, isExpression: Bool) -> Word? {
        switch value {
        case .secret(let inner): return word(in: inner, isExpression: isExpression)
        case .optional(let inner?): return word(in: inner, isExpression: isExpression)
        case .string(let text):
            // Not all of it: it may be what was meant to be secret.
            return isExpression && text.hasPrefix("$") ? Word(text: "$", isText: true) : nil
        case .list(let items):
            return items.lazy.compactMap { word(in: $0, isExpression: isExpression) }.first
        case .map(let map):
            if let first = map.first?.key.text, isValue(first) { return nil }
            for (key, member) in map {
                if key.text.hasPrefix("$") { return Word(text: key.text) }
                if let word = word(in: member, isExpression: isExpression) { return word }
            }
            return nil
        default: return nil
        }
    }

    /// Whether a map with this key is a value in Extended JSON. Code and patterns act on others.
    private static func isValue(_ key: String) -> Bool {
        ExtendedJSON.words.contains(key) && key != "$code" && key != "$regularExpression"
    }

    /// Whether text with a `$` in front is a field there.
    private static func isExpression(_ keys: [String]) -> Bool {
        var isExpression = false
        var last = ""
        for key in keys {
            switch key {
            case "projection", "$expr", "let": isExpression = true
            case "[]" where last == "pipeline" || last == "update": isExpression = true
            case "$match": isExpression = false
            case "$literal": return false
            default: break
            }
            last = key
        }
        return isExpression
    }
}

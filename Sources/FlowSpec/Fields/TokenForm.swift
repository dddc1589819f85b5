/// Mistakes of copying a token.
enum TokenForm {
    static func check(_ text: String) throws(FieldForm.Objection) {
        if let first = text.first, let last = text.last, text.count > 1, "\"'`“”‘’".contains(first),
            "\"'`“”‘’".contains(last)
        {
            throw .init(reason: "stands in quotes", remedy: "give it without them")
        }
        for scheme in ["Authorization:", "Bearer ", "Basic ", "Token "]
        where text.lowercased().hasPrefix(scheme.lowercased()) {
            let word = scheme.filter { $0 != " " }
            throw .init(reason: "has \"\(word)\" in front of it", remedy: "give the token alone; flowctl adds the rest")
        }
        guard !text.hasPrefix("-----BEGIN ") else {
            throw .init(reason: "is a key or certificate in PEM", remedy: "give a token")
        }
        guard !text.hasPrefix("{") else { throw .init(reason: "is JSON", remedy: "give the token in it alone") }
        guard !text.contains(where: \.isWhitespace) else {
            throw .init(reason: "holds a space", remedy: "copy it again, all of it and nothing else")
        }
        guard text.utf8.allSatisfy({ $0 < 0x7F }) else {
            throw .init(
                reason: "holds a character that no token has", remedy: "copy it again where it is shown in full")
        }
    }
}

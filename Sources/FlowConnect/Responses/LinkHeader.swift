import FlowCore

/// The targets of `Link` header fields (RFC 8288).
enum LinkHeader {
    /// The target of the first link with the relation `rel`; nil where there is none.
    static func target(_ rel: String, in headers: HTTPHeaders) -> String? {
        for field in headers.all("Link") {
            var rest = field[...]
            while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
                let target = String(rest[rest.index(after: open)..<close])
                let (parameters, next) = parameters(rest[rest.index(after: close)...])
                rest = next
                let relations = parameters.first { $0.name == "rel" }?.value ?? ""
                if relations.split(separator: " ").contains(where: { $0.lowercased() == rel }) { return target }
            }
        }
        return nil
    }

    /// What stands between one link and the next: `; rel="next"; title="a, b"`.
    private static func parameters(_ text: Substring) -> (list: [(name: String, value: String)], rest: Substring) {
        var list: [(name: String, value: String)] = []
        var name = ""
        var value = ""
        var isValue = false
        var isQuoted = false
        var isEscaped = false
        func finish() {
            let trimmed = name.filter { $0 != " " && $0 != "\t" }.lowercased()
            if !trimmed.isEmpty { list.append((trimmed, value)) }
            (name, value, isValue) = ("", "", false)
        }
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            index = text.index(after: index)
            if isQuoted {
                if isEscaped {
                    value.append(character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isQuoted = false
                } else {
                    value.append(character)
                }
                continue
            }
            switch character {
            case ",":
                finish()
                return (list, text[index...])
            case ";": finish()
            case "=" where !isValue: isValue = true
            case "\"" where isValue: isQuoted = true
            case " ", "\t": if isValue, !value.isEmpty { value.append(character) }
            default: if isValue { value.append(character) } else { name.append(character) }
            }
        }
        finish()
        return (list, text[index...])
    }
}

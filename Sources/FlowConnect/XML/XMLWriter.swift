import FlowCore

/// Writes a value as XML: a map's members are elements, a list repeats its element, `@name` is an attribute, `#text` the
/// text beside them, and null an empty element.
///
/// A name may be written as `{namespace}name`; its prefix is made up then.
struct XMLWriter {
    private var text = #"<?xml version="1.0" encoding="UTF-8"?>"#
    /// Prefixes that are declared where the writer is, innermost last.
    private var declared: [Set<String>] = [["xml"]]

    /// - Throws: a failure of kind `invalid` where the value is no map with one member, or XML can't hold it.
    static func document(_ value: Value) throws(Failure) -> [UInt8] {
        guard let map = value.mapValue, map.count == 1, let root = map.first, root.value.listValue == nil else {
            throw Failure(.invalid, "an XML body must be a map with the one element of the document")
        }
        var writer = XMLWriter()
        try writer.element(root.key.text, root.value.deeplyRevealed, depth: 0)
        return Array(writer.text.utf8)
    }

    private mutating func element(_ name: String, _ value: Value, depth: Int) throws(Failure) {
        guard depth < XMLReader.maximumDepth else {
            throw Failure(.invalid, "an XML body can't be more than \(XMLReader.maximumDepth) elements deep")
        }
        if let items = value.listValue {
            for item in items { try element(name, item, depth: depth) }
            return
        }
        let members = value.mapValue ?? ValueMap([("#text", value)])
        declared.append(XMLWriter.prefixes(members))
        defer { declared.removeLast() }
        let tag = try self.tag(name)
        text += "<" + tag.name + tag.declaration
        for (key, value) in members where key.text.hasPrefix("@") && !value.isAbsent {
            let name = String(key.text.dropFirst())
            if name != "xmlns" { try check(name) }
            text += " \(name)=\"" + (try escaped(value, isAttribute: true)) + "\""
        }
        let start = text.utf8.count
        text += ">"
        for (key, value) in members where !key.text.hasPrefix("@") && !value.isAbsent {
            if key.text == "#text" {
                if !value.isNull { text += try escaped(value, isAttribute: false) }
            } else {
                try element(key.text, value, depth: depth + 1)
            }
        }
        if text.utf8.count == start + 1 {
            text.removeLast()
            text += "/>"
        } else {
            text += "</\(tag.name)>"
        }
    }

    // MARK: Names

    private static func prefixes(_ members: ValueMap) -> Set<String> {
        Set(members.names.filter { $0.hasPrefix("@xmlns:") }.map { String($0.dropFirst("@xmlns:".count)) })
    }

    private mutating func tag(_ name: String) throws(Failure) -> (name: String, declaration: String) {
        guard name.hasPrefix("{"), let close = name.firstIndex(of: "}") else {
            try check(name)
            return (name, "")
        }
        let namespace = String(name[name.index(after: name.startIndex)..<close])
        let local = name[name.index(after: close)...]
        guard XMLSyntax.isPart(local) else { throw unfit(name) }
        if namespace.isEmpty { return (String(local), " xmlns=\"\"") }
        var prefix = "n"
        while declared.contains(where: { $0.contains(prefix) }) { prefix += "n" }
        declared[declared.count - 1].insert(prefix)
        return (
            "\(prefix):\(local)", " xmlns:\(prefix)=\"" + (try escaped(.string(namespace), isAttribute: true)) + "\""
        )
    }

    private func check(_ name: String) throws(Failure) {
        guard XMLSyntax.isName(name) else { throw unfit(name) }
        let parts = name.split(separator: ":")
        guard parts.count == 2, parts[0] != "xmlns" else { return }
        guard declared.contains(where: { $0.contains(String(parts[0])) }) else {
            throw Failure(
                .invalid, "the prefix of \(JSON.quoted(name)) is not declared in the XML body",
                hint: "add \"@xmlns:\(parts[0])\" to the element or one around it")
        }
    }

    private func unfit(_ name: String) -> Failure {
        Failure(.invalid, "\(JSON.quoted(name)) can't be the name of an XML element or attribute")
    }

    // MARK: Text

    private func escaped(_ value: Value, isAttribute: Bool) throws(Failure) -> String {
        var text = ""
        for scalar in WireText.of(value).unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"" where isAttribute: text += "&quot;"
            // As themselves these would come back as spaces or line feeds.
            case "\r": text += "&#13;"
            case "\n" where isAttribute: text += "&#10;"
            case "\t" where isAttribute: text += "&#9;"
            default:
                guard XMLSyntax.isCharacter(scalar) else {
                    throw Failure(.invalid, "XML can't hold the control character U+\(String(scalar.value, radix: 16))")
                }
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

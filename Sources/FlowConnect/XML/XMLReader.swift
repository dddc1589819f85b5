import FlowCore

/// Reads XML 1.0 with namespaces, strictly: what isn't well-formed is refused.
///
/// A document type is refused too, and with it every entity but the five of XML, so that no document can grow while it
/// is read or reach for another one. Depth and the number of elements are bounded.
struct XMLReader {
    /// How deep elements may stand inside each other.
    static let maximumDepth = 200
    static let maximumElements = 1_000_000

    private let bytes: [UInt8]
    private var offset = 0
    private var elements = 0
    /// Elements that are not closed yet, outermost first.
    private var open: [Open] = []
    /// Text since the last tag, which comments and their like may interrupt; nil where there was none.
    private var gathered: [UInt8]?

    private struct Open {
        var element: XMLElement
        /// As it was written, with its prefix.
        var tag: String
        /// Namespaces by prefix that it declares; the empty prefix is that of elements without one.
        var declared: [String: String]
    }

    /// - Parameter contentType: may name the characters, as may a byte order mark and the document itself.
    /// - Throws: a failure of kind `protocol` that says line, column and what is wrong.
    static func read(_ bytes: [UInt8], contentType: String? = nil) throws(Failure) -> XMLElement {
        var reader = XMLReader(bytes: try utf8(bytes, contentType))
        return try reader.document()
    }

    private static func utf8(_ bytes: [UInt8], _ contentType: String?) throws(Failure) -> [UInt8] {
        var characters = CharacterSet(bytes, contentType: contentType)
        if characters.name == "utf-8", let declared = declaredEncoding(bytes) {
            characters = CharacterSet(bytes, contentType: "text/xml; charset=\(declared)")
        }
        guard let text = characters.text(bytes) else {
            throw Failure(.protocolError, "it is not \(characters.name) text")
        }
        return Array(text.utf8)
    }

    /// `<?xml version="1.0" encoding="iso-8859-1"?>`; nil where there is none.
    private static func declaredEncoding(_ bytes: [UInt8]) -> String? {
        let head = String(decoding: bytes.prefix(200), as: UTF8.self)
        guard head.hasPrefix("<?xml"), let end = head.firstRange(of: "?>"),
            let key = head[..<end.lowerBound].firstRange(of: "encoding")
        else { return nil }
        let value = head[key.upperBound..<end.lowerBound].drop { $0 == " " || $0 == "=" }
        guard let quote = value.first, quote == "\"" || quote == "'" else { return nil }
        return String(value.dropFirst().prefix { $0 != quote }).lowercased()
    }

    // MARK: Document

    private mutating func document() throws(Failure) -> XMLElement {
        if starts(with: "<?xml"), bytes.count > 5, Self.isSpace(bytes[5]) { try skip(past: "?>") }
        try skipMisc()
        guard peek == UInt8(ascii: "<") else { throw problem("expected an element") }
        let root = try element()
        try skipMisc()
        guard offset == bytes.count else { throw problem("expected the end of the document") }
        return root
    }

    /// Comments, instructions and spaces around the element of the document.
    private mutating func skipMisc() throws(Failure) {
        while true {
            skipSpace()
            if starts(with: "<!--") {
                try comment()
            } else if starts(with: "<?") {
                try instruction()
            } else if starts(with: "<!DOCTYPE") {
                throw problem("a document type is not read")
            } else {
                return
            }
        }
    }

    private mutating func element() throws(Failure) -> XMLElement {
        if let empty = try startTag() { return empty }
        while true {
            if starts(with: "</") {
                closeText()
                let closed = try endTag()
                guard !open.isEmpty else { return closed }
                open[open.count - 1].element.content.append(.element(closed))
            } else if starts(with: "<!--") {
                try comment()
            } else if starts(with: "<![CDATA[") {
                try characterData()
            } else if starts(with: "<?") {
                try instruction()
            } else if peek == UInt8(ascii: "<") {
                closeText()
                if let empty = try startTag() { open[open.count - 1].element.content.append(.element(empty)) }
            } else if peek == nil {
                throw problem("expected </\(open[open.count - 1].tag)>")
            } else {
                try text()
            }
        }
    }

    /// Gives what was gathered to the innermost element.
    private mutating func closeText() {
        guard let text = gathered else { return }
        gathered = nil
        open[open.count - 1].element.content.append(.text(String(decoding: text, as: UTF8.self)))
    }

    // MARK: Tags

    /// - Returns: the element where it is an empty one.
    private mutating func startTag() throws(Failure) -> XMLElement? {
        offset += 1
        elements += 1
        guard open.count < Self.maximumDepth else {
            throw problem("elements stand more than \(Self.maximumDepth) deep")
        }
        guard elements <= Self.maximumElements else {
            throw problem("there are more than \(Self.maximumElements) elements")
        }
        let tag = try name()
        var found: [(name: String, value: String)] = []
        var declared: [String: String] = [:]
        while true {
            let hadSpace = skipSpace()
            if starts(with: "/>") || peek == UInt8(ascii: ">") { break }
            guard hadSpace else { throw problem("expected a space or the end of the tag") }
            let (name, value) = try attribute()
            guard let prefix = Self.declaredPrefix(name) else {
                found.append((name, value))
                continue
            }
            guard declared.updateValue(value, forKey: prefix) == nil else {
                throw problem("\"\(name)\" stands twice in a tag")
            }
            let isReserved = prefix == "xmlns" || prefix == "xml" && value != Self.xmlNamespace
            guard !isReserved, prefix.isEmpty || !value.isEmpty else {
                throw problem("\"\(name)\" can't be declared so")
            }
        }
        open.append(Open(element: XMLElement(XMLName("")), tag: tag, declared: declared))
        var names: Set<XMLName> = []
        var attributes: [(name: XMLName, value: String)] = []
        for (name, value) in found {
            let name = try resolve(name, isAttribute: true)
            guard names.insert(name).inserted else { throw problem("\"\(name.local)\" stands twice in a tag") }
            attributes.append((name, value))
        }
        open[open.count - 1].element = XMLElement(try resolve(tag, isAttribute: false), attributes: attributes)
        if peek == UInt8(ascii: ">") {
            offset += 1
            return nil
        }
        offset += 2
        return open.removeLast().element
    }

    private mutating func endTag() throws(Failure) -> XMLElement {
        offset += 2
        let start = offset
        let tag = try name()
        let expected = open[open.count - 1].tag
        guard tag == expected else {
            offset = start
            throw problem("expected </\(expected)>")
        }
        skipSpace()
        try expect(">")
        return open.removeLast().element
    }

    private mutating func attribute() throws(Failure) -> (name: String, value: String) {
        let name = try name()
        skipSpace()
        try expect("=")
        skipSpace()
        guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw problem("expected a quote")
        }
        offset += 1
        var value: [UInt8] = []
        while let byte = peek, byte != quote {
            switch byte {
            case UInt8(ascii: "<"): throw problem("\"<\" can't stand in an attribute")
            case UInt8(ascii: "&"): value += try reference()
            // Line breaks and tabs are spaces in attributes (XML 1.0, 3.3.3).
            case 0x0D where offset + 1 < bytes.count && bytes[offset + 1] == 0x0A: offset += 1
            case 0x09, 0x0A, 0x0D:
                value.append(0x20)
                offset += 1
            default: value.append(try character())
            }
        }
        guard peek != nil else { throw problem("expected the end of an attribute") }
        offset += 1
        return (name, String(decoding: value, as: UTF8.self))
    }

    // MARK: Names

    private static let xmlNamespace = "http://www.w3.org/XML/1998/namespace"

    /// The prefix that an attribute declares; nil where it is an ordinary one.
    private static func declaredPrefix(_ name: String) -> String? {
        if name == "xmlns" { return "" }
        return name.hasPrefix("xmlns:") ? String(name.dropFirst("xmlns:".count)) : nil
    }

    private func resolve(_ name: String, isAttribute: Bool) throws(Failure) -> XMLName {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1, isAttribute { return XMLName(name) }
        let prefix = parts.count == 1 ? "" : parts[0]
        if prefix == "xml" { return XMLName(parts[1], in: Self.xmlNamespace) }
        for element in open.reversed() {
            if let namespace = element.declared[prefix] { return XMLName(parts[parts.count - 1], in: namespace) }
        }
        guard prefix.isEmpty else { throw problem("the prefix \"\(prefix)\" is not declared") }
        return XMLName(name)
    }

    private mutating func name() throws(Failure) -> String {
        let start = offset
        while let byte = peek, !Self.endsName(byte) { offset += 1 }
        let name = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard XMLSyntax.isName(name) else {
            offset = start
            throw problem("expected a name")
        }
        return name
    }

    private static func endsName(_ byte: UInt8) -> Bool { isSpace(byte) || "=/><?'\"&".utf8.contains(byte) }

    // MARK: Text

    private mutating func text() throws(Failure) {
        var text = gathered.take() ?? []
        while let byte = peek, byte != UInt8(ascii: "<") {
            switch byte {
            case UInt8(ascii: "&"): text += try reference()
            case UInt8(ascii: "]") where starts(with: "]]>"): throw problem("\"]]>\" can't stand in text")
            default: try appendLine(to: &text)
            }
        }
        gathered = text
    }

    private mutating func characterData() throws(Failure) {
        offset += "<![CDATA[".utf8.count
        var text = gathered.take() ?? []
        while !starts(with: "]]>") {
            guard peek != nil else { throw problem("expected ]]>") }
            try appendLine(to: &text)
        }
        offset += 3
        gathered = text
    }

    /// Every kind of line break is one line feed (XML 1.0, 2.11).
    private mutating func appendLine(to text: inout [UInt8]) throws(Failure) {
        guard peek == 0x0D else { return text.append(try character()) }
        offset += 1
        if peek == 0x0A { offset += 1 }
        text.append(0x0A)
    }

    /// One byte of a character that XML may hold.
    private mutating func character() throws(Failure) -> UInt8 {
        let byte = bytes[offset]
        let isControl = byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D
        // U+FFFE and U+FFFF
        let isNone =
            byte == 0xEF && offset + 2 < bytes.count && bytes[offset + 1] == 0xBF && bytes[offset + 2] >= 0xBE
        guard !isControl, !isNone else { throw problem("a character that XML can't hold") }
        offset += 1
        return byte
    }

    /// `&amp;`, `&#38;`, `&#x26;`
    private mutating func reference() throws(Failure) -> [UInt8] {
        let start = offset
        guard let end = bytes[offset...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
            throw problem("\"&\" begins no reference")
        }
        let name = String(decoding: bytes[(offset + 1)..<end], as: UTF8.self)
        offset = end + 1
        if let scalar = XMLSyntax.entities[name] { return [scalar] }
        let digits = name.hasPrefix("#x") ? name.dropFirst(2) : name.dropFirst(1)
        let isNumber = name.hasPrefix("#") && digits.allSatisfy(\.isHexDigit)
        if isNumber, let code = UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10),
            let scalar = Unicode.Scalar(code), XMLSyntax.isCharacter(scalar)
        {
            return Array(String(scalar).utf8)
        }
        offset = start
        throw problem("\"&\(name);\" is no character that is known")
    }

    private mutating func comment() throws(Failure) {
        offset += 4
        while !starts(with: "--") {
            guard peek != nil else { throw problem("expected -->") }
            _ = try character()
        }
        guard starts(with: "-->") else { throw problem("\"--\" can't stand in a comment") }
        offset += 3
    }

    private mutating func instruction() throws(Failure) {
        offset += 2
        let target = try name()
        guard target.lowercased() != "xml" else { throw problem("the declaration of XML stands at the start only") }
        try skip(past: "?>")
    }

    // MARK: Bytes

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = offset
        while let byte = peek, Self.isSpace(byte) { offset += 1 }
        return offset > start
    }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { text in
            offset + text.count <= bytes.count && text.indices.allSatisfy { bytes[offset + $0] == text[$0] }
        }
    }

    private mutating func expect(_ text: StaticString) throws(Failure) {
        guard starts(with: text) else { throw problem("expected \(text)") }
        offset += text.utf8CodeUnitCount
    }

    private mutating func skip(past end: StaticString) throws(Failure) {
        while !starts(with: end) {
            guard peek != nil else { throw problem("expected \(end)") }
            offset += 1
        }
        offset += end.utf8CodeUnitCount
    }

    private func problem(_ message: String) -> Failure {
        let before = bytes[..<min(offset, bytes.count)]
        let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1
        return Failure(.protocolError, "line \(line), column \(column): \(message)")
    }
}

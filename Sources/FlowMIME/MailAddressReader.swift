import FlowCore

/// Reads addresses as people write them: `Ada <ada@example.com>, "Hopper, Grace" <grace@example.com>`, with comments in
/// parentheses, and groups such as `Team: ada@example.com, bob@example.com;` (RFC 5322, 3.4).
///
/// Beside commas it takes semicolons, which some mail programs show between addresses.
struct MailAddressReader {
    private let scalars: [Unicode.Scalar]
    private let field: String
    private var position = 0
    private var entries: [MailAddressList.Entry] = []
    /// The group that is open, with its members so far.
    private var group: (name: String, members: [MailAddress])?
    private var item = Item()

    /// What has been read of an address.
    private struct Item {
        /// Before the angle brackets, or all there is.
        var words = ""
        var isQuoted = false
        var comment: String?
        var address: String?

        var isEmpty: Bool { words.allSatisfy(\.isWhitespace) && !isQuoted && address == nil }
    }

    init(_ text: String, _ field: String) {
        scalars = Array(text.unicodeScalars)
        self.field = field
    }

    /// - Throws: a failure of kind `invalid` that names the field, not the address.
    mutating func read() throws(Failure) -> [MailAddressList.Entry] {
        while let scalar = next() {
            switch scalar {
            case "\"":
                item.words += try until("\"")
                item.isQuoted = true
            case "(": item.comment = try comment()
            case "<":
                guard item.address == nil else { throw objection }
                item.address = try until(">")
            case ",": try endItem()
            case ";": try endGroup()
            case ":": try beginGroup()
            case ">", ")": throw objection
            default:
                // What follows an address in brackets can't be a part of it.
                guard item.address == nil || scalar.properties.isWhitespace else { throw objection }
                item.words.unicodeScalars.append(scalar)
            }
        }
        try endItem()
        guard group == nil else { throw objection }
        return entries
    }

    private mutating func next() -> Unicode.Scalar? {
        guard position < scalars.count else { return nil }
        position += 1
        return scalars[position - 1]
    }

    /// What stands before `end`; a backslash takes the next character as it is.
    private mutating func until(_ end: Unicode.Scalar) throws(Failure) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = next() {
            if scalar == end { return String(text) }
            guard scalar == "\\", end == "\"" else {
                text.append(scalar)
                continue
            }
            guard let escaped = next() else { break }
            text.append(escaped)
        }
        throw objection
    }

    private mutating func comment() throws(Failure) -> String {
        var text = String.UnicodeScalarView()
        var depth = 1
        while let scalar = next() {
            if scalar == "(" { depth += 1 }
            if scalar == ")" { depth -= 1 }
            if depth == 0 { return String(text) }
            text.append(scalar)
        }
        throw objection
    }

    private mutating func endItem() throws(Failure) {
        defer { item = Item() }
        guard !item.isEmpty else { return }
        let words = item.words.trimmed
        let address: MailAddress
        if let inner = item.address {
            address = try MailAddress(words, inner.trimmed, field)
        } else {
            guard !item.isQuoted else { throw objection }
            address = try MailAddress(item.comment?.trimmed, words, field)
        }
        if group != nil { group?.members.append(address) } else { entries.append(.address(address)) }
    }

    private mutating func beginGroup() throws(Failure) {
        let name = item.words.trimmed
        guard group == nil, item.address == nil, !name.isEmpty else { throw objection }
        try HeaderText.requireOneLine(name, field)
        group = (name, [])
        item = Item()
    }

    private mutating func endGroup() throws(Failure) {
        try endItem()
        if let group { entries.append(.group(name: group.name, group.members)) }
        group = nil
    }

    private var objection: Failure { MailAddress.objection(field) }
}

import FlowCore

/// The header of a message, field by field.
struct MessageHeader {
    /// More than this is not read.
    static let limit = 256 << 10

    /// In the order in which they stand there.
    let fields: [(name: String, value: [UInt8])]

    init(_ bytes: [UInt8]) {
        var fields: [(name: String, value: [UInt8])] = []
        func isSpace(_ byte: UInt8) -> Bool { byte == .space || byte == 0x09 }
        for line in bytes.split(separator: .lineFeed, omittingEmptySubsequences: false) {
            if line.isEmpty || line == [.carriageReturn] { break }
            if line.first.map(isSpace) == true {
                if !fields.isEmpty { fields[fields.count - 1].value += line.filter { $0 != .carriageReturn } }
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            fields.append((name.filter { !$0.isWhitespace }, line[(colon + 1)...].filter { $0 != .carriageReturn }))
        }
        // Only what is unfolded has its ends.
        self.fields = fields.map { name, value in
            let end = value.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? 0
            return (name, Array(value[..<end].drop(while: isSpace)))
        }
    }

    func text(_ name: String) -> String? { fields.first { $0.name == name }.map { MailText.header($0.value) } }

    /// The texts of fields by their names; those of a name that comes several times in lines below each other.
    var asValue: Value {
        var texts: [String: [String]] = [:]
        var names: [String] = []
        for field in fields {
            if texts[field.name] == nil { names.append(field.name) }
            texts[field.name, default: []].append(MailText.header(field.value))
        }
        return .map(ValueMap(names.map { ($0, .string(texts[$0, default: []].joined(separator: "\n"))) }))
    }

    /// `<a@b> <c@d>` as a list.
    func identifiers(_ name: String) -> [String] { text(name).map(MessageID.all(in:)) ?? [] }
}

enum MessageID {
    static func all(in text: String) -> [String] {
        text.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map(String.init)
    }

    /// Whether two are the same; not all programs write the angle brackets.
    static func isSame(_ one: String, _ other: String) -> Bool { bare(one) == bare(other) }

    private static func bare(_ id: String) -> Substring {
        let id = id.trimmed[...]
        return id.hasPrefix("<") && id.hasSuffix(">") ? id.dropFirst().dropLast() : id
    }
}

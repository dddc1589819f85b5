import FlowCore

/// The header of a message, field by field.
struct MessageHeader {
    /// More than this is not read.
    static let limit = 256 << 10

    /// In the order in which they stand there.
    let fields: [(name: String, value: [UInt8])]

    init(_ bytes: [UInt8]) {
        var fields: [(name: String, value: [UInt8])] = []
        for line in bytes.split(separator: .lineFeed, omittingEmptySubsequences: false) {
            if line.isEmpty || line == [.carriageReturn] { break }
            if line.first == .space || line.first == 0x09 {
                if !fields.isEmpty { fields[fields.count - 1].value += line.filter { $0 != .carriageReturn } }
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = line[(colon + 1)...].filter { $0 != .carriageReturn }
            fields.append((name.filter { !$0.isWhitespace }, Array(value.drop { $0 == .space || $0 == 0x09 })))
        }
        self.fields = fields
    }

    func text(_ name: String) -> String? { fields.first { $0.name == name }.map { MailText.header($0.value) } }

    /// The texts of fields by their names; those of a name that comes several times in lines below each other.
    var asValue: Value {
        var map = ValueMap()
        for field in fields {
            let text = MailText.header(field.value)
            map[field.name] = .string(map[field.name]?.stringValue.map { "\($0)\n\(text)" } ?? text)
        }
        return .map(map)
    }

    /// `<a@b> <c@d>` as a list.
    func identifiers(_ name: String) -> [String] { text(name).map(MessageID.all(in:)) ?? [] }
}

enum MessageID {
    static func all(in text: String) -> [String] {
        text.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map(String.init)
    }
}

import FlowCore

/// The associated data of a row's box: a JSON list.
///
/// Written without the detour over values, as listing a vault makes one for every row.
struct BoxContext {
    private var text: [UInt8]

    init(_ table: String, _ vaultID: String) {
        text = Array("[\"flowctl vault\",\"\(table)\"".utf8)
        text.reserveCapacity(512)
        add(vaultID)
    }

    var bytes: [UInt8] { text + [UInt8(ascii: "]")] }

    mutating func add(_ string: String?) {
        guard let string else { return add(raw: "null") }
        let isPlain = string.utf8.allSatisfy {
            $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        add(raw: isPlain ? "\"\(string)\"" : JSON.quoted(string))
    }

    mutating func add(raw json: String) {
        text.append(UInt8(ascii: ","))
        text.append(contentsOf: json.utf8)
    }
}

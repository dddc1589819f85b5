package import FlowCore

/// An address of a mail message with the name before it: `Ada Lovelace <ada@example.com>`.
package struct MailAddress: Sendable, Hashable {
    package let name: String?
    /// In ASCII; a domain with other letters has the form that begins with `xn--`.
    package let address: String

    /// - Parameter field: whose address it is, for the message.
    /// - Throws: a failure of kind `invalid` that names the field, not the address.
    package init(_ name: String?, _ address: String, _ field: String) throws(Failure) {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let isAddress =
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && address.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7F && !$0.properties.isWhitespace
                    && !"<>()[]\\,;:\"".unicodeScalars.contains($0)
            }
        guard isAddress else { throw MailAddress.objection(field) }
        guard parts[0].utf8.allSatisfy({ $0 < 0x80 }) else {
            throw Failure(
                .invalid, "\"\(field)\" of a message holds an address with letters outside ASCII before the @",
                hint: "use another address of that mailbox; few servers take such ones")
        }
        guard let domain = DomainName.ascii(parts[1]) else {
            throw Failure(
                .invalid, "\"\(field)\" of a message holds an address whose domain can't be written in ASCII",
                hint: "write its domain in the form that begins with xn--")
        }
        if let name { try HeaderText.requireOneLine(name, field) }
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
        self.address = "\(parts[0])@\(domain)"
    }

    /// As it stands in a header.
    package var text: String { name.map { "\(HeaderText.phrase($0)) <\(address)>" } ?? address }

    /// What stands behind the `@`.
    package var domain: Substring { address.split(separator: "@").last ?? "" }

    static func objection(_ field: String) -> Failure {
        Failure(
            .invalid, "\"\(field)\" of a message holds something that is no address",
            hint: "write \"ada@example.com\", \"Ada <ada@example.com>\", {name, address} or a list of these")
    }
}

/// The addresses of a header field: single ones, and groups of them under a name (RFC 5322, 3.4).
package struct MailAddressList: Sendable, Hashable {
    enum Entry: Sendable, Hashable {
        case address(MailAddress)
        case group(name: String, [MailAddress])
    }

    private let entries: [Entry]

    /// Addresses from what a parameter gives: a text with commas, a map `{name, address}`, or a list of these.
    ///
    /// - Throws: a failure of kind `invalid` that names the field, not the address.
    package init(_ value: Value, _ field: String) throws(Failure) {
        entries = try MailAddressList.entries(value, field)
    }

    package var isEmpty: Bool { entries.isEmpty }

    package var addresses: [MailAddress] {
        entries.flatMap { entry in
            switch entry {
            case .address(let address): [address]
            case .group(_, let members): members
            }
        }
    }

    /// As it stands in a header.
    var text: String {
        entries.map { entry in
            switch entry {
            case .address(let address): address.text
            case .group(let name, let members):
                "\(HeaderText.phrase(name)):\(members.map { " " + $0.text }.joined(separator: ","));"
            }
        }.joined(separator: ", ")
    }

    private static func entries(_ value: Value, _ field: String) throws(Failure) -> [Entry] {
        switch value.revealed {
        case .list(let items):
            var entries: [Entry] = []
            for item in items { entries += try self.entries(item, field) }
            return entries
        case .map(let map):
            guard let address = map["address"]?.stringValue else { break }
            return [.address(try MailAddress(map["name"]?.stringValue, address, field))]
        case .string(let text):
            var reader = MailAddressReader(text, field)
            return try reader.read()
        case .null, .absent: return []
        default: break
        }
        throw MailAddress.objection(field)
    }
}

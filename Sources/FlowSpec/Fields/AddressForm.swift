import FlowCore

/// Addresses and names of the network.
enum AddressForm {
    static func check(_ text: String, _ kind: FieldForm.Kind) throws(FieldForm.Objection) {
        switch kind {
        case .url:
            guard Origin(text) != nil, !text.contains(where: \.isWhitespace) else {
                throw .init(reason: "is no address", remedy: "write it whole, as in https://example.com")
            }
            let rest = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? ""
            guard !rest.prefix(while: { !"/?#".contains($0) }).contains("@") else {
                throw .init(
                    reason: "holds a user name or password", remedy: "leave it out; other fields are for that")
            }
        case .host:
            guard isHost(text) else {
                throw .init(
                    reason: "is no host",
                    remedy: "write its name alone, as in mail.example.com, without https:// or port")
            }
        case .email:
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, isHost(String(parts[1])), !text.contains(where: \.isWhitespace)
            else { throw .init(reason: "is no mail address", remedy: "write it as ada@example.com") }
        case .header:
            let marks = "!#$%&'*+-.^_`|~".utf8
            guard text.utf8.allSatisfy({ isLetterOrDigit($0) || marks.contains($0) }) else {
                throw .init(reason: "is no name of a header", remedy: "write the name alone, as in X-API-Key")
            }
        default:
            guard text.utf8.allSatisfy({ isLetterOrDigit($0) && !(65...90).contains($0) || $0 == 45 }) else {
                throw .init(reason: "is no region", remedy: "write its short name, as in eu-central-1")
            }
        }
    }

    private static func isHost(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") { return text.contains(":") }
        let isAddress = text.contains(":") && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 58 || $0 == 46 }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            !label.isEmpty
                && label.unicodeScalars.allSatisfy {
                    $0.value > 0x7F || isLetterOrDigit(UInt8($0.value)) || "-_".unicodeScalars.contains($0)
                }
        }
        return isName || isAddress && text.filter { $0 == ":" }.count > 1
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: false
        }
    }
}

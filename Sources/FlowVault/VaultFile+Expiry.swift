import FlowCore
import FlowCrypto
import FlowSpec

extension VaultFile {
    static let expiryField = CredentialType.expiryField.name

    static func time(_ value: Value) -> Timestamp? { value.stringValue.flatMap { Timestamp(dateOrTime: $0) } }

    /// When a credential ends, as noted in its sealed part, in clear. Few have it, and a list reads thousands: only where
    /// the name stands in it is it parsed.
    static func expiry(in plain: UnsafeRawBufferPointer) -> Timestamp? {
        let key = expiryKey
        let isThere = plain.indices.contains { plain[$0] == key[0] && plain[$0...].starts(with: key) }
        guard isThere else { return nil }
        var copy = Array(plain)
        defer { wipe(&copy) }
        return (try? JSON.parse(copy))?["fields"]?[expiryField].flatMap(time)
    }

    private static let expiryKey = Array("\"\(expiryField)\"".utf8)
}

import FlowCore
import FlowCrypto
import FlowSpec
import Glibc

extension VaultFile {
    static let expiryField = CredentialType.expiryField.name

    static func time(_ value: Value) -> Timestamp? { value.stringValue.flatMap { Timestamp(dateOrTime: $0) } }

    /// When a credential ends, as noted in its sealed part, in clear. Few have it, and a list reads thousands: only where
    /// the name stands in it is it parsed.
    static func expiry(in plain: UnsafeRawBufferPointer) -> Timestamp? {
        guard holds(expiryKey, plain) else { return nil }
        var copy = Array(plain)
        defer { wipe(&copy) }
        return (try? JSON.parse(copy))?["fields"]?[expiryField].flatMap(time)
    }

    /// Whether a quoted name stands somewhere in JSON.
    private static func holds(_ name: [UInt8], _ plain: UnsafeRawBufferPointer) -> Bool {
        var rest = plain[...]
        while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress,
            let quote = memchr(start, Int32(name[0]), rest.count)
        {
            rest = rest.dropFirst(UnsafeRawPointer(quote) - start)
            guard rest.count >= name.count else { return false }
            if memcmp(quote, name, name.count) == 0 { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    private static let expiryKey = Array("\"\(expiryField)\"".utf8)
}

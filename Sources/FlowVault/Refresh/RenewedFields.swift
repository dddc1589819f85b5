import FlowCore
import FlowCrypto
import FlowOAuth
import FlowSpec

/// What a provider's answer changes of a credential, and which tokens it takes the place of.
struct RenewedFields {
    let replaced: TokenDigest
    /// A field that has gone is null.
    let changes: ValueMap

    init(_ renewed: StoredGrant, of stored: StoredCredential) throws(Failure) {
        replaced = try TokenDigest(stored.fields)
        let new = renewed.fields
        var changes = ValueMap()
        for (key, value) in new where stored.fields[key]?.deeplyRevealed != value.deeplyRevealed {
            changes[key] = value
        }
        for name in ["expires_at", "lifetime"] where stored.fields[name] != nil && new[name] == nil {
            changes[name] = Value.null
        }
        self.changes = changes
    }

    /// nil where the bytes are not what ``bytes`` gave.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSON.parse(bytes), let digest = value["replaced"]?.stringValue,
            var changes = value["changes"]?.mapValue
        else { return nil }
        for field in StoredGrant.credentialType.fields where field.isSecret {
            changes[field.name] = changes[field.name]?.markedSecret
        }
        replaced = TokenDigest(text: digest)
        self.changes = changes
    }

    /// In clear.
    var bytes: [UInt8] {
        JSON.bytes(["replaced": .string(replaced.text), "changes": .map(changes.mapValues { $0.deeplyRevealed })])
    }

    /// Whether the credential still has the tokens that these take the place of.
    func follow(_ stored: StoredCredential) throws(Failure) -> Bool { try TokenDigest(stored.fields) == replaced }
}

/// Which tokens a credential has, without saying them.
struct TokenDigest: Hashable {
    let text: String

    init(text: String) { self.text = text }

    /// - Parameter fields: those of a credential.
    init(_ fields: ValueMap) throws(Failure) {
        let tokens = ["access_token", "refresh_token"].map { fields[$0]?.deeplyRevealed ?? .null }
        text = Hexadecimal.encode(try Digest.sha256(JSON.bytes(.list(tokens))))
    }
}

extension StoredCredential {
    func with(_ renewed: RenewedFields) -> StoredCredential {
        var copy = self
        for (key, value) in renewed.changes { copy.fields[key] = value.isNull ? Optional.none : value }
        return copy
    }
}

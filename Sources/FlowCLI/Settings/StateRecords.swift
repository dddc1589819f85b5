import FlowCore
import FlowCrypto
import FlowSpec
import FlowStore

/// The shared records as the state database keeps them.
struct StateRecords: SharedRecords {
    var table: SharedTable
    var random: any RandomSource

    func update<T: Sendable>(
        _ key: SharedRecord.Key, _ change: @escaping @Sendable (inout SharedRecord?) -> T
    ) async throws -> T {
        try await table.update(kind: key.kind.rawValue, key: key.text) { content in
            var record = content.map { SharedRecord($0.value, expiresAt: $0.expiresAt) }
            defer { content = record.map { ($0.value, $0.expiresAt) } }
            return change(&record)
        }
    }

    func record(_ key: SharedRecord.Key) async throws -> SharedRecord? {
        try await table.content(kind: key.kind.rawValue, key: key.text).map {
            SharedRecord($0.value, expiresAt: $0.expiresAt)
        }
    }

    /// The first 64 bits of a hash of the secrets, keyed with random bytes that are made once and never leave the
    /// database. Two names of one token have one identity; a token that is renewed keeps that of its credential's name.
    func identity(of credential: Credential) async throws -> String {
        let isRenewed = credential.fields["access_token"] != nil
        let secrets = credential.fields.filter { $0.value.containsSecret }.map { $0.value.deeplyRevealed }
        let text: Value =
            isRenewed ? ["name", .string(credential.name)] : ["secrets", .string(credential.type), .list(secrets)]
        let code = try MessageCode.hmacSHA256(key: Array(try await key().utf8), JSON.bytes(text))
        return Hexadecimal.encode(Array(code.prefix(8)))
    }

    private func key() async throws -> String {
        let made = Hexadecimal.encode(random.bytes(32))
        return try await table.update(kind: "identity", key: "key") { content in
            if let known = content?.value["key"]?.stringValue { return known }
            content = (ValueMap([("key", .string(made))]), Timestamp(seconds: Timestamp.validSeconds.upperBound))
            return made
        }
    }
}

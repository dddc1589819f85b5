import FlowCore
import FlowStore

/// A row of `credentials` as it is on disk, sealed. All of it but the data is what the data is bound to.
struct CredentialRow {
    var id: String
    var name: String
    var type: String
    var service: String?
    var data: [UInt8] = []
    var createdAt: String
    var updatedAt: String
    var isValid: Bool
    /// JSON lists of texts, or nil.
    var origins: String?
    var workflows: String?
    var version: UInt64

    static let columns =
        "id, name, type, service, encrypted_data, created_at, updated_at, is_valid, origins, workflows, version"

    /// nil where the row does not have the form flowctl gives it.
    init?(_ row: Row) {
        guard let id = row[0].stringValue, let name = row[1].stringValue, let type = row[2].stringValue,
            case .bytes(let data) = row[4], let createdAt = row[5].stringValue, let updatedAt = row[6].stringValue,
            let isValid = row[7].intValue, let version = row[10].intValue, version > 0
        else { return nil }
        self.id = id
        self.name = name
        self.type = type
        service = row[3].stringValue
        self.data = data
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.isValid = isValid == 1
        origins = row[8].stringValue
        workflows = row[9].stringValue
        self.version = UInt64(version)
    }

    init(id: String, record: CredentialRecord, createdAt: String, updatedAt: String, isValid: Bool, version: UInt64) {
        self.id = id
        name = record.name
        type = record.type
        service = record.service
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.isValid = isValid
        origins = record.origins.map { CredentialRow.text($0.map(\.description)) }
        workflows = record.workflows.map { CredentialRow.text(Array($0)) }
        self.version = version
    }

    /// The row in a later version.
    func replaced(by record: CredentialRecord, at time: String, isValid: Bool, version: UInt64) -> CredentialRow {
        CredentialRow(
            id: id, record: record, createdAt: createdAt, updatedAt: time, isValid: isValid, version: version)
    }

    private static func text(_ items: [String]) -> String { JSON.text(.list(items.sorted().map(Value.string))) }

    /// What messages call it.
    var title: String { "credential \"\(terminalSafe(name))\"" }

    func context(_ vaultID: String) -> [UInt8] {
        JSON.bytes([
            "flowctl vault", "credentials", .string(vaultID), .string(id), .string(name), .string(type),
            service.map(Value.string) ?? .null, .string(createdAt), .string(updatedAt), .bool(isValid),
            origins.map(Value.string) ?? .null, workflows.map(Value.string) ?? .null, .uint(version),
        ])
    }

    /// nil where a time or list is not what flowctl writes.
    var info: CredentialInfo? {
        guard let created = Timestamp(rfc3339: createdAt), let updated = Timestamp(rfc3339: updatedAt) else {
            return nil
        }
        var originSet: Set<Origin>?
        if let origins {
            guard let texts = CredentialRow.list(origins) else { return nil }
            originSet = Set(texts.compactMap { Origin($0) })
            guard originSet?.count == texts.count else { return nil }
        }
        var workflowSet: Set<String>?
        if let workflows {
            guard let texts = CredentialRow.list(workflows) else { return nil }
            workflowSet = Set(texts)
        }
        return CredentialInfo(
            id: id, name: name, type: type, service: service, origins: originSet, workflows: workflowSet,
            createdAt: created, updatedAt: updated, isValid: isValid)
    }

    private static func list(_ text: String) -> [String]? {
        (try? JSON.parse(text))?.listValue?.compactMap(\.stringValue)
    }
}

/// A row of `oauth_tokens` as it is on disk, sealed.
struct TokenRow {
    /// Which of the two tokens a box holds: swapping them must show.
    enum Part: String { case access, refresh }

    var credentialID: String
    var access: [UInt8] = []
    var refresh: [UInt8]?
    var expiresAt: String?
    /// Separated by spaces.
    var scopes: String?
    var version: UInt64

    static let columns =
        "credential_id, encrypted_access_token, encrypted_refresh_token, expires_at, scopes, version"

    init(credentialID: String, expiresAt: String?, scopes: String?, version: UInt64) {
        self.credentialID = credentialID
        self.expiresAt = expiresAt
        self.scopes = scopes
        self.version = version
    }

    init?(_ row: Row) {
        guard let id = row[0].stringValue, case .bytes(let access) = row[1], let version = row[5].intValue, version > 0
        else { return nil }
        credentialID = id
        self.access = access
        if case .bytes(let refresh) = row[2] { self.refresh = refresh }
        expiresAt = row[3].stringValue
        scopes = row[4].stringValue
        self.version = UInt64(version)
    }

    /// Says whether there is a refresh token, so that one can't be taken away.
    func context(_ vaultID: String, _ part: Part, hasRefresh: Bool? = nil) -> [UInt8] {
        JSON.bytes([
            "flowctl vault", "oauth_tokens", .string(vaultID), .string(part.rawValue), .string(credentialID),
            expiresAt.map(Value.string) ?? .null, scopes.map(Value.string) ?? .null,
            .bool(hasRefresh ?? (refresh != nil)),
            .uint(version),
        ])
    }
}

import FlowCore
import FlowStore

/// A row of `credentials` as it is on disk, sealed. All of it but the data is what the data is bound to.
struct CredentialRow: CredentialColumns {
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
    init?(_ row: RawRow) {
        guard let raw = RawCredentialRow(row) else { return nil }
        id = raw.id.string
        name = raw.name.string
        type = raw.type.string
        service = raw.service?.string
        data = Array(raw.data)
        createdAt = raw.createdAt.string
        updatedAt = raw.updatedAt.string
        isValid = raw.isValid
        origins = raw.origins?.string
        workflows = raw.workflows?.string
        version = raw.version
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

    func context(_ vaultID: String) -> [UInt8] {
        var context = BoxContext("credentials", vaultID)
        write(to: &context)
        return context.bytes
    }
}

/// A row of `credentials` where SQLite has it, good until the next one comes: to prove thousands of them, nothing is
/// copied but what is shown.
struct RawCredentialRow: CredentialColumns {
    let id: RawText
    let name: RawText
    let type: RawText
    let service: RawText?
    let data: UnsafeRawBufferPointer
    let createdAt: RawText
    let updatedAt: RawText
    let isValid: Bool
    let origins: RawText?
    let workflows: RawText?
    let version: UInt64

    /// nil where the row does not have the form flowctl gives it.
    ///
    /// - Parameter row: of ``CredentialRow/columns``.
    init?(_ row: RawRow) {
        guard let id = RawText(row, 0), let name = RawText(row, 1), let type = RawText(row, 2),
            let data = row.bytes(4), let createdAt = RawText(row, 5), let updatedAt = RawText(row, 6),
            let isValid = row.integer(7), let version = row.integer(10), version > 0
        else { return nil }
        self.id = id
        self.name = name
        self.type = type
        service = RawText(row, 3)
        self.data = data
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.isValid = isValid == 1
        origins = RawText(row, 8)
        workflows = RawText(row, 9)
        self.version = UInt64(version)
    }
}

/// What both forms of a row of `credentials` say.
protocol CredentialColumns {
    associatedtype Text: ColumnText

    var id: Text { get }
    var name: Text { get }
    var type: Text { get }
    var service: Text? { get }
    var createdAt: Text { get }
    var updatedAt: Text { get }
    var isValid: Bool { get }
    var origins: Text? { get }
    var workflows: Text? { get }
    var version: UInt64 { get }
}

extension CredentialColumns {
    /// What messages call it.
    var title: String { "credential \"\(terminalSafe(name.string))\"" }

    /// Ends a context with what the row's box is bound to.
    func write(to context: inout BoxContext) {
        context.add(id)
        context.add(name)
        context.add(type)
        context.add(service)
        context.add(createdAt)
        context.add(updatedAt)
        context.add(raw: isValid ? "true" : "false")
        context.add(origins)
        context.add(workflows)
        context.add(raw: String(version))
        context.close()
    }

    /// nil where a time or list is not what flowctl writes.
    ///
    /// - Parameter limits: of rows read before.
    func info(_ limits: inout CredentialLimits) -> CredentialInfo? {
        guard let created = createdAt.withBytes(Timestamp.init(rfc3339:)),
            let updated = updatedAt == createdAt ? created : updatedAt.withBytes(Timestamp.init(rfc3339:)),
            let origins = limits.origins(origins?.string), let workflows = limits.workflows(workflows?.string)
        else { return nil }
        return CredentialInfo(
            id: id.string, name: name.string, type: type.string, service: service?.string, origins: origins,
            workflows: workflows, createdAt: created, updatedAt: updated, isValid: isValid)
    }
}

/// Reads the lists of hosts and workflows of many rows, of which most have one of a few.
struct CredentialLimits {
    private var knownOrigins: [MapKey: Set<Origin>] = [:]
    private var knownWorkflows: [MapKey: Set<String>] = [:]

    /// The inner nil stands for a column that is null; the outer one for a text that is no list of origins.
    mutating func origins(_ text: String?) -> Set<Origin>?? {
        guard let text else { return .some(nil) }
        if let known = knownOrigins[.string(text)] { return known }
        guard let texts = CredentialLimits.list(text) else { return nil }
        let origins = Set(texts.compactMap { Origin($0) })
        guard origins.count == texts.count else { return nil }
        knownOrigins[.string(text)] = origins
        return origins
    }

    /// As ``origins(_:)``.
    mutating func workflows(_ text: String?) -> Set<String>?? {
        guard let text else { return .some(nil) }
        if let known = knownWorkflows[.string(text)] { return known }
        guard let texts = CredentialLimits.list(text) else { return nil }
        knownWorkflows[.string(text)] = Set(texts)
        return Set(texts)
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
        var context = BoxContext("oauth_tokens", vaultID)
        for text in [part.rawValue, credentialID, expiresAt, scopes] { context.add(text) }
        context.add(raw: hasRefresh ?? (refresh != nil) ? "true" : "false")
        context.add(raw: String(version))
        context.close()
        return context.bytes
    }
}

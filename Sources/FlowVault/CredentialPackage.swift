package import FlowCore
import FlowCrypto

/// Credentials on their way from one vault to another, as a JSON document:
///
///     {"flowctl_credentials": 1, "credentials": [{"name": "team", "type": "slack_bot", "service": "slack",
///      "fields": {"bot_token": "…"}, "secret": ["bot_token"], "hosts": ["https://slack.com"], "workflows": null}]}
package struct CredentialPackage: Sendable {
    package var credentials: [CredentialRecord]

    private static let format: Int64 = 1

    package init(_ credentials: [CredentialRecord]) { self.credentials = credentials }

    /// Secrets stand there in clear; the caller seals them, and wipes it.
    package var bytes: [UInt8] {
        let entries = credentials.map { record -> Value in
            [
                "name": .string(record.name), "type": .string(record.type),
                "service": record.service.map(Value.string) ?? .null,
                "fields": .map(record.fields.mapValues(\.deeplyRevealed)),
                "secret": .list(record.fields.filter { $0.value.containsSecret }.map { .string($0.key.text) }),
                "hosts": CredentialPackage.list(record.origins?.map(\.description)),
                "workflows": CredentialPackage.list(record.workflows.map(Array.init)),
            ]
        }
        return JSON.bytes([
            "flowctl_credentials": .int(CredentialPackage.format), "credentials": .list(entries),
        ])
    }

    private static func list(_ texts: [String]?) -> Value {
        texts.map { .list($0.sorted().map(Value.string)) } ?? .null
    }

    /// - Parameter source: what the bytes come from, for messages.
    /// - Throws: `invalid` where they are no such document; values are never named.
    package init(_ bytes: [UInt8], source: String) throws(Failure) {
        // The parser's message would quote the text, which holds secrets.
        guard let document = try? JSON.parse(bytes), let format = document["flowctl_credentials"]?.intValue else {
            throw Failure(
                .invalid, "\(source) holds no credentials",
                hint: "give a file that \"flowctl credentials export\" wrote", code: "no_credentials")
        }
        guard format == CredentialPackage.format else {
            throw Failure(
                .invalid, "\(source) was written by a newer flowctl", hint: "update flowctl", code: "newer_format")
        }
        guard let entries = document["credentials"]?.listValue else {
            throw CredentialPackage.wrong(source, "it has no list of credentials")
        }
        credentials = []
        for (index, entry) in entries.enumerated() {
            credentials.append(try CredentialPackage.record(entry, "its credential \(index + 1)", source))
        }
    }

    private static func record(_ entry: Value, _ place: String, _ source: String) throws(Failure) -> CredentialRecord {
        guard let name = entry["name"]?.stringValue, let type = entry["type"]?.stringValue,
            let given = entry["fields"]?.mapValue
        else { throw wrong(source, "\(place) lacks a name, a type or fields") }
        try CredentialName.check(name)
        var record = CredentialRecord(
            name: name, type: type, service: entry["service"]?.stringValue, fields: given,
            workflows: try limit(entry, "workflows", place, source).map(Set.init))
        for secret in entry["secret"]?.listValue?.compactMap(\.stringValue) ?? [] {
            record.fields[secret] = record.fields[secret]?.markedSecret
        }
        guard let hosts = try limit(entry, "hosts", place, source) else { return record }
        let origins = hosts.compactMap { Origin($0) }
        guard origins.count == hosts.count else { throw wrong(source, "\(place) has hosts that are none") }
        record.origins = Set(origins)
        return record
    }

    /// What a credential is limited to; nil for no limit. One that can't be read must not vanish, nor may a part of it.
    private static func limit(
        _ entry: Value, _ key: String, _ place: String, _ source: String
    ) throws(Failure) -> [String]? {
        guard let value = entry[key], !value.isNull, !value.isAbsent else { return nil }
        let texts = value.listValue?.compactMap(\.stringValue)
        guard let texts, texts.count == value.listValue?.count else {
            throw wrong(source, "\(place) has \(key) that are no list of texts")
        }
        return texts
    }

    private static func wrong(_ source: String, _ what: String) -> Failure {
        Failure(
            .invalid, "\(source) can't be read: \(what)",
            hint: "write it again with \"flowctl credentials export\"", code: "no_credentials")
    }
}

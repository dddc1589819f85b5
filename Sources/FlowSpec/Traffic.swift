package import FlowCore

/// How often a service may be asked for one thing, as its connector says.
package struct RequestLimit: Sendable, Hashable {
    /// Whose limit it is, such as `slack.send_message`; what has one name shares it.
    package var name: String
    package var count: Int
    package var interval: Duration
    /// What else has a limit of its own, such as a channel.
    package var key: String?

    package init(_ name: String, count: Int, per interval: Duration, key: String? = nil) {
        self.name = name
        self.count = count
        self.interval = interval
        self.key = key
    }

    /// `50/min`
    package var text: String {
        let unit =
            switch interval {
            case .seconds(1): "s"
            case .seconds(60): "min"
            case .seconds(3600): "h"
            case .seconds(86_400): "d"
            default: interval.humanText
            }
        return "\(count)/\(unit)"
    }
}

/// A pause before a request, for the terminal and the journal.
package struct HTTPWait: Sendable, Hashable {
    /// What is waited for: `the rate limit of api.github.com`.
    package var reason: String
    package var duration: Duration

    package init(reason: String, duration: Duration) {
        self.reason = reason
        self.duration = duration
    }
}

/// What is known about a service and should outlive the process: JSON under a key, until it expires.
package struct SharedRecord: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable { case limit, breaker }

    package struct Key: Sendable, Hashable {
        package var kind: Kind
        /// Holds an origin and no secret.
        package var text: String

        package init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = text
        }
    }

    package var value: ValueMap
    package var expiresAt: Timestamp

    package init(_ value: ValueMap, expiresAt: Timestamp) {
        self.value = value
        self.expiresAt = expiresAt
    }
}

/// Records that all flowctl processes of one user share.
package protocol SharedRecords: Sendable {
    /// Gives `change` the record, nil where there is none, and keeps what it makes of it. No other process or task
    /// changes the record meanwhile.
    ///
    /// - Throws: a `Failure` where the records can't be read or written.
    func update<T: Sendable>(
        _ key: SharedRecord.Key, _ change: @escaping @Sendable (inout SharedRecord?) -> T
    ) async throws -> T

    /// The record as it is; nil where there is none.
    ///
    /// - Throws: as ``update(_:_:)``.
    func record(_ key: SharedRecord.Key) async throws -> SharedRecord?

    /// A name for the credential that is the same in every process and tells nothing of its secrets.
    func identity(of credential: Credential) async throws -> String
}

extension SharedRecords {
    package func record(_ key: SharedRecord.Key) async throws -> SharedRecord? { try await update(key) { $0 } }
}

/// Records of this process alone, where there is no place to share them.
package actor ProcessRecords: SharedRecords {
    private var records: [SharedRecord.Key: SharedRecord] = [:]

    package init() {}

    package func update<T: Sendable>(
        _ key: SharedRecord.Key, _ change: @escaping @Sendable (inout SharedRecord?) -> T
    ) -> T {
        change(&records[key])
    }

    package func identity(of credential: Credential) -> String { credential.name }
}

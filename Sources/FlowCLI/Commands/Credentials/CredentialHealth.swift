import FlowConnect
import FlowCore

/// How one credential stands.
struct CredentialHealth: Sendable {
    enum State: Sendable {
        /// The service takes it.
        case works
        /// The service has refused it, or it has ended.
        case broken(Failure)
        /// Nobody knows: the service couldn't be asked.
        case unreachable(Failure)
        /// There is nothing to ask, for this reason.
        case unchecked(String)
    }

    var name: String
    var type: String
    var service: String?
    var state: State
    var identity: CredentialIdentity?
    /// When it ends: what the service says, else what was noted.
    var expiresAt: Timestamp?

    /// Time that is left; negative once it has ended.
    func remaining(at now: Timestamp) -> Duration? { expiresAt?.since(now) }

    func ends(within span: Duration, at now: Timestamp) -> Bool { remaining(at: now).map { $0 <= span } ?? false }

    var isBroken: Bool { if case .broken = state { true } else { false } }
    var isUnchecked: Bool { if case .unchecked = state { true } else { false } }
    var isUnreachable: Bool { if case .unreachable = state { true } else { false } }

    /// The most pressing first: what is broken, what ends next, what couldn't be asked, then the others by name.
    static func urgency(within span: Duration, at now: Timestamp) -> (CredentialHealth, CredentialHealth) -> Bool {
        func rank(_ health: CredentialHealth) -> Int {
            if health.isBroken { return 0 }
            if health.ends(within: span, at: now) { return 1 }
            return health.isUnreachable ? 2 : 3
        }
        return { a, b in
            let (first, second) = (rank(a), rank(b))
            if first != second { return first < second }
            if first == 1, let soon = a.expiresAt, let later = b.expiresAt, soon != later { return soon < later }
            return a.name < b.name
        }
    }

    func asValue(at now: Timestamp) -> Value {
        var word = "works"
        var failure: Failure?
        var reason: String?
        switch state {
        case .works: break
        case .broken(let why): (word, failure) = ("broken", why)
        case .unreachable(let why): (word, failure) = ("unreachable", why)
        case .unchecked(let why): (word, reason) = ("not_checked", why)
        }
        return [
            "name": .string(name), "type": .string(type), "service": service.map(Value.string) ?? .null,
            "state": .string(word), "who": identity?.who.map(Value.string) ?? .null,
            "scopes": identity?.scopes.map { .list($0.map(Value.string)) } ?? .null,
            "expires_at": expiresAt.map { .string($0.rfc3339) } ?? .null,
            "days_left": remaining(at: now).map { .int($0.components.seconds / 86400) } ?? .null,
            "reason": reason.map(Value.string) ?? .null, "error": failure?.asValue ?? .null,
        ]
    }
}

extension CredentialHealth {
    /// A line, and what belongs to it below.
    func lines(within span: Duration, at now: Timestamp) -> [StyledText] {
        var lines: [StyledText]
        switch state {
        case .works:
            let isSoon = ends(within: span, at: now)
            lines = [
                "\(isSoon ? "!" : "✓", isSoon ? .yellow : .green) \(name, .bold) works\(identity?.who.map { ": \($0)" } ?? "")"
            ]
        case .broken(let failure):
            lines = ["\("✗", .red) \(name, .bold) \(failure.message)"]
            if let hint = failure.hint { lines.append("    \("hint:", .cyan) \(hint)") }
        case .unreachable(let failure):
            lines = ["\("?", .yellow) \(name, .bold) couldn't be asked: \(failure.message)"]
            if let hint = failure.hint { lines.append("    \("hint:", .cyan) \(hint)") }
        case .unchecked(let reason):
            let isSoon = ends(within: span, at: now)
            lines = ["\(isSoon ? "!" : "-", isSoon ? .yellow : .dim) \(name, .bold) not checked: \(reason)"]
        }
        if let scopes = identity?.scopes {
            lines.append("    scopes: \(scopes.isEmpty ? "none" : scopes.joined(separator: ", "))")
        }
        if let expiresAt, !isBroken { lines.append("    \(CredentialHealth.ending(expiresAt, at: now))") }
        return lines
    }

    /// `ends in 12 days, on 2030-01-31`
    private static func ending(_ time: Timestamp, at now: Timestamp) -> String {
        let hours = Int(time.since(now).components.seconds / 3600)
        let span = hours < 48 ? counted(max(0, hours), "hour") : counted(hours / 24, "day")
        return "ends in \(span), on \(time.rfc3339.prefix(10))"
    }
}

package import FlowCore

/// What a provider gave for a grant.
package struct OAuthTokens: Sendable, Hashable {
    package var access: String
    package var refresh: String?
    /// A little before the provider ends the access token; nil where it doesn't end, or nobody knows when.
    package var expiresAt: Timestamp?
    /// How long the access token lives in all, where that is known.
    package var lifetime: Duration?
    /// What was granted; nil where the provider doesn't say, which means as much as was asked for.
    package var scopes: [String]?
    /// Whose account it is, where the provider says so.
    package var account: String?
    /// Why the access token is of no use, where only the refresh token is worth keeping; ``access`` may be empty then.
    package var problem: Failure?

    package init(
        access: String, refresh: String? = nil, expiresAt: Timestamp? = nil, lifetime: Duration? = nil,
        scopes: [String]? = nil, account: String? = nil
    ) {
        self.access = access
        self.refresh = refresh
        self.expiresAt = expiresAt
        self.lifetime = lifetime
        self.scopes = scopes
        self.account = account
    }

    /// When a renewal is due: a tenth of the lifetime before the end, at most five minutes; nil where there is no end.
    package var renewalDue: Timestamp? {
        expiresAt?.adding(.zero - min((lifetime ?? .seconds(3600)) / 10, .seconds(300)))
    }

    /// Counts the life of the access token from `start`, when it was asked for. It is taken to end a minute early, or a
    /// tenth of a short life, as clocks differ.
    mutating func expire(after lifetime: Duration, from start: Timestamp) {
        self.lifetime = lifetime
        let end = start.adding(lifetime - min(lifetime / 10, .seconds(60)))
        expiresAt = end.map { Timestamp(seconds: $0.seconds) }
    }
}

extension OAuthTokens: CustomStringConvertible, CustomReflectable {
    package var description: String { "tokens" }
    /// Empty, so that no dump of a structure shows a token.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

package import FlowCore
package import FlowOAuth
package import FlowSpec

/// Where renewed tokens come from, and who hears of what goes wrong while they are kept.
package struct TokenSource: Sendable {
    /// Asks the provider; repeats by itself what may pass.
    package var renew: @Sendable (StoredGrant) async throws -> StoredGrant
    /// Told of what a run can go on with, but somebody should see to.
    package var warn: @Sendable (Failure) -> Void
    package var clock: any WallClock

    package init(
        clock: any WallClock, renew: @escaping @Sendable (StoredGrant) async throws -> StoredGrant,
        warn: @escaping @Sendable (Failure) -> Void = { _ in }
    ) {
        self.renew = renew
        self.warn = warn
        self.clock = clock
    }
}

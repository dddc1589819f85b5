import FlowCore
import FlowOAuth
import FlowTestKit
import FlowVault
import Synchronization

/// A provider that rotates refresh tokens, and ends the grant where an old one comes back.
final class FakeProvider: Sendable {
    private struct State {
        var requests = 0
        var number = 0
        var isRevoked = false
        var failures: [Failure] = []
        var problem: Failure?
    }

    let clock: ManualClock
    private let rotates: Bool
    private let state = Mutex(State())
    private let told = Mutex<[Failure]>([])
    /// Runs when a request has arrived, before it is answered.
    private let onRequest: @Sendable () async throws -> Void

    init(
        clock: ManualClock, rotates: Bool = true, onRequest: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.clock = clock
        self.rotates = rotates
        self.onRequest = onRequest
    }

    var requests: Int { state.withLock { $0.requests } }
    /// What whoever renewed was told of.
    var warnings: [Failure] { told.withLock { $0 } }

    func fail(with failures: Failure...) { state.withLock { $0.failures = failures } }
    /// Lets the next answer have a refresh token alone.
    func spoil(with problem: Failure) { state.withLock { $0.problem = problem } }
    func revoke() { state.withLock { $0.isRevoked = true } }

    var source: TokenSource {
        TokenSource(clock: clock) { [self] in
            try await renew($0)
        } warn: { [self] problem in
            told.withLock { $0.append(problem) }
        }
    }

    static let lifetime = Duration.seconds(3600)

    /// The grant of a login that has just been made.
    func login() -> StoredGrant {
        StoredGrant(
            .login, service: TokenService(url: "https://provider.test/token"),
            client: OAuthClient(id: "client-fake", secret: "secret-fake-canary"), scopes: ["read", "write"],
            tokens: tokens(state.withLock { $0.number }))
    }

    /// The app's own grant, for which nobody has asked yet.
    func machine() -> StoredGrant {
        StoredGrant(
            .clientCredentials(audience: nil), service: TokenService(url: "https://provider.test/token"),
            client: OAuthClient(id: "client-fake", secret: "secret-fake-canary"), scopes: ["read"])
    }

    private func renew(_ grant: StoredGrant) async throws -> StoredGrant {
        try await onRequest()
        let tokens: OAuthTokens = try state.withLock { state in
            state.requests += 1
            if !state.failures.isEmpty { throw state.failures.removeFirst() }
            if grant.kind == .login, grant.refreshToken != refreshToken(state.number) { state.isRevoked = true }
            if state.isRevoked {
                throw Failure(
                    .auth, "provider.test refused to renew the tokens: it was revoked (invalid_grant)",
                    hint: "log in again", code: "invalid_grant")
            }
            state.number += 1
            var tokens = self.tokens(state.number)
            tokens.problem = state.problem.take()
            return tokens
        }
        var renewed = grant
        renewed.take(tokens)
        return renewed
    }

    private func refreshToken(_ number: Int) -> String { "refresh-fake-canary-\(rotates ? number : 0)" }

    private func tokens(_ number: Int) -> OAuthTokens {
        OAuthTokens(
            access: "access-fake-canary-\(number)",
            refresh: rotates || number == 0 ? refreshToken(number) : nil,
            expiresAt: clock.now().adding(FakeProvider.lifetime), lifetime: FakeProvider.lifetime)
    }
}

extension StoredGrant {
    /// As a login stores it.
    func record(_ name: String) -> CredentialRecord {
        CredentialRecord(name: name, type: "oauth2", fields: fields)
    }
}

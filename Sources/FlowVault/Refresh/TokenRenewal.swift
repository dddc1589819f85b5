import FlowCore
import FlowOAuth
import FlowSpec

/// Keeps the tokens of a vault's credentials alive: one request renews a token, however many tasks and processes of the
/// machine want it.
///
/// In the process the first that asks does the work, and the others wait for what comes of it. Between processes a
/// ``RenewalLock`` decides, and whoever gets it looks first what is stored by then. Who waits may be cancelled; the work
/// goes on, as an answer that nobody took would be a token lost.
actor TokenRenewal {
    /// A credential with the tokens to use.
    struct Current: Sendable {
        var credential: StoredCredential
        /// When to ask again; nil where its tokens don't end, or can't be renewed.
        var renewalDue: Timestamp?
    }

    private let source: TokenSource
    /// Who waits for each renewal that is under way, by the credential's id.
    private var underWay: [String: Waiters<StoredCredential>] = [:]
    /// Answers that the vault has not got: it can't be written.
    private var unsaved: [String: Renewal.Unsaved] = [:]
    /// Renewals that failed, and until when nobody tries them again.
    private var setbacks: [String: (failure: Failure, until: Duration)] = [:]
    /// When a token was obtained in place of a refused one, by its digest.
    private var replacements: [TokenDigest: Duration] = [:]

    /// A token that is refused so soon after it took the place of a refused one is not what is at fault.
    private static let probation = Duration.seconds(60)
    /// How long a token that can't be renewed just now is used before that is tried again.
    private static let pause = Duration.seconds(60)
    /// A loop of thousands of items must not send a provider that fails as many requests.
    private static let rest = Duration.seconds(10)

    init(_ source: TokenSource) { self.source = source }

    private nonisolated var clock: any WallClock { source.clock }

    /// The credential with tokens that have not ended.
    ///
    /// - Throws: `auth` where the grant has ended; where its token can't be used any more, why it can't be renewed.
    func current(_ stored: StoredCredential, in vault: VaultFile) async throws -> Current {
        let stored = try await completed(stored, in: vault)
        guard let grant = stored.grant else { return Current(credential: stored) }
        guard grant.isDue(at: clock.now()) else {
            return Current(credential: stored, renewalDue: grant.tokens?.renewalDue)
        }
        do {
            return current(try await renew(stored, .due, in: vault))
        } catch {
            var failure = Failure(error)
            let now = clock.now()
            guard failure.kind != .auth, failure.kind != .cancelled, let end = grant.tokens?.expiresAt, now < end else {
                throw failure
            }
            failure.message =
                "the token of \(stored.quotedName) is used as it is until \(end.rfc3339): \(failure.message)"
            source.warn(failure)
            return Current(credential: stored, renewalDue: now.adding(TokenRenewal.pause).map { min($0, end) })
        }
    }

    /// The credential with another token than the one a service has refused; nil where there is none to be had.
    ///
    /// - Throws: as ``current(_:in:)``.
    func renewed(
        _ stored: StoredCredential, refused accessToken: String, in vault: VaultFile
    ) async throws -> Current? {
        let stored = try await completed(stored, in: vault)
        guard let grant = stored.grant else { return nil }
        if grant.tokens?.access != accessToken {
            // Somebody else has renewed it.
            return try await current(stored, in: vault)
        }
        if let since = replacements[try TokenDigest(stored.fields)], clock.monotonic() - since < TokenRenewal.probation
        {
            return nil
        }
        let renewed = try await renew(stored, .refused(accessToken: accessToken), in: vault)
        guard renewed.fields["access_token"]?.stringValue != accessToken else { return nil }
        replacements[try TokenDigest(renewed.fields)] = clock.monotonic()
        return current(renewed)
    }

    private func current(_ stored: StoredCredential) -> Current {
        Current(credential: stored, renewalDue: stored.grant?.tokens?.renewalDue)
    }

    /// The outcome of the renewal that is under way, or of a new one.
    private func renew(
        _ stored: StoredCredential, _ reason: Renewal.Reason, in vault: VaultFile
    ) async throws -> StoredCredential {
        let id = stored.info.id
        if let setback = setbacks[id], clock.monotonic() < setback.until { throw setback.failure }
        // What the vault has is the past; the provider would take it for a theft.
        if let lost = unsaved[id], let grant = stored.grant, grant.kind == .login, grant.service.rotates {
            throw lost.problem
        }
        if let others = underWay[id] { return try await others.wait() }
        let waiters = Waiters<StoredCredential>()
        underWay[id] = waiters
        let renewal = Renewal(reason, of: stored, in: vault, from: source)
        Task { await finish(renewal, of: id) }
        return try await waiters.wait()
    }

    private func finish(_ renewal: Renewal, of id: String) async {
        let result: Result<StoredCredential, any Error>
        do {
            let outcome = try await renewal.run()
            if let more = outcome.unsaved { unsaved[id] = more }
            result = .success(outcome.credential)
        } catch {
            let failure = Failure(error)
            setbacks[id] = (failure, clock.monotonic() + TokenRenewal.rest)
            result = .failure(failure)
        }
        underWay.removeValue(forKey: id)?.resumeAll(with: result)
    }

    /// With what could not be saved so far, which is tried again.
    private func completed(_ stored: StoredCredential, in vault: VaultFile) async throws -> StoredCredential {
        let id = stored.info.id
        guard let fields = unsaved[id]?.fields else { return stored }
        guard try fields.follow(stored) else {
            unsaved[id] = nil
            return stored
        }
        if (try? await offPool { try vault.renew(id, with: fields) }) != nil { unsaved[id] = nil }
        return stored.with(fields)
    }
}

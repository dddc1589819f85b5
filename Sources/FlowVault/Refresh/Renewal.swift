import FlowCore
import FlowOAuth
import FlowSpec

/// One renewal of a credential's tokens, from the lock to the vault.
///
/// 1. Wait for the credential's lock, and look what is stored by then: another process may have done it.
/// 2. Make room for the answer beside the vault, so that a full disk is found while nothing has changed.
/// 3. Ask the provider.
/// 4. Keep the answer there, sealed, before anything else; then change the vault, then forget the file.
///
/// Wherever a process dies after 3, the next one that opens the vault takes the answer up from the file.
struct Renewal: Sendable {
    /// Why another token is wanted.
    enum Reason: Sendable {
        /// The stored one has ended, or soon will have.
        case due
        /// A service has refused this one.
        case refused(accessToken: String)
    }

    struct Outcome: Sendable {
        var credential: StoredCredential
        /// What the vault could not be given.
        var unsaved: Unsaved?
    }

    /// Tokens that are not in the vault, and why.
    struct Unsaved: Sendable {
        var fields: RenewedFields
        var problem: Failure
    }

    let reason: Reason
    let stored: StoredCredential
    let vault: VaultFile
    let source: TokenSource

    /// A request for tokens and its repetitions take less.
    private static let patience = Duration.seconds(90)

    init(
        _ reason: Reason, of stored: StoredCredential, in vault: VaultFile, from source: TokenSource
    ) {
        self.reason = reason
        self.stored = stored
        self.vault = vault
        self.source = source
    }

    private var clock: any WallClock { source.clock }

    func run() async throws -> Outcome {
        guard let lock = try await lock() else { return try await runUnsaved() }
        defer { withExtendedLifetime(lock) {} }
        let settled = try await settled()
        let found = settled.credential
        guard let grant = try wanted(found) else { return Outcome(credential: found) }
        // The file beside the vault has the only copy of these tokens: it must not make room for the next ones.
        if let problem = settled.problem { return try await renewUnsaved(found, grant, because: problem) }
        let spill = TokenSpill(vault, credentialID: stored.info.id)
        let room: TokenSpill.Room
        do {
            room = try await offPool { try spill.makeRoom() }
        } catch {
            return try await renewUnsaved(found, grant, because: Failure(error))
        }
        defer { room.discardIfUnused() }
        let renewed: StoredGrant
        do {
            renewed = try await source.renew(grant)
        } catch {
            return try await refused(found, grant, Failure(error))
        }
        let fields = try RenewedFields(renewed, of: found)
        let isKept = room.keep(fields)
        let outcome = try await offPool { try save(fields, of: found, in: isKept ? room : nil) }
        if let problem = renewed.problem { throw unrenewed(found, problem) }
        return outcome
    }

    /// nil where there is no more need to renew anything.
    ///
    /// - Throws: `auth` where the credential is not to be used any more.
    func wanted(_ found: StoredCredential) throws(Failure) -> StoredGrant? {
        guard found.info.isValid else { throw found.isInvalid }
        guard let grant = found.grant else {
            throw Failure(
                .auth, "the token of \(found.quotedName) can't be renewed any more",
                hint: "run \"\(found.loginCommand)\"", code: "not_renewable", nothingSent: true)
        }
        switch reason {
        case .due: return grant.isDue(at: clock.now()) ? grant : nil
        case .refused(let accessToken): return grant.tokens?.access == accessToken ? grant : nil
        }
    }

    // MARK: Lock

    /// nil where nothing can be written beside the vault.
    private func lock() async throws -> RenewalLock? {
        let id = try vault.rowID(stored.info.id)
        let begin = clock.monotonic()
        var pause = Duration.milliseconds(5)
        while true {
            switch try RenewalLock.attempt(vault.path, credential: id) {
            case .held(let lock): return lock
            case .readOnly: return nil
            case .taken: break
            }
            guard clock.monotonic() - begin < Renewal.patience else {
                throw Failure(
                    .timeout,
                    "another process has been renewing the token of \(stored.quotedName) for \(Renewal.patience.humanText)",
                    hint: "look for a flowctl that hangs, and end it", code: "renewal_lock", nothingSent: true)
            }
            try await clock.sleep(pause)
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    // MARK: Vault

    /// What is stored by now.
    private func settled() async throws -> VaultFile.Settled {
        let (vault, id) = (vault, stored.info.id)
        guard let settled = try await offPool({ try vault.settle(id) }) else {
            throw Failure(
                .notFound, "the credential \(stored.quotedName) was deleted meanwhile",
                hint: "run \"\(stored.loginCommand)\"",
                code: "no_credential", nothingSent: true)
        }
        if let problem = settled.problem { source.warn(unsavedWarning(problem, isKept: true)) }
        return settled
    }

    /// - Parameter room: what keeps the answer; nil where it doesn't fit.
    private func save(
        _ fields: RenewedFields, of found: StoredCredential, in room: TokenSpill.Room?
    ) throws(Failure) -> Outcome {
        let renewed = found.with(fields)
        do throws(Failure) {
            if let room {
                try room.sync()
                guard let settled = try vault.settle(stored.info.id) else { return Outcome(credential: renewed) }
                if let problem = settled.problem { throw problem }
                return Outcome(credential: settled.credential)
            }
            _ = try vault.renew(stored.info.id, with: fields)
            return Outcome(credential: renewed)
        } catch {
            source.warn(unsavedWarning(error, isKept: room != nil))
            return Outcome(credential: renewed, unsaved: Unsaved(fields: fields, problem: error))
        }
    }

    private func unsavedWarning(_ problem: Failure, isKept: Bool) -> Failure {
        Failure(
            problem.kind, "the renewed tokens of \(stored.quotedName) are not in the vault yet: \(problem.message)",
            hint: isKept
                ? "see to that: they are kept beside the vault, and the next command takes them up"
                : "see to that before this process ends: nothing else has them",
            code: "unsaved_tokens")
    }
}

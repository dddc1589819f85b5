import FlowCore
import FlowOAuth

extension Renewal {
    /// What follows where the provider gives no tokens.
    ///
    /// - Returns: what somebody else has stored meanwhile.
    func refused(_ found: StoredCredential, _ grant: StoredGrant, _ failure: Failure) async throws -> Outcome {
        guard failure.code == "invalid_grant", grant.kind == .login else {
            var failure = unrenewed(found, failure)
            if failure.code == "invalid_client" {
                failure.hint =
                    "check \"client_id\" and \"client_secret\" of \(found.quotedName): a secret may have ended"
            }
            throw failure
        }
        var failure = failure
        failure.nothingSent = true
        let (vault, id) = (vault, found.info.id)
        let digest = try TokenDigest(found.fields)
        let hasOthers = (try? await offPool { try vault.invalidate(id, with: digest) }) == false
        // A login needs no lock.
        if hasOthers, let other = try await offPool({ try vault.credential(id: id) }), other.info.isValid {
            return Outcome(credential: other)
        }
        failure.message = "the grant of \(found.quotedName) has ended: \(failure.message)"
        failure.hint = "run \"\(found.loginCommand)\""
        throw failure
    }

    func unrenewed(_ found: StoredCredential, _ failure: Failure) -> Failure {
        var failure = failure
        failure.nothingSent = true
        failure.message = "the token of \(found.quotedName) can't be renewed: \(failure.message)"
        return failure
    }

    /// Where nothing can be kept, only what leaves the old grant as it is may be asked for.
    func runUnsaved() async throws -> Outcome {
        guard let grant = try wanted(stored) else { return Outcome(credential: stored) }
        let problem = Failure(
            .permission,
            "the vault \"\(vault.path)\" can't be written, and a renewed token of \(stored.quotedName) would be lost",
            hint: "make the vault and its folder writable", code: "read_only_vault", nothingSent: true)
        return try await renewUnsaved(stored, grant, because: problem)
    }

    /// - Parameter problem: why nothing can be kept; thrown where an answer that is lost would end the grant.
    func renewUnsaved(
        _ found: StoredCredential, _ grant: StoredGrant, because problem: Failure
    ) async throws -> Outcome {
        guard grant.kind != .login || !grant.service.rotates else { throw problem }
        let (vault, id) = (vault, stored.info.id)
        let renewed: StoredGrant
        do {
            renewed = try await source.renew(grant)
        } catch {
            return try await refused(found, grant, Failure(error))
        }
        if let problem = renewed.problem { throw unrenewed(found, problem) }
        guard let saved = try await offPool({ try vault.credential(id: id) }) else {
            return Outcome(credential: found)
        }
        let fields = try RenewedFields(renewed, of: saved)
        return Outcome(credential: saved.with(fields), unsaved: Unsaved(fields: fields, problem: problem))
    }
}

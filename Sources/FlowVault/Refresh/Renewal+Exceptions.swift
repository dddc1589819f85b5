import FlowCore
import FlowOAuth

extension Renewal {
    /// What follows where the provider gives no tokens.
    ///
    /// - Returns: what somebody else has stored meanwhile.
    func refused(_ found: StoredCredential, _ grant: StoredGrant, _ failure: Failure) async throws -> Outcome {
        var failure = failure
        failure.nothingSent = true
        guard failure.code == "invalid_grant", grant.kind == .login else {
            failure.message = "the token of \(found.quotedName) can't be renewed: \(failure.message)"
            if failure.code == "invalid_client" {
                failure.hint =
                    "check \"client_id\" and \"client_secret\" of \(found.quotedName): a secret may have ended"
            }
            throw failure
        }
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

    /// Where nothing can be kept, only what leaves the old grant as it is may be asked for.
    func runUnsaved() async throws -> Outcome {
        guard let grant = try wanted(stored) else { return Outcome(credential: stored) }
        let problem = Failure(
            .permission,
            "the vault \"\(vault.path)\" can't be written, and a renewed token of \(stored.quotedName) would be lost",
            hint: "make the vault and its folder writable", code: "read_only_vault", nothingSent: true)
        guard grant.kind != .login || !grant.service.rotates else { throw problem }
        let (vault, id) = (vault, stored.info.id)
        let renewed: StoredGrant
        do {
            renewed = try await source.renew(grant)
        } catch {
            return try await refused(stored, grant, Failure(error))
        }
        guard let saved = try await offPool({ try vault.credential(id: id) }) else {
            return Outcome(credential: stored)
        }
        let fields = try RenewedFields(renewed, of: saved)
        return Outcome(credential: saved.with(fields), unsaved: Unsaved(fields: fields, problem: problem))
    }
}

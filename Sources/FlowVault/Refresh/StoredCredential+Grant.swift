package import FlowCore
import FlowOAuth
import FlowSpec

extension StoredCredential {
    /// The grant that its tokens are renewed with; nil where they can't be.
    var grant: StoredGrant? {
        guard info.type == StoredGrant.credentialType.name,
            let grant = try? StoredGrant(fields: fields, source: description), grant.isRenewable
        else { return nil }
        return grant
    }

    /// What messages call it.
    var quotedName: String { "\"\(terminalSafe(info.name))\"" }

    /// What brings it back to life where its grant has ended.
    var loginCommand: String { "flowctl credentials login \(info.name)" }

    /// Said of a credential whose service has refused it for good.
    package var isInvalid: Failure {
        let isLogin = info.type == StoredGrant.credentialType.name
        return Failure(
            .auth, "the credential \(quotedName) is no longer valid: the service has refused it",
            hint: isLogin
                ? "run \"\(loginCommand)\"" : "give it the new secret: flowctl credentials edit \(info.name)",
            code: "credential_invalid")
    }
}

extension StoredGrant {
    /// Whether its token has ended, or will so soon that a request might come too late.
    ///
    /// A token that would live longer than any the provider gives was obtained while the clock was ahead.
    func isDue(at now: Timestamp) -> Bool {
        guard let tokens else { return true }
        guard let end = tokens.expiresAt, let due = tokens.renewalDue else { return false }
        if let lifetime = tokens.lifetime, end.since(now) > lifetime + .seconds(300) { return true }
        return now >= due
    }
}

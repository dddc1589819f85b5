import FlowConnect
import FlowCore
import FlowOAuth
import FlowSpec
import FlowVault

extension LoginDesk {
    /// Puts the grant into the vault and says what it is good for.
    func store(_ grant: StoredGrant, _ plan: LoginPlan) throws {
        let console = session.console
        console.masker.add(secretsIn: .map(grant.fields))
        var origins = plan.origins
        if plan.existing != nil {
            let own = Set(StoredGrant.credentialType.fields.map(\.name))
            try vault.edit(plan.name, isValid: true) { record in
                try requireLogin(record, plan)
                // What says how to get to the service stays, as the limits do: as they are after the time in the browser.
                var fields = grant.fields
                for (key, value) in record.fields where !own.contains(key.text) { fields[key] = value }
                record.fields = fields
                origins = record.origins.map { $0.union(plan.addedOrigins) } ?? plan.origins
                record.origins = origins
            }
        } else {
            try vault.add(
                CredentialRecord(
                    name: plan.name, type: StoredGrant.credentialType.name, fields: grant.fields, origins: origins))
        }
        warn(grant, plan)
        console.show(json: summary(grant, plan, origins)) {
            let account = grant.tokens?.account.map { " (\($0))" } ?? ""
            console.show("\("✓", .green) logged in to \(plan.provider.title)\(account): credential \(plan.name, .bold)")
        }
        if !grant.scopes.isEmpty { console.note("  it may: \(grant.scopes.joined(separator: ", "))") }
        console.note("  it is sent to \(origins.map(\.description).sorted().joined(separator: ", ")) alone")
        if connectors.testNode(forProvider: plan.provider.name) != nil {
            console.note("try it with: \(session.commandLine(["credentials", "test", plan.name]))")
        }
    }

    /// - Throws: a `Failure` where another process has put something else under the name meanwhile.
    private func requireLogin(_ record: CredentialRecord, _ plan: LoginPlan) throws(Failure) {
        guard record.type != StoredGrant.credentialType.name else { return }
        throw Failure(
            .conflict, "the credential \"\(plan.name)\" was replaced by one of type \(record.type) meanwhile",
            hint: "log in again under another name")
    }

    private func warn(_ grant: StoredGrant, _ plan: LoginPlan) {
        let console = session.console
        let missing = plan.missingScopes(grant.grantedScopes)
        if !missing.isEmpty {
            console.complain("\("warning:", .yellow) these scopes were not granted: \(missing.joined(separator: ", "))")
            console.complain("  \("hint:", .cyan) allow them in the login, and in the settings of the app")
        }
        guard !grant.isRenewable, let end = grant.tokens?.expiresAt else { return }
        console.complain(
            "\("warning:", .yellow) \(plan.provider.title) gave no refresh token: the access ends at \(end.rfc3339)")
        if let reason = plan.provider.withoutRefreshToken {
            let page = plan.provider.guide.manage.map { "; access is managed at \($0)" } ?? ""
            console.complain("  \("hint:", .cyan) \(reason)\(page)")
        }
    }

    private func summary(_ grant: StoredGrant, _ plan: LoginPlan, _ origins: Set<Origin>) -> Value {
        [
            "name": .string(plan.name), "provider": .string(plan.provider.name),
            "account": grant.tokens?.account.map(Value.string) ?? .null,
            "scopes": .list(grant.scopes.map(Value.string)),
            "expires_at": grant.tokens?.expiresAt.map { .string($0.rfc3339) } ?? .null,
            "renews": .bool(grant.isRenewable),
            "hosts": .list(origins.map(\.description).sorted().map(Value.string)),
        ]
    }
}

extension StoredGrant {
    /// nil where the provider didn't say, which is as much as was asked for.
    fileprivate var grantedScopes: [String]? { tokens?.scopes }
}

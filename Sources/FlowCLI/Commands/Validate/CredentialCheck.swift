import FlowCore
import FlowRun
import FlowSpec
import FlowVault
import FlowWorkflow

/// Whether the credentials a workflow names exist, and are for it. Asks nobody for a passphrase: a vault that stays
/// locked is a note.
struct CredentialCheck {
    private let session: Session

    init(_ session: Session) { self.session = session }

    func problems(in workflow: Workflow) async -> [Diagnostic] {
        var found: [Diagnostic] = []
        var known: Result<[String: CredentialInfo], Failure>?
        func info(_ name: String) throws(Failure) -> CredentialInfo? {
            let infos = known ?? Result { () throws(Failure) in try stored() }
            known = infos
            return try infos.get()[name]
        }
        func info(oneOf names: [String]) throws(Failure) -> CredentialInfo? {
            for name in names {
                if let found = try info(name) { return found }
            }
            return nil
        }
        for use in workflow.credentialNames where !use.names.contains(where: isInEnvironment) {
            do throws(Failure) {
                if let info = try info(oneOf: use.names) {
                    if let refusal = refusal(of: info, use) { found.append(refusal) }
                } else {
                    found.append(missing(use, among: try known?.get().keys.sorted() ?? []))
                }
            } catch {
                let message = "whether the credentials exist is not checked: \(error.message)"
                found.append(Diagnostic(.note, "credentials-not-checked", message, at: use.span, hint: error.hint))
                break
            }
        }
        for use in reads(in: workflow) where !isInEnvironment(use.name) {
            guard let info = try? info(use.name), let refusal = refusal(of: info, use) else { continue }
            found.append(refusal)
        }
        return found
    }

    /// What expressions read that no step names, each with the file it is read in.
    private func reads(in workflow: Workflow) -> [CredentialUse] {
        let named = Set(workflow.credentialNames.map(\.name))
        return ([workflow] + workflow.called).flatMap { file in
            file.secretsRead.subtracting(named).sorted()
                .map { CredentialUse(name: $0, span: SourceSpan(file.source, start: 0, end: 0)) }
        }
    }

    private func isInEnvironment(_ name: String) -> Bool {
        session.environment[CredentialName.environmentVariable(name)] != nil
    }

    private func missing(_ use: CredentialUse, among known: [String]) -> Diagnostic {
        let variable = CredentialName.environmentVariable(use.name)
        return .error(
            "missing-credential", "there is no credential \"\(use.name)\"", at: use.span,
            hint: Suggestion.didYouMean(use.name, among: known)
                ?? use.loginCommand.map { "run \"\($0)\"" }
                ?? "add it with \"flowctl credentials add \(use.name)\", or set \(variable)")
    }

    /// What a run would say; nil where the workflow may have it. A warning, as the file may be meant for another machine.
    private func refusal(of info: CredentialInfo, _ use: CredentialUse) -> Diagnostic? {
        let name = use.span.source.name
        let file = name == "-" ? nil : session.files.realPath(session.absolutePath(name))
        do throws(Failure) {
            try Credential(name: info.name, type: info.type, fields: ValueMap(), workflows: info.workflows)
                .require(workflowAt: file)
            return nil
        } catch {
            return Diagnostic(.warning, "credential-not-granted", error.message, at: use.span, hint: error.hint)
        }
    }

    /// The vault's; none where there is no vault.
    private func stored() throws(Failure) -> [String: CredentialInfo] {
        do {
            let infos = try session.vaultAccess(asks: false).vault()?.list() ?? []
            return Dictionary(infos.map { ($0.name, $0) }) { $1 }
        } catch {
            throw Failure(error)
        }
    }
}

import FlowCore
import FlowVault
import FlowWorkflow

/// Whether the credentials a workflow names exist. Asks nobody for a passphrase: a vault that stays locked is a note.
struct CredentialCheck {
    private let session: Session

    init(_ session: Session) { self.session = session }

    func missing(in workflow: Workflow) async -> [Diagnostic] {
        var found: [Diagnostic] = []
        var known: [String]?
        for use in workflow.credentialNames {
            if session.environment[CredentialName.environmentVariable(use.name)] != nil { continue }
            if known == nil {
                switch stored() {
                case .success(let names): known = names
                case .failure(let failure):
                    let message = "whether the credentials exist is not checked: \(failure.message)"
                    return found + [
                        Diagnostic(.note, "credentials-not-checked", message, at: use.span, hint: failure.hint)
                    ]
                }
            }
            guard let known, !known.contains(use.name) else { continue }
            let variable = CredentialName.environmentVariable(use.name)
            found.append(
                .error(
                    "missing-credential", "there is no credential \"\(use.name)\"", at: use.span,
                    hint: Suggestion.didYouMean(use.name, among: known)
                        ?? "add it with \"flowctl credentials add \(use.name)\", or set \(variable)"))
        }
        return found
    }

    /// Names in the vault; none where there is no vault.
    private func stored() -> Result<[String], Failure> {
        do {
            return .success(try session.vaultAccess(asks: false).vault()?.names() ?? [])
        } catch {
            return .failure(Failure(error))
        }
    }
}

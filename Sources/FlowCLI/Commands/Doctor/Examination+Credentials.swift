import FlowCore
import FlowSpec
import FlowVault

extension Examination {
    /// Credentials that come from variables, read as a run would read them.
    func credentialVariables() async -> [Finding] {
        let types = CredentialTypeIndex(connectors: session.connectors())
        let variables = session.environment.keys.filter { $0.hasPrefix(CredentialName.variablePrefix) }.sorted()
        var good: [String] = []
        var problems: [Finding] = []
        for variable in variables {
            if let problem = await problem(with: variable, types) {
                problems.append(problem)
            } else {
                good.append(variable)
            }
        }
        guard !good.isEmpty else { return problems }
        return [Finding(.fine, Examination.fromEnvironment, good.joined(separator: ", "))] + problems
    }

    private static let fromEnvironment = "credentials from the environment"

    /// nil where the variable may be a credential. Of which type text alone is, the node says that uses it: to know only
    /// what is likely allows a doubt and no more.
    private func problem(with variable: String, _ types: CredentialTypeIndex) async -> Finding? {
        guard let name = CredentialName.likely(forVariable: variable) else { return misnamed(variable) }
        let text = session.environment[variable] ?? ""
        let isText = text.first != "{" && !text.allSatisfy(\.isNewline)
        if !isText, let failure = await refusal(of: name, as: nil, types) {
            return Finding(.broken, Examination.fromEnvironment, failure.message, hint: failure.hint)
        }
        guard let likely = types.defaultType(forCredential: name),
            let failure = await refusal(of: name, as: likely, types)
        else { return nil }
        return Finding(.doubtful, Examination.fromEnvironment, failure.message, hint: failure.hint)
    }

    private func misnamed(_ variable: String) -> Finding {
        let meant = CredentialName.environmentVariable(
            String(variable.dropFirst(CredentialName.variablePrefix.count)))
        return Finding(
            .doubtful, Examination.fromEnvironment, "\(terminalSafe(variable)) stands for no credential",
            hint: CredentialName.likely(forVariable: meant) == nil
                ? "put the name of a credential behind it, as in FLOWCTL_CREDENTIAL_SLACK" : "write it as \(meant)")
    }

    private func refusal(
        of name: String, as type: CredentialType?, _ types: CredentialTypeIndex
    ) async -> Failure? {
        let resolver = CredentialResolver(
            environment: session.environment, types: types, masker: session.console.masker
        ) { nil }
        do {
            _ = try await resolver.credential(named: name, defaultType: type)
            return nil
        } catch {
            return Failure(error)
        }
    }
}

import FlowCore
import FlowRun
import FlowSpec
import FlowVault
import FlowWorkflow

/// Whether the credentials a workflow names exist, have the fields it reads, and are for it. A vault that can't be opened
/// is a note.
struct CredentialCheck {
    private let session: Session
    private let access: VaultAccess
    private let types: CredentialTypeIndex

    /// - Parameter access: is opened only where a credential is none of the environment's.
    init(_ session: Session, access: VaultAccess, types: CredentialTypeIndex) {
        self.session = session
        self.access = access
        self.types = types
    }

    /// - Parameter ofRun: leaves out what only triggers need.
    func problems(in workflow: Workflow, ofRun: Bool = false) async -> [Diagnostic] {
        let uses = workflow.credentialNames.filter { use in
            !(ofRun && use.isOfTrigger) && !use.names.contains(where: isInEnvironment)
        }
        let reads = ([workflow] + workflow.called).flatMap(\.secretReads)
        let inVault = reads.filter { !isInEnvironment($0.name) }
        var found: [Diagnostic] = []
        for read in reads where isInEnvironment(read.name) {
            if let problem = await problem(withVariableOf: read) { found.append(problem) }
        }
        guard let first = uses.first?.span ?? inVault.first?.span else { return found }
        do {
            var shelf = Shelf(try await offPool { [access] in try access.vault() })
            for use in uses { try found.append(contentsOf: problem(with: use, &shelf)) }
            for read in inVault { try found.append(contentsOf: problem(with: read, &shelf)) }
        } catch {
            let failure = Failure(error)
            let message = "whether the credentials exist is not checked: \(failure.message)"
            found.append(Diagnostic(.note, "credentials-not-checked", message, at: first, hint: failure.hint))
        }
        return found
    }

    /// What the vault has, each looked up once.
    private struct Shelf {
        private let vault: VaultFile?
        private var known: [String: StoredCredential?] = [:]

        init(_ vault: VaultFile?) { self.vault = vault }

        mutating func credential(_ name: String) throws(Failure) -> StoredCredential? {
            if let known = known[name] { return known }
            let found = try vault?.resolve(name)
            known[name] = .some(found)
            return found
        }

        func names() throws(Failure) -> [String] { try vault?.names() ?? [] }
    }

    private func problem(with use: CredentialUse, _ shelf: inout Shelf) throws(Failure) -> [Diagnostic] {
        for name in use.names {
            if let found = try shelf.credential(name) { return refusal(of: found.info, at: use.span) }
        }
        return [missing(use, among: try shelf.names())]
    }

    private func problem(with read: SecretRead, _ shelf: inout Shelf) throws(Failure) -> [Diagnostic] {
        guard let found = try shelf.credential(read.name) else {
            return [missing(CredentialUse(name: read.name, span: read.span), among: try shelf.names())]
        }
        // What a login gives comes and goes with its tokens.
        let field = found.info.type == "oauth2" ? nil : missingField(of: read, in: found.fields)
        return refusal(of: found.info, at: read.span) + [field].compactMap(\.self)
    }

    /// What a run would say of a variable that is no credential is left to it.
    private func problem(withVariableOf read: SecretRead) async -> Diagnostic? {
        guard read.field != nil else { return nil }
        let resolver = CredentialResolver(
            environment: session.environment, types: types, masker: session.console.masker
        ) { nil }
        let found = try? await resolver.credential(named: read.name, defaultType: nil)
        return found.flatMap { missingField(of: read, in: $0.fields) }
    }

    private func missingField(of read: SecretRead, in fields: ValueMap) -> Diagnostic? {
        guard let field = read.field, !read.toleratesAbsence, fields[field] == nil else { return nil }
        let known = fields.names.sorted()
        return .error(
            "missing-field", "the credential \"\(read.name)\" has no field \(JSON.quoted(field))", at: read.span,
            hint: Suggestion.didYouMean(field, among: known)
                ?? (known.isEmpty ? nil : "it has \(known.joined(separator: ", "))"))
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

    /// What a run would say; none where the workflow may have it. A warning, as the file may be meant for another machine.
    private func refusal(of info: CredentialInfo, at span: SourceSpan) -> [Diagnostic] {
        let name = span.source.name
        let file = name == "-" ? nil : session.files.realPath(session.absolutePath(name))
        do throws(Failure) {
            try Credential(name: info.name, type: info.type, fields: ValueMap(), workflows: info.workflows)
                .require(workflowAt: file)
            return []
        } catch {
            return [Diagnostic(.warning, "credential-not-granted", error.message, at: span, hint: error.hint)]
        }
    }
}

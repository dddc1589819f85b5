import FlowCore
import FlowRun
import FlowSpec
import FlowVault
import FlowWorkflow

/// Whether the credentials a workflow names exist, are of a type that its nodes take, have the fields it reads, and are
/// for it. A vault that can't be opened is a note.
struct CredentialCheck {
    private let session: Session
    private let nodes: any NodeSource
    private let types: CredentialTypeIndex
    private let shelf: CredentialShelf

    /// - Parameter access: is opened only where a credential is none of the environment's.
    init(_ session: Session, access: VaultAccess, nodes: any NodeSource, types: CredentialTypeIndex) {
        self.session = session
        self.nodes = nodes
        self.types = types
        shelf = CredentialShelf(session, access: access, types: types)
    }

    /// - Parameter ofRun: leaves out what only triggers need.
    func problems(in workflow: Workflow, ofRun: Bool = false) async -> [Diagnostic] {
        var found: [Diagnostic] = []
        for use in workflow.credentialNames where !(ofRun && use.isOfTrigger) {
            found += await problems(with: use)
        }
        // After the uses: text that a node gives a type has it where an expression reads it, too.
        for read in ([workflow] + workflow.called).flatMap(\.secretReads) {
            found += await problems(with: read)
        }
        // One note does for a vault that stays locked.
        let notes = found.indices.filter { found[$0].id == CredentialCheck.notChecked }.dropFirst()
        for index in notes.reversed() { found.remove(at: index) }
        return found
    }

    private static let notChecked = "credentials-not-checked"

    private func problems(with use: CredentialUse) async -> [Diagnostic] {
        let node = use.node.flatMap { try? nodes.node(named: $0) }
        let type = node?.spec.credentialTypes.first.flatMap(types.type)
        for name in use.names {
            switch await shelf.credential(named: name, defaultType: type) {
            case .none: continue
            case .credential(let credential):
                let refused = node?.refusal(of: credential).map {
                    Diagnostic.error("wrong-credential", $0.message, at: use.span, hint: $0.hint)
                }
                return [refused].compactMap(\.self) + refusal(of: credential, at: use.span)
            case .unusable(let failure): return [unusable(failure, at: use.span)]
            case .unknown(let failure): return [unknown(failure, at: use.span)]
            }
        }
        return [await missing(use)]
    }

    private func problems(with read: SecretRead) async -> [Diagnostic] {
        switch await shelf.credential(named: read.name, defaultType: nil) {
        case .none: return [await missing(CredentialUse(name: read.name, span: read.span))]
        case .credential(let credential):
            return refusal(of: credential, at: read.span) + [missingField(of: read, in: credential)].compactMap(\.self)
        case .unusable(let failure): return [unusable(failure, at: read.span)]
        case .unknown(let failure): return [unknown(failure, at: read.span)]
        }
    }

    private func missingField(of read: SecretRead, in credential: Credential) -> Diagnostic? {
        let fields = credential.fields
        // What a login gives comes and goes with its tokens.
        let isLogin = credential.type == "oauth2" && credential.source == .vault
        guard let field = read.field, !isLogin, !read.toleratesAbsence, fields[field] == nil else { return nil }
        let known = fields.names.sorted()
        return .error(
            "missing-field", "the credential \"\(read.name)\" has no field \(JSON.quoted(field))", at: read.span,
            hint: Suggestion.didYouMean(field, among: known)
                ?? (known.isEmpty ? nil : "it has \(known.joined(separator: ", "))"))
    }

    private func missing(_ use: CredentialUse) async -> Diagnostic {
        let variable = CredentialName.environmentVariable(use.name)
        return .error(
            "missing-credential", "there is no credential \"\(use.name)\"", at: use.span,
            hint: Suggestion.didYouMean(use.name, among: await shelf.names())
                ?? use.loginCommand.map { "run \"\($0)\"" }
                ?? "add it with \"flowctl credentials add \(use.name)\", or set \(variable)")
    }

    private func unusable(_ failure: Failure, at span: SourceSpan) -> Diagnostic {
        .error("unusable-credential", failure.message, at: span, hint: failure.hint)
    }

    private func unknown(_ failure: Failure, at span: SourceSpan) -> Diagnostic {
        let message = "whether the credentials exist is not checked: \(failure.message)"
        return Diagnostic(.note, CredentialCheck.notChecked, message, at: span, hint: failure.hint)
    }

    /// What a run would say; none where the workflow may have it. A warning, as the file may be meant for another machine.
    private func refusal(of credential: Credential, at span: SourceSpan) -> [Diagnostic] {
        let name = span.source.name
        let file = name == "-" ? nil : session.files.realPath(session.absolutePath(name))
        do throws(Failure) {
            try credential.require(workflowAt: file)
            return []
        } catch {
            return [Diagnostic(.warning, "credential-not-granted", error.message, at: span, hint: error.hint)]
        }
    }
}

/// The credentials that a run would find, each looked up once; no token is renewed.
private actor CredentialShelf {
    enum Found {
        case none
        case credential(Credential)
        /// It is there, and no run can use it.
        case unusable(Failure)
        /// The vault can't be opened.
        case unknown(Failure)
    }

    private let variables: CredentialResolver
    private let environment: [String: String]
    private let access: VaultAccess
    private var known: [String: Found] = [:]

    init(_ session: Session, access: VaultAccess, types: CredentialTypeIndex) {
        variables = CredentialResolver(
            environment: session.environment, types: types, masker: session.console.masker
        ) { nil }
        environment = session.environment
        self.access = access
    }

    /// - Parameter defaultType: what a bare secret in a variable is, as for ``CredentialSource``.
    func credential(named name: String, defaultType: CredentialType?) async -> Found {
        if let found = known[name] { return found }
        let found = await look(for: name, defaultType)
        known[name] = found
        return found
    }

    private func look(for name: String, _ defaultType: CredentialType?) async -> Found {
        if environment[CredentialName.environmentVariable(name)] != nil {
            do {
                return try await variables.credential(named: name, defaultType: defaultType).map(Found.credential)
                    ?? .none
            } catch {
                return .unusable(Failure(error))
            }
        }
        do {
            guard let stored = try await vault()?.resolve(name) else { return .none }
            guard stored.info.isValid else { return .unusable(stored.isInvalid) }
            return .credential(
                Credential(
                    name: name, type: stored.info.type, fields: stored.fields, origins: stored.info.origins,
                    workflows: stored.info.workflows))
        } catch {
            return .unknown(Failure(error))
        }
    }

    /// Those of the vault, as far as it has been opened.
    func names() async -> [String] { (try? await vault()?.names()) ?? [] }

    private func vault() async throws -> VaultFile? { try await offPool { [access] in try access.vault() } }
}

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
        let reads = ([workflow] + workflow.called).flatMap(\.secretReads)
        let possible = PossibleTypes(in: workflow, reads) { type(for: $0) }
        for use in workflow.credentialNames where !(ofRun && use.isOfTrigger) {
            found += await problems(with: use, possible)
        }
        for read in reads { found += await problems(with: read, possible) }
        // One note does for a vault that stays locked.
        let notes = found.indices.filter { found[$0].id == CredentialCheck.notChecked }.dropFirst()
        for index in notes.reversed() { found.remove(at: index) }
        return found
    }

    private static let notChecked = "credentials-not-checked"

    /// The type that a node gives a credential that has none of its own.
    private func type(for node: String) -> CredentialType? {
        (try? nodes.node(named: node))?.spec.credentialTypes.first.flatMap(types.type)
    }

    private func problems(with use: CredentialUse, _ possible: PossibleTypes) async -> [Diagnostic] {
        let node = use.node.flatMap { try? nodes.node(named: $0) }
        let own = use.node.flatMap { type(for: $0) }
        for name in use.names {
            let types = [own] + possible.types(of: name, in: use.span.source.name)
            let found = await problems(with: name, as: types, at: use.span) { credential in
                node?.refusal(of: credential).map {
                    .error("wrong-credential", $0.message, at: use.span, hint: $0.hint)
                }
            }
            if let found { return found }
        }
        return [await missing(use, own)]
    }

    private func problems(with read: SecretRead, _ possible: PossibleTypes) async -> [Diagnostic] {
        let types = possible.types(of: read.name, in: read.span.source.name)
        let found = await problems(with: read.name, as: types, at: read.span) { missingField(of: read, in: $0) }
        if let found { return found }
        return [await missing(CredentialUse(name: read.name, span: read.span), types.lazy.compactMap(\.self).first)]
    }

    /// Looks at a credential as each of the types that it may be taken for. What suits as one of them suits, as that
    /// depends on which steps run before.
    ///
    /// - Parameter objection: what speaks against a credential at this place.
    /// - Returns: the problems with the first of the types; nil where there is no such credential.
    private func problems(
        with name: String, as types: [CredentialType?], at span: SourceSpan,
        objection: (Credential) -> Diagnostic?
    ) async -> [Diagnostic]? {
        var first: [Diagnostic]?
        for type in types {
            var problems: [Diagnostic]
            switch await shelf.credential(named: name, defaultType: type) {
            case .none: return nil
            case .unknown(let failure): return [unknown(failure, at: span)]
            case .unusable(let failure): problems = [unusable(failure, at: span)]
            case .credential(let credential):
                problems = refusal(of: credential, at: span)
                guard let objection = objection(credential) else { return problems }
                problems.insert(objection, at: 0)
            }
            first = first ?? problems
        }
        return first
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

    /// - Parameter type: what the credential is taken for where it says no type itself.
    private func missing(_ use: CredentialUse, _ type: CredentialType?) async -> Diagnostic {
        let variable = CredentialName.environmentVariable(use.name)
        if let obstacle = shelf.obstacle {
            let message = "there is no credential \"\(use.name)\" in the environment, and \(obstacle.message)"
            let hint = "set \(variable), or HOME where it is in a vault"
            return .error("missing-credential", message, at: use.span, hint: hint)
        }
        // Of some names the type is clear.
        let option = types.defaultType(forCredential: use.name) == nil ? type.map { " --type \($0.name)" } ?? "" : ""
        return .error(
            "missing-credential", "there is no credential \"\(use.name)\"", at: use.span,
            hint: Suggestion.didYouMean(use.name, among: await shelf.names())
                ?? use.loginCommand.map { "run \"\($0)\"" }
                ?? "add it with \"flowctl credentials add \(use.name)\(option)\", or set \(variable)")
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

/// The credentials that a run would find; no token is renewed.
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
    private var given: [Taken: Found] = [:]
    private var stored: [String: Found] = [:]

    /// One of a variable, which is of the type that its first use gives it.
    private struct Taken: Hashable {
        let name: String
        let type: String?
    }

    init(_ session: Session, access: VaultAccess, types: CredentialTypeIndex) {
        variables = CredentialResolver(
            environment: session.environment, types: types, masker: session.console.masker
        ) { nil }
        environment = session.environment
        self.access = access
    }

    /// - Parameter defaultType: what a bare secret in a variable is, as for ``CredentialSource``.
    func credential(named name: String, defaultType: CredentialType?) async -> Found {
        guard environment[CredentialName.environmentVariable(name)] != nil else {
            if let found = stored[name] { return found }
            let found = await look(inVaultFor: name)
            stored[name] = found
            return found
        }
        let taken = Taken(name: name, type: defaultType?.name)
        if let found = given[taken] { return found }
        let found: Found
        do {
            found = try await variables.credential(named: name, defaultType: defaultType).map(Found.credential) ?? .none
        } catch {
            found = .unusable(Failure(error))
        }
        given[taken] = found
        return found
    }

    /// Why there can be no vault.
    nonisolated var obstacle: Failure? { access.obstacle }

    private func look(inVaultFor name: String) async -> Found {
        guard obstacle == nil else { return .none }
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

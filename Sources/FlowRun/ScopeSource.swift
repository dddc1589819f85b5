import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow
import Synchronization

/// Makes what expressions see, for all steps of a run.
final class ScopeSource: Sendable {
    private let workflow: Workflow
    /// The one that the run is of.
    let root: Workflow
    private let journal: (any Journal)?
    private let setup: RunSetup
    private let inputs: ValueMap
    private let vars: ValueMap
    private let event: Value
    let state: Mutex<State>

    struct State {
        var run: ValueMap
        var environment = ValueMap()
        var credentials: [String: Credential] = [:]
        /// The names of credentials that variables of `env` were made from.
        var lenders: [String: Set<String>] = [:]
        /// The names of credentials that expressions of the run read, once that was asked for.
        var readAnywhere: Set<String>?
    }

    /// - Parameters:
    ///   - workflow: the one whose expressions these are for.
    ///   - root: the one that calls it; nil where that is itself.
    ///   - journal: notes which credentials are used; nil where nothing runs.
    init(
        for workflow: Workflow, setup: RunSetup, inputs: ValueMap, vars: ValueMap, event: Value, run: ValueMap,
        within root: Workflow? = nil, journal: (any Journal)? = nil
    ) {
        self.workflow = workflow
        self.root = root ?? workflow
        self.journal = journal
        self.setup = setup
        self.inputs = inputs
        self.vars = vars
        self.event = event
        var run = run
        // Conditions of handlers may ask whether there is one.
        if run["error"] == nil { run["error"] = .null }
        state = Mutex(State(run: run))
    }

    /// Makes `run.error` what the handlers are told.
    func setError(_ failure: Failure?, step: String?) {
        guard let failure else { return }
        state.withLock { $0.run["error"] = failure.asRunError(step: step) }
    }

    /// - Parameters:
    ///   - extra: names of this evaluation alone, which come before all others.
    ///   - environment: nil for that of the workflow.
    func scope(
        in frame: Frame, reading reads: Reads, status: RunCondition = .success, secrets: Value = .map(ValueMap()),
        environment: ValueMap? = nil, extra: ValueMap = ValueMap()
    ) -> EvaluationScope {
        let world = setup.world
        let folder = FolderView(setup.workingDirectory, in: world.files)
        return EvaluationScope(
            status: status, now: { world.clock.now() }, uuid: { world.random.uuid() },
            files: ScopeFiles(paths: folder.paths, read: folder.read)
        ) { name in
            if let value = extra[name] ?? frame.variable(name) { return value }
            return switch name {
            case "steps": frame.steps(reads)
            case "inputs": .map(self.inputs)
            case "vars": .map(self.vars)
            case "event": self.event
            case "secrets": secrets
            case "env": .map(environment ?? self.state.withLock { $0.environment })
            case "run": .map(self.state.withLock { $0.run })
            default: nil
            }
        }
    }

    /// The credentials that expressions read, as `secrets` shows them.
    func secrets(_ reads: Reads) async throws -> Value {
        var map = ValueMap()
        for (name, isWhole) in reads.secrets.sorted(by: { $0.key < $1.key }) {
            guard let credential = try await credential(named: name, defaultType: nil) else {
                throw await missing(name)
            }
            var fields = credential.fields
            if credential.source == .mock {
                for field in reads.secretFields[name] ?? [] where fields[field] == nil {
                    fields[field] = .secret(.string("mock-\(field)"))
                }
            }
            let secret = credential.identifyingSecrets
            map[name] = isWhole && secret.count == 1 ? secret.first?.value ?? .null : .map(fields)
        }
        return .map(map)
    }

    /// The credential of this name, asked for once in a run and whenever its token is about to end; its secrets are
    /// masked from then on.
    func credential(named name: String, defaultType: CredentialType?) async throws -> Credential? {
        if let known = state.withLock({ $0.credentials[name] }) {
            guard let due = known.renewalDue, setup.world.clock.now() >= due else { return known }
        }
        guard let found = try await setup.credentials.credential(named: name, defaultType: defaultType) else {
            return nil
        }
        try found.require(workflowAt: workflowFile)
        remember(found)
        return found
    }

    /// The first of these credentials that there is.
    func credential(namedOneOf names: [String], defaultType: CredentialType?) async throws -> Credential? {
        for name in names {
            if let found = try await credential(named: name, defaultType: defaultType) { return found }
        }
        return nil
    }

    /// A credential that a service has refused, with another token, which all later steps and items get too.
    func renewed(_ refused: Credential) async throws -> Credential? {
        guard let renewed = try await setup.credentials.renewed(refused) else { return nil }
        remember(renewed)
        return renewed
    }

    private func remember(_ credential: Credential) {
        let name = credential.name
        // What is made up is no secret, and holds the credential's name, which would be masked with it.
        if credential.source != .mock { setup.masker.add(secretsIn: .map(credential.fields)) }
        let isFirst = state.withLock { $0.credentials.updateValue(credential, forKey: name) == nil }
        if isFirst, credential.source != .mock {
            journal?.note([.credentialUsed(name: name, at: setup.world.clock.now())])
        }
    }

    /// nil where it came through a pipe.
    private var workflowFile: String? {
        guard !workflow.source.name.hasPrefix("<") else { return nil }
        return setup.world.files.realPath(NodeContext.absolute(workflow.source.name, from: setup.workingDirectory))
    }

    /// - Parameter spec: the node that wants it; nil for an expression.
    func missing(_ name: String, for spec: NodeSpec? = nil) async -> Failure {
        Failure(
            .auth, "there is no credential \"\(name)\"",
            hint: Suggestion.didYouMean(name, among: await setup.credentials.names())
                ?? "run \"\(spec?.loginCommand(for: name) ?? "flowctl credentials add \(name)")\"", nothingSent: true)
    }

    /// Evaluates the workflow's `vars`, each of which sees those above it.
    ///
    /// - Parameter known: values that are taken as they are.
    func vars(of workflow: Workflow, known: ValueMap = ValueMap()) async throws -> ValueMap {
        var vars = ValueMap()
        for (name, template) in workflow.vars {
            if let value = known[name] {
                vars[name] = value
                continue
            }
            let reads = Reads(template.expressions)
            let scope = scope(
                in: Frame(), reading: reads, secrets: try await secrets(reads),
                extra: ValueMap([("vars", .map(vars))]))
            vars[name] = try template.evaluate(scope)
        }
        return vars
    }

    /// Evaluates the workflow's `env`, which all its steps have.
    func resolveEnvironment(_ entries: [EnvironmentEntry]) async throws {
        let resolved = try await environment(entries, in: Frame(), over: ValueMap())
        state.withLock { $0.environment = resolved }
    }

    /// The environment of a step: that of the workflow, and over it the step's own.
    ///
    /// - Parameters:
    ///   - known: variables of the step that are taken as they are.
    ///   - foresee: gives a value instead of evaluating, where not everything is known yet.
    func environment(
        of step: Step, in frame: Frame, status: RunCondition, known: ValueMap = ValueMap(),
        foresee: ((ValueTemplate, EvaluationScope) -> Value)? = nil
    ) async throws -> ValueMap {
        let common = state.withLock { $0.environment }
        guard !step.environment.isEmpty else { return common }
        return try await environment(
            step.environment, in: frame, status: status, over: common, known: known, foresee: foresee)
    }

    private func environment(
        _ entries: [EnvironmentEntry], in frame: Frame, status: RunCondition = .success, over common: ValueMap,
        known: ValueMap = ValueMap(), foresee: ((ValueTemplate, EvaluationScope) -> Value)? = nil
    ) async throws -> ValueMap {
        var result = common
        func text(of template: ValueTemplate) async throws -> Value {
            if let foresee {
                return try foresee(
                    template, scope(in: frame, reading: Reads([]), status: status, environment: result)
                )
                .environmentText()
            }
            return try await evaluate(template, in: frame, status, environment: result).environmentText()
        }
        for entry in entries {
            switch entry.origin {
            case _ where known[entry.name] != nil: result[entry.name] = known[entry.name]
            case .value(let template):
                result[entry.name] = try await text(of: template)
                noteLenders(of: entry.name, template, giving: result[entry.name])
            case .process(let variable, let fallback, _):
                guard !variable.hasPrefix("FLOWCTL_") else {
                    throw Failure(
                        .invalid, "env \"\(entry.name)\" may not take the variable \"\(variable)\"",
                        hint: "use a credential", position: entry.span)
                }
                if let value = setup.world.environment[variable] {
                    result[entry.name] = .string(value)
                } else if setup.world.unreadableVariables.contains(variable) {
                    throw Failure(
                        .invalid, "env \"\(entry.name)\" takes the variable \"\(variable)\", which is not UTF-8 text",
                        hint: "convert it, or give bytes as base64", position: entry.span)
                } else if let fallback {
                    result[entry.name] = try await text(of: fallback)
                    noteLenders(of: entry.name, fallback, giving: result[entry.name])
                } else {
                    throw Failure(
                        .invalid, "env \"\(entry.name)\" takes the variable \"\(variable)\", which is not set",
                        hint: "set it, or give a default", position: entry.span)
                }
            }
            if entry.isSecret, let value = result[entry.name], !value.isNull {
                result[entry.name] = value.markedSecret
                setup.masker.add(secretsIn: value.markedSecret)
            }
        }
        return result
    }

    private func evaluate(
        _ template: ValueTemplate, in frame: Frame, _ status: RunCondition, environment: ValueMap
    ) async throws -> Value {
        let reads = Reads(template.expressions)
        let secrets = try await secrets(reads)
        return try template.evaluate(
            scope(in: frame, reading: reads, status: status, secrets: secrets, environment: environment))
    }

    /// Evaluates a map of outputs: the workflow's or a step's.
    ///
    /// - Parameter environment: nil for that of the workflow.
    func outputs(
        _ outputs: [(name: String, value: ValueTemplate)], in frame: Frame, status: RunCondition = .success,
        environment: ValueMap? = nil, extra: ValueMap = ValueMap()
    ) async throws -> Value {
        var map = ValueMap(minimumCapacity: outputs.count)
        for (name, template) in outputs {
            let reads = Reads(template.expressions)
            let value = try template.evaluate(
                scope(in: frame, reading: reads, status: status, environment: environment, extra: extra))
            if !value.isAbsent { map[name] = value }
        }
        return .map(map)
    }
}

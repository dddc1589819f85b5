package import FlowCore
import FlowExpression
package import FlowSpec
package import FlowWorkflow

/// What a run would do, as far as that can be known without doing it: nothing is sent or changed.
///
/// What depends on a result is shown as the expression that will give it: `‹steps.x.output.id›`.
package struct DryRun: Sendable {
    /// One step as a dry run shows it.
    package struct Entry: Sendable {
        package var path: String
        /// How deep it stands inside blocks; 0 at the top.
        package var depth: Int
        package var node: String
        /// Such as `if ‹steps.a.status == "failed"›` and `for each of 3 items`.
        package var remarks: [String]
        /// Its condition is false already.
        package var isSkipped: Bool
        package var previews: [Preview]
        /// Why its arguments can't be made.
        package var failure: Failure?
    }

    private let workflow: Workflow
    private let setup: RunSetup
    private let inputs: ValueMap
    private let event: Value
    private var scopes: ScopeSource
    private var foresight = Foresight(unknown: ["steps", "secrets", "run"])

    package init(_ workflow: Workflow, inputs: ValueMap = ValueMap(), event: Value = .null, setup: RunSetup) {
        self.workflow = workflow
        self.setup = setup
        self.inputs = inputs
        self.event = event
        setup.masker.add(secretsIn: .map(inputs))
        scopes = ScopeSource(
            for: workflow, setup: setup, inputs: inputs, vars: ValueMap(), event: event, run: ValueMap())
    }

    /// Makes `env`, and as far as they are known, `vars`.
    private mutating func prepare() async throws {
        try await scopes.resolveEnvironment(workflow.env)
        var vars = ValueMap()
        for (name, template) in workflow.vars {
            let scope = scopes.scope(
                in: Frame(), reading: Reads([]), extra: ValueMap([("vars", .map(vars))]))
            if template.expressions.contains(where: foresight.isOpen)
                || (try? foresight.strictValue(of: template, scope)) == nil
            {
                foresight.placeholders.insert("vars.\(name)")
            }
            vars[name] = foresight.value(of: template, scope)
        }
        guard !vars.isEmpty else { return }
        scopes = ScopeSource(for: workflow, setup: setup, inputs: inputs, vars: vars, event: event, run: ValueMap())
        try await scopes.resolveEnvironment(workflow.env)
    }

    /// All steps in file order, handlers after the others.
    ///
    /// - Throws: a `Failure` where a step uses a node that doesn't exist, or `env` can't be made.
    package func entries() async throws -> [Entry] { try await entries(below: "", depth: 0) }

    private func entries(below base: String, depth: Int) async throws -> [Entry] {
        var prepared = self
        try await prepared.prepare()
        return try await prepared.allEntries(below: base, depth: depth)
    }

    private func allEntries(below base: String, depth: Int) async throws -> [Entry] {
        var found: [Entry] = []
        for (prefix, steps) in [
            ("", workflow.steps), ("on_failure/", workflow.onFailure), ("on_success/", workflow.onSuccess),
            ("finally/", workflow.finally),
        ] {
            found += try await entries(steps, base + prefix, depth: depth, foresight)
        }
        return found
    }

    private func entries(
        _ steps: [Step], _ prefix: String, depth: Int, _ foresight: Foresight
    ) async throws -> [Entry] {
        var found: [Entry] = []
        var foresight = foresight
        foresight.skipped.subtract(steps.map(\.id))
        for step in inRunOrder(steps) {
            let (entry, inner) = try await entry(step, prefix, depth, foresight)
            found.append(entry)
            guard !entry.isSkipped else {
                foresight.skipped.insert(step.id)
                continue
            }
            if case .call(let call) = step.kind {
                do {
                    found += try await entries(of: call, entry, inner)
                } catch {
                    found[found.count - 1].failure = setup.masker.mask(Failure(error))
                }
            }
            for branch in branches(of: step, inner) {
                var foresight = inner
                if branch.prefix == Step.handlerPrefix { foresight.unknown.insert("error") }
                var steps = try await entries(
                    branch.steps, "\(entry.path)/\(branch.prefix)", depth: depth + 1, foresight)
                if let label = branch.label {
                    for index in steps.indices where steps[index].depth == depth + 1 {
                        steps[index].remarks.insert(label, at: 0)
                    }
                }
                found += steps
            }
        }
        return found
    }

    /// The steps of a workflow that a step calls; what isn't known of its inputs is shown in them.
    private func entries(of call: Step.Call, _ entry: Entry, _ foresight: Foresight) async throws -> [Entry] {
        let scope = scopes.scope(in: Frame(), reading: Reads([]))
        var values = ValueMap()
        var placeholders: Set<String> = []
        for (name, template) in call.arguments {
            if template.expressions.contains(where: foresight.isOpen) { placeholders.insert("inputs.\(name)") }
            values[name] = try foresight.strictValue(of: template, scope)
        }
        let inputs: ValueMap
        do throws(InputErrors) {
            inputs = try InputBinding.bind(call.workflow.inputs, values: values) { [setup] path throws(Failure) in
                // An earlier step may make the file.
                (try? setup.world.files.readableFile(path, from: setup.workingDirectory))
                    ?? FileReference(path: path, size: 0)
            }
        } catch {
            // A placeholder is text where the value may have another type.
            guard !placeholders.isEmpty else { throw error.failure(of: call) }
            inputs = ValueMap(
                call.workflow.inputs.map(\.parameter).map { ($0.name, values[$0.name] ?? $0.defaultValue ?? .absent) })
        }
        var part = DryRun(call.workflow, inputs: inputs, setup: setup)
        part.foresight.placeholders = placeholders
        return try await part.entries(below: "\(entry.path)/", depth: entry.depth + 1)
    }

    /// The lists inside a step that may run: of a `switch`, the case that is known already.
    private func branches(of step: Step, _ foresight: Foresight) -> [Step.Branch] {
        guard case .switch(let choice) = step.kind, !foresight.isOpen(choice.value),
            let value = try? choice.value.evaluate(scopes.scope(in: Frame(), reading: Reads([]))),
            let known = try? choice.branch(for: value)
        else { return step.branches }
        return [choice.branches[known]] + step.branches.dropFirst(choice.branches.count)
    }

    /// File order, or where there is none, an order in which the steps can run.
    private func inRunOrder(_ steps: [Step]) -> [Step] {
        guard workflow.order == .graph else { return steps }
        var plan = Plan(StepGraph(steps, order: .graph))
        var found: [Step] = []
        while let next = plan.next() {
            plan.end(next, as: .passed)
            found.append(steps[next])
        }
        return found
    }

    private func entry(
        _ step: Step, _ prefix: String, _ depth: Int, _ foresight: Foresight
    ) async throws -> (Entry, Foresight) {
        let prepared = try PreparedStep([step], 0, of: workflow, Preparation(nodes: setup.nodes))
        var entry = Entry(
            path: prefix + step.id, depth: depth, node: prepared.nodeName, remarks: [], isSkipped: false, previews: [])
        var inner = foresight
        let outside = scopes.scope(in: Frame(), reading: Reads([]))
        if let cause = foresight.skipCause(of: step) {
            entry.isSkipped = true
            entry.remarks.append("skipped: \"\(cause)\" was skipped")
            return (entry, inner)
        }
        if let condition = step.condition {
            let isUnknown = prepared.asksForStatus || foresight.isOpen(condition)
            switch isUnknown ? nil : try? condition.evaluate(outside).boolValue {
            case true?: break
            case false?:
                entry.isSkipped = true
                entry.remarks.append("skipped: \(condition.falseCondition(in: outside, setup.masker))")
                return (entry, inner)
            case nil: entry.remarks.append("if ‹\(condition.source)›")
            }
        }
        if let loop = step.loop {
            entry.remarks.append(remark(on: loop.items, foresight, outside))
            inner.unknown.formUnion([loop.variable, "index"])
        }
        if let repetition = step.repetition {
            let words = "\(repetition.kind.rawValue) ‹\(repetition.condition.source)›"
            entry.remarks.append("\(words), at most \(repetition.maxIterations) times")
            inner.unknown.formUnion([Step.Repetition.index, Step.Repetition.last])
        }
        if case .switch(let choice) = step.kind { entry.remarks.append("by ‹\(choice.value.source)›") }
        do {
            entry.previews = try await previews(prepared, inner)
        } catch {
            entry.failure = setup.masker.mask(Failure(error))
        }
        return (entry, inner)
    }

    private func remark(on items: Step.Loop.Items, _ foresight: Foresight, _ scope: EvaluationScope) -> String {
        switch items {
        case .list(let template):
            let items = foresight.value(of: template, scope)
            return items.listValue.map { "for each of \($0.count) items" }
                ?? "for each of \(items.stringValue ?? JSON.text(items))"
        case .matrix(let matrix):
            guard !matrix.template.expressions.contains(where: foresight.isUnknown),
                let combinations = try? items.evaluate(scope).listValue
            else { return "for each combination of its matrix" }
            return "for each of \(combinations.count) combinations"
        }
    }

    private func previews(_ prepared: PreparedStep, _ foresight: Foresight) async throws -> [Preview] {
        guard let node = prepared.node, case .node(_, _, let templates) = prepared.step.kind else { return [] }
        let frame = Frame()
        let environment = try await scopes.environment(
            of: prepared.step, in: frame, status: .success, foresee: foresight.value)
        let scope = scopes.scope(in: frame, reading: Reads([]), environment: environment)
        var values = ValueMap()
        var hasUnknown = false
        for (name, template) in templates {
            hasUnknown = hasUnknown || template.expressions.contains(where: foresight.isOpen)
            values[name] = try foresight.strictValue(
                of: template, scope, below: [name], inspect: node.spec.parameter(name)?.computed?.objection)
        }
        let arguments: Arguments
        do throws(Failure) {
            arguments = try node.spec.bind(values)
        } catch {
            // A placeholder is text where the value may have another type.
            guard hasUnknown else { throw error }
            for parameter in node.spec.parameters where values[parameter.name] == nil {
                values[parameter.name] = parameter.defaultValue
            }
            arguments = Arguments(values)
        }
        var folder = setup.workingDirectory
        if let template = prepared.step.workingDirectory ?? workflow.defaults.workingDirectory,
            let text = foresight.text(of: template, scope)
        {
            folder = NodeContext(world: setup.world, workingDirectory: folder).absolutePath(text)
        }
        var context = NodeContext(
            world: setup.world, credential: try await credential(prepared.step, node.spec, foresight, scope),
            effect: prepared.step.effect ?? node.effect(of: arguments), retry: prepared.retry,
            timeout: prepared.timeout, workingDirectory: folder,
            environment: Dictionary(environment.map { ($0.key.text, $0.value) }) { $1 },
            filesDirectory: setup.filesRoot, baseURL: setup.baseURL?.url(for: node.spec))
        if let key = prepared.step.idempotencyKey?.text {
            context.idempotencyKey = try foresight.idempotencyKey(of: key, scope)
            context.isKeyGiven = true
        }
        let previews = try node.preview(arguments, in: context)
        let lent = try await lent(to: prepared)
        let given = Reads(templates.flatMap(\.value.expressions)).secrets
        for case .request(let request) in previews where !request.url.contains(Foresight.mark) {
            guard let origin = Origin(request.url) else { continue }
            for credential in lent where given[credential.name] != nil {
                if let granted = credential.origins { try credential.require(origin, among: granted) }
            }
        }
        return previews.map(masked)
    }

    /// The credentials that a step's expressions read.
    ///
    /// - Throws: `permission` where they are not for this workflow. One that is missing is no reason not to show what
    ///   would be done with it.
    private func lent(to step: PreparedStep) async throws -> [Credential] {
        var lent: [Credential] = []
        for name in step.reads.secrets.keys.sorted() {
            do {
                if let found = try await scopes.credential(named: name, defaultType: nil) { lent.append(found) }
            } catch {
                let failure = Failure(error)
                if failure.kind == .permission { throw failure }
            }
        }
        return lent
    }

    private func credential(
        _ step: Step, _ spec: NodeSpec, _ foresight: Foresight, _ scope: EvaluationScope
    ) async throws -> Credential? {
        let type = spec.credentialTypes.first.flatMap(setup.credentialType)
        if let template = step.credential?.name {
            guard let name = foresight.text(of: template, scope) else { return nil }
            if let found = try await scopes.credential(named: name, defaultType: type) { return found }
            throw await scopes.missing(name, for: spec)
        }
        guard spec.needsCredential else { return nil }
        if let found = try await scopes.credential(namedOneOf: spec.usualCredentials, defaultType: type) {
            return found
        }
        throw await scopes.missing(spec.group, for: spec)
    }

    private func masked(_ preview: Preview) -> Preview {
        switch preview {
        case .text(let text): return .text(setup.masker.mask(text))
        case .request(var request):
            request.url = setup.masker.mask(request.url)
            request.headers = HTTPHeaders(request.headers.fields.map { ($0.name, setup.masker.mask($0.value)) })
            if case .bytes(let bytes) = request.body {
                request.body = .bytes(Array(setup.masker.mask(String(decoding: bytes, as: UTF8.self)).utf8))
            }
            return .request(request)
        }
    }
}

/// Evaluates what is known now, and puts `‹expression›` where something is not.
private struct Foresight: Sendable {
    /// What a placeholder begins with.
    static let mark = "‹"
    /// Names that have no value before the run.
    var unknown: Set<String>
    /// Variables and inputs that have a placeholder for a value, as `vars.mode`. They are shown with it, and nothing is
    /// decided by it.
    var placeholders: Set<String> = []
    /// Ids of the steps that are sure to be skipped, of the list that is looked at and those around it.
    var skipped: Set<String> = []

    /// The step whose skip reaches this one; nil where none does.
    func skipCause(of step: Step) -> String? {
        skipped.isEmpty ? nil : step.skippedWith.intersection(skipped).min()
    }

    func isUnknown(_ expression: Expression) -> Bool {
        expression.references.contains { unknown.contains($0.root) }
    }

    /// Whether what an expression gives is not known before the run.
    func isOpen(_ expression: Expression) -> Bool {
        isUnknown(expression)
            || expression.references.contains { reference in
                guard let name = reference.members.first else {
                    return placeholders.contains { $0.hasPrefix("\(reference.root).") }
                }
                return placeholders.contains("\(reference.root).\(name)")
            }
    }

    /// The value, or where evaluating fails the placeholder.
    func value(of template: ValueTemplate, _ scope: EvaluationScope) -> Value {
        (try? strictValue(of: template, scope)) ?? .string(template.expressions.map(placeholder).joined())
    }

    func strictValue(
        of template: ValueTemplate, _ scope: EvaluationScope, below keys: [String] = [],
        inspect: ValueTemplate.Inspection? = nil
    ) throws(Failure) -> Value {
        try template.evaluate(below: keys, inspect: inspect) { template throws(Failure) in
            try value(of: template, scope).unwrapped
        }
    }

    /// The text of a name or path; nil where it isn't known yet.
    func text(of template: Template, _ scope: EvaluationScope) -> String? {
        guard !template.expressions.contains(where: isUnknown) else { return nil }
        return try? template.evaluate(scope).stringValue
    }

    func idempotencyKey(of template: Template, _ scope: EvaluationScope) throws(Failure) -> String {
        guard template.expressions.contains(where: isUnknown) else { return try template.idempotencyKey(in: scope) }
        return try value(of: template, scope).stringValue ?? ""
    }

    private func value(of template: Template, _ scope: EvaluationScope) throws(Failure) -> Value {
        guard template.expressions.contains(where: isUnknown) else { return try template.evaluate(scope) }
        var text = ""
        for part in template.parts {
            switch part {
            case .text(let literal): text += literal
            case .expression(let expression):
                text +=
                    isUnknown(expression) ? placeholder(expression) : try expression.evaluate(scope).formatted()
            }
        }
        return .string(text)
    }

    private func placeholder(_ expression: Expression) -> String {
        // The name of a credential is no secret; what it gives is shown as what it is.
        expression.references.contains { $0.root == "secrets" }
            ? Masker.replacement : "\(Foresight.mark)\(expression.source.trimmed)›"
    }
}

import FlowCore
import FlowExpression
import FlowSpec

/// Checks what only the whole file can tell: order, the names that expressions use, and the types they have.
struct WorkflowCheck {
    private let workflow: Workflow
    let catalog: SpecCatalog
    var references: ReferenceCheck
    private var order = OrderCheck()
    private var absence = AbsenceCheck()
    /// What the types of expressions show.
    var types = Diagnostics()
    /// Of the workflow's outputs.
    private(set) var outputType = StaticType.dynamic

    /// What the order of the steps and the names in expressions show.
    var namesAndOrder: Diagnostics {
        var all = order.diagnostics
        all.add(contentsOf: absence.diagnostics.all)
        all.add(contentsOf: references.diagnostics.all)
        return all
    }

    init(_ workflow: Workflow, catalog: SpecCatalog) {
        self.workflow = workflow
        self.catalog = catalog
        let lists = [workflow.steps, workflow.onFailure, workflow.onSuccess, workflow.finally]
        var inner: [String: String] = [:]
        for list in lists { WorkflowCheck.collectInner(of: list, into: &inner) }
        references = ReferenceCheck(innerSteps: inner)
    }

    private static func collectInner(of steps: [Step], into inner: inout [String: String]) {
        for step in steps {
            for branch in step.branches {
                for child in branch.steps where inner[child.id] == nil { inner[child.id] = step.id }
                collectInner(of: branch.steps, into: &inner)
            }
        }
    }

    mutating func run() {
        var scope = NameScope()
        scope.seesSteps = false
        scope.members = ["inputs": [:], "env": [:]]
        for input in workflow.inputs { scope.members["inputs"]?[input.parameter.name] = input.valueType }
        check(workflow.env, &scope)
        scope.members["vars"] = [:]
        for (index, (name, value)) in workflow.vars.enumerated() {
            scope.pendingVars = workflow.vars[index...].map(\.name)
            let type = check(value, in: scope, place: "vars").widened
            scope.members["vars"]?[name] = type
        }
        scope.pendingVars = []
        if let concurrency = workflow.concurrency {
            var known = scope
            known.members["env"] = nil
            check(text: concurrency.group, in: known, place: "concurrency")
        }
        scope.members["run"] = StepTypes.run
        check(text: workflow.defaults.workingDirectory, in: scope, place: "working_directory")

        scope.seesSteps = true
        let after = scope.adding(check(workflow.steps, in: scope))
        outputType = check(workflow.outputs, in: after)
        for handlers in [workflow.onFailure, workflow.onSuccess, workflow.finally] { _ = check(handlers, in: after) }
    }

    // MARK: Steps

    /// - Returns: the list as it is seen from behind it.
    private mutating func check(_ steps: [Step], isParallel: Bool = false, in outer: NameScope) -> ListScope {
        var list = ListScope(steps, order: workflow.listOrder(isParallel: isParallel))
        order.check(list)
        for (index, step) in steps.enumerated() {
            let output = check(step, in: outer.adding(list.seen(by: index)))
            list.learn(output, of: step)
        }
        return list
    }

    /// - Returns: the type of its output, of one item's where it is a loop.
    private mutating func check(_ step: Step, in outer: NameScope) -> StaticType {
        if let condition = step.condition { check(condition: condition, in: outer, place: "if") }
        check(text: step.name, in: outer, place: "name")
        var scope = outer
        if let loop = step.loop {
            bind(loop, in: &scope)
            check(text: loop.key, in: scope, place: "key", needs: .string.joined(with: .int))
        }
        if let repetition = step.repetition {
            scope = scope.adding(variables: [Step.Repetition.index: .int, Step.Repetition.last: .dynamic])
            check(condition: repetition.condition, in: scope, place: repetition.kind.rawValue)
        }
        check(text: step.credential?.name, in: scope, place: "credential", needs: .string)
        check(idempotencyKeyOf: step, in: scope)
        check(text: step.workingDirectory, in: scope, place: "working_directory", needs: .string)
        check(step.environment, &scope)
        let (result, inside) = checkKind(of: step, in: scope)
        var output = result
        if let steps = step.onError {
            let handlers = check(steps, in: outer.adding(variables: ["error": StepTypes.failure]))
            scope = scope.adding(handlers)
            output = output.orNull
        }
        // None may have run at all.
        if step.repetition?.kind == .while { output = output.orNull }
        absence.check(step)
        guard let outputs = step.outputs else { return output }
        if let inside { return check(outputs, in: scope.adding(inside)) }
        scope.ownStep = (step.id, output)
        return check(outputs, in: scope.adding(variables: ["output": output]))
    }

    /// Adds what each item of a loop is seen as.
    private mutating func bind(_ loop: Step.Loop, in scope: inout NameScope) {
        switch loop.items {
        case .list(let items):
            scope = scope.adding(variables: [loop.variable: item(of: items, in: scope)])
        case .matrix(let matrix):
            _ = check(matrix.template, in: scope, place: "matrix")
            if let names = matrix.names {
                scope.members[loop.variable] = Dictionary(names.map { ($0, .dynamic) }) { first, _ in first }
            } else {
                scope = scope.adding(variables: [loop.variable: .dynamic])
            }
        }
        scope = scope.adding(variables: ["index": .int])
    }

    /// What the loop's variable holds.
    private mutating func item(of list: ValueTemplate, in scope: NameScope) -> StaticType {
        let items = check(list, in: scope, place: "for_each")
        guard items.may(beOneOf: [.list, .stream]) else {
            types.error(
                "not-a-list", "\"for_each\" must be a list, found \(items.withArticle)", at: list.span,
                hint: TypeHint.conversion(from: items, to: .list, list.written))
            return .dynamic
        }
        return items.may(be: .stream) ? .dynamic : items.item?.widened ?? .dynamic
    }

    /// - Returns: the type of its output, and the list of the steps inside where it has one.
    private mutating func checkKind(of step: Step, in scope: NameScope) -> (StaticType, ListScope?) {
        switch step.kind {
        case .node(let name, _, let arguments): return (check(arguments, of: name, in: scope), nil)
        case .call(let call):
            check(call.arguments, of: call.path, Signature(call.path, call.workflow.inputs), in: scope)
            return (call.workflow.outputType, nil)
        case .assert(let that, let message):
            check(condition: that, in: scope, place: "assert")
            check(text: message, in: scope, place: "assert")
            return (.null, nil)
        case .wait(let wait):
            check(wait, in: scope)
            return (.null, nil)
        case .switch(let choice):
            check(choice, in: scope)
            return (.null, ListScope(step.children, order: workflow.listOrder()))
        case .block(let steps): return (.null, check(steps, in: scope))
        case .parallel(let steps): return (.null, check(steps, isParallel: true, in: scope))
        }
    }

    private mutating func check(_ choice: Step.Switch, in scope: NameScope) {
        references.check([choice.value], in: scope, place: "switch")
        let type = choice.value.type(scope.types(for: choice.value), &types)
        if !type.may(beOneOf: [.string, .int, .uint, .double, .bool]) {
            types.error(
                "wrong-type", "\"switch\" must be a string, a number or a bool, found \(type.withArticle)",
                at: choice.value.span)
        }
        for branch in choice.branches { _ = check(branch.steps, in: scope) }
    }

    private mutating func check(idempotencyKeyOf step: Step, in scope: NameScope) {
        guard let (key, span) = step.idempotencyKey, case .node(let name, _, _) = step.kind else { return }
        check(text: key, in: scope, place: "idempotency_key", needs: .string.joined(with: .int))
        let texts = key.parts.compactMap { if case .text(let text) = $0 { text } else { nil } }
        if !IdempotencyKey.mayHold(texts.joined()) || key.isLiteral && texts.joined().isEmpty {
            references.report(
                "bad-key", "\"idempotency_key\" must be \(IdempotencyKey.form)", at: span, hint: IdempotencyKey.hint)
        }
        if let spec = catalog.known(name), spec.givenKeyLifetime == nil {
            references.report(
                "no-idempotency-key", "\(name) takes no idempotency key", at: span,
                hint: "leave it out: what it writes to knows none")
        } else if scope.isRepeated, key.expressions.allSatisfy({ $0.functions.isDisjoint(with: ["uuid", "now"]) }),
            key.expressions.flatMap(\.references).allSatisfy({ !scope.mayDiffer($0.root) })
        {
            references.report(
                "same-key", "\"idempotency_key\" is the same each time the step is repeated", at: span,
                hint: "let it depend on what differs, as in ${{ run.id }}-${{ index }}")
        }
    }

    private mutating func check(_ wait: Step.Wait, in scope: NameScope) {
        switch wait {
        case .duration(let value):
            let type = check(value, in: scope, place: "wait")
            require(
                type, fits: ParameterType.duration.accepted, value, saying: "\"wait\" must be a duration",
                hint: "write one such as 30s")
        case .until(let value):
            let type = check(value, in: scope, place: "wait")
            require(
                type, fits: ParameterType.timestamp.accepted, value, saying: "\"until\" must be a timestamp",
                hint: "write one such as 2026-01-31T09:00:00Z")
        }
    }

    // MARK: Values

    private mutating func check(_ entries: [EnvironmentEntry], _ scope: inout NameScope) {
        for entry in entries {
            let type: StaticType
            switch entry.origin {
            case .value(let value): type = check(value, in: scope, place: "env", takesSecrets: true)
            case .process(_, let fallback?, _):
                type = check(fallback, in: scope, place: "env", takesSecrets: true).joined(with: .string)
            case .process(_, nil, _): type = .string
            }
            scope.members["env", default: [:]][entry.name] = StepTypes.variable(holding: type)
        }
    }

    /// - Returns: the type of the map they make.
    private mutating func check(
        _ outputs: [(name: String, value: ValueTemplate)], in scope: NameScope
    ) -> StaticType {
        .record(
            outputs.map { name, value in
                (name, check(value, in: scope, place: "the output \"\(name)\"").widened)
            })
    }

    private mutating func check(
        _ value: ValueTemplate, in scope: NameScope, place: String, takesSecrets: Bool = false
    ) -> StaticType {
        let expressions = value.expressions
        if !expressions.isEmpty {
            references.check(expressions, in: scope, place: place, takesSecrets: takesSecrets)
        }
        // Null stands for a value whose mistakes were reported, too.
        if case .literal(.null) = value.content { return .dynamic }
        return value.type(scope.types(for:), &types)
    }

    /// - Parameter needed: what it must be where it is one expression; nil where any text will do.
    private mutating func check(
        text template: Template?, in scope: NameScope, place: String, needs needed: StaticType? = nil
    ) {
        guard let template, !template.isLiteral else { return }
        references.check(template.expressions, in: scope, place: place)
        let type = template.type(scope.types(for:), &types)
        guard let needed, !needed.overlaps(type), let written = template.expressions.first else { return }
        types.error(
            "wrong-type", "\"\(place)\" must be \(needed.withArticle), found \(type.withArticle)", at: written.span,
            hint: TypeHint.conversion(from: type, to: needed, written.source))
    }
}

import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension WorkflowReader {
    /// One list of steps. What has mistakes is kept in part, so that these don't cause others.
    mutating func steps(_ node: SourceNode, key: String) -> [Step] {
        guard let items = node.list else {
            node.expected("a list of steps", for: key, hint: "start each step with \"- \"", &diagnostics)
            return []
        }
        if items.isEmpty, ["steps", "parallel", "on_error"].contains(key) {
            diagnostics.error("no-steps", "\"\(key)\" holds no step", at: node.span, hint: "add a step")
        }
        var names = StepNames(explicit: items.compactMap { $0["id"]?.string })
        var steps: [Step] = []
        steps.reserveCapacity(items.count)
        for item in items {
            if let step = step(item, names: &names) { steps.append(step) }
        }
        return steps
    }

    private mutating func step(_ node: SourceNode, names: inout StepNames) -> Step? {
        guard let map = MapDecoder(node, Keywords.step, &diagnostics) else { return nil }
        let found = Keywords.work.filter(map.has)
        guard let work = found.first else {
            let isKnownWrong = map.entries.contains { !Keywords.step.known.contains($0.key) }
            // An unknown or later key may well be the work that is missing.
            if !isKnownWrong {
                diagnostics.error(
                    "no-work", "the step says nothing to do", at: map.start,
                    hint: "give one of \(Keywords.work.joined(separator: ", "))")
            }
            return placeholder(map, node, names: &names)
        }
        for other in found.dropFirst() {
            diagnostics.error(
                "two-works", "a step can't have both \"\(work)\" and \"\(other)\"",
                at: map.entry(other)?.keySpan ?? map.start, hint: "make two steps of it")
        }
        checkCompanions(map, work: work)

        let kind = kind(map, work: work)
        var step = Step(id: "", hasExplicitID: map.has("id"), kind: kind ?? .block([]), span: node.span)
        step.id = id(map, work: work, kind: kind, names: &names)
        readCommon(map, &step)
        step.loop = loop(map)
        step.repetition = repetition(map)
        return step
    }

    /// Stands for a step without work, which is reported, so that others may name it.
    private mutating func placeholder(_ map: MapDecoder, _ node: SourceNode, names: inout StepNames) -> Step {
        var step = Step(id: "", hasExplicitID: map.has("id"), kind: .block([]), span: node.span)
        step.id = id(map, work: "step", kind: nil, names: &names)
        readCommon(map, &step)
        step.loop = loop(map)
        return step
    }

    private mutating func id(_ map: MapDecoder, work: String, kind: Step.Kind?, names: inout StepNames) -> String {
        guard let node = map.node("id") else {
            guard work == "uses" else { return names.make(from: work) }
            return switch kind {
            case .node(let name, _, _): names.make(from: name)
            case .call(let call): names.make(from: WorkflowReader.stem(of: call.path))
            default: names.make(from: work)
            }
        }
        guard let id = node.decodeString(for: "id", &diagnostics) else { return names.make(from: work) }
        check(id: id, "the id", at: node.span)
        if Identifier.handlers.contains(id) {
            diagnostics.error(
                "bad-id", "the id \(JSON.quoted(id)) is the name of a handler",
                at: node.span, hint: "choose another name, such as \(id)_2")
        }
        if let first = names.claim(id, at: node.span) {
            diagnostics.error(
                "duplicate-id", "the id \"\(id)\" is taken by the step on line \(first.position.line)", at: node.span,
                hint: "choose another id")
        }
        return id
    }

    private mutating func checkCompanions(_ map: MapDecoder, work: String) {
        for entry in map.entries {
            if let allowed = Keywords.companions[entry.key], !allowed.contains(work) {
                let hint =
                    switch (entry.key, work) {
                    case ("with", "run"): "pass values in env:"
                    case ("timeout", _): "remove it: it takes no time"
                    default: "move it to a step with \(allowed.joined(separator: " or "))"
                    }
                diagnostics.error(
                    "misplaced-key", "\"\(entry.key)\" can't go with \"\(work)\"", at: entry.keySpan, hint: hint)
            }
            checkLoop(entry, map)
            checkRepetition(entry, map)
        }
    }

    private mutating func checkLoop(_ entry: SourceNode.Entry, _ map: MapDecoder) {
        guard Keywords.loop.contains(entry.key), !map.has("for_each"), entry.key == "as" || !map.has("matrix") else {
            return
        }
        if let repetition = ["while", "until"].first(where: map.has) {
            diagnostics.error(
                "misplaced-key", "\"\(entry.key)\" can't go with \"\(repetition)\"", at: entry.keySpan,
                hint: "remove it; iterations run one after the other")
        } else {
            diagnostics.error(
                "misplaced-key", "\"\(entry.key)\" needs \"for_each\"", at: entry.keySpan, hint: "add for_each")
        }
    }

    private mutating func checkRepetition(_ entry: SourceNode.Entry, _ map: MapDecoder) {
        guard Keywords.repetition.contains(entry.key), !map.has("while"), !map.has("until") else { return }
        diagnostics.error(
            "misplaced-key", "\"\(entry.key)\" needs \"while\" or \"until\"", at: entry.keySpan,
            hint: "add until, or remove it")
    }

    /// What every kind of step may have.
    private mutating func readCommon(_ map: MapDecoder, _ step: inout Step) {
        step.name = map.node("name").flatMap { template($0, key: "name") }
        step.condition = map.node("if").flatMap { condition($0, key: "if") }
        step.needs = map.strings("needs", &diagnostics)?.map { ($0.text, $0.span) }
        step.environment = environment(map)
        step.workingDirectory = map.node("working_directory").flatMap { template($0, key: "working_directory") }
        step.retry = map.node("retry").flatMap { retry($0) }
        step.timeout = timeout(map)
        step.effect = map.choice("effect", &diagnostics)
        if map.has("uses"), let node = map.node("idempotency_key") {
            step.idempotencyKey = template(node, key: "idempotency_key").map { ($0, node.span) }
        }
        step.usesCache = map.bool("cache", &diagnostics) ?? true
        step.continueOnError = map.bool("continue_on_error", &diagnostics) ?? false
        step.onError = map.node("on_error").map { steps($0, key: "on_error") }
        if map.has("outputs") { step.outputs = values(map, "outputs") }
        if let node = map.node("credential"), let template = template(node, key: "credential") {
            step.credential = (template, node.span)
            if template.isLiteral, let name = node.string {
                credentialNames.append(CredentialUse(name: name, node: map.node("uses")?.string, span: node.span))
            }
        }
    }

    private mutating func timeout(_ map: MapDecoder) -> Duration? {
        guard let entry = map.entry("timeout-minutes") else { return map.duration("timeout", &diagnostics) }
        if map.has("timeout") {
            diagnostics.error(
                "duplicate-key", "\"timeout-minutes\" is another spelling of \"timeout\", which is given too",
                at: entry.keySpan, hint: "remove one of the two")
            return nil
        }
        guard let minutes = map.int("timeout-minutes", in: 1...1_000_000, &diagnostics) else { return nil }
        diagnostics.note(
            "spelling", "\"timeout-minutes\" is taken as \"timeout\"", at: entry.keySpan,
            hint: "write timeout: \(minutes)m")
        return .seconds(60 * minutes)
    }

    private mutating func loop(_ map: MapDecoder) -> Step.Loop? {
        if let entry = map.entry("matrix"), map.has("for_each") {
            diagnostics.error(
                "two-loops", "a step can't have both \"for_each\" and \"matrix\"", at: entry.keySpan,
                hint: "put one of them on a block around the step")
        }
        guard let node = map.node("for_each") ?? map.node("matrix") else { return nil }
        let maxParallel = map.int("max_parallel", in: 1...10_000, &diagnostics) ?? 1
        let onItemError = map.choice("on_item_error", as: Step.Loop.OnError.self, &diagnostics) ?? .stop
        let collect = map.choice("collect", as: Step.Loop.Collect.self, &diagnostics) ?? .outputs
        let nothing = ValueTemplate(.literal([]), span: node.span)
        if !map.has("for_each") {
            return Step.Loop(
                items: .matrix(matrix(node) ?? Matrix(template: nothing, names: nil)), variable: Matrix.variable,
                maxParallel: maxParallel, onItemError: onItemError, collect: collect,
                key: key(map, seeing: "\(Matrix.variable).NAME"))
        }
        let items = listOrExpression(node, key: "for_each", noun: "a list") ?? nothing
        var variable = "item"
        if let node = map.node("as"), let name = node.decodeString(for: "as", &diagnostics) {
            check(id: name, "the name", at: node.span)
            if name == "index" {
                diagnostics.error(
                    "bad-id", "the name \"index\" is the number of the item", at: node.span, hint: "choose another name"
                )
            }
            variable = name
        }
        return Step.Loop(
            items: .list(items), variable: variable, maxParallel: maxParallel, onItemError: onItemError,
            collect: collect, key: key(map, seeing: "\(variable).id"))
    }

    private mutating func key(_ map: MapDecoder, seeing example: String) -> Template? {
        guard let node = map.node("key"), let key = template(node, key: "key") else { return nil }
        if key.isLiteral {
            diagnostics.error(
                "same-key", "\"key\" is the same for every item", at: node.span,
                hint: "let it depend on the item, as in ${{ \(example) }}")
        }
        return key
    }

    mutating func retry(_ node: SourceNode) -> RetryPolicy? {
        if case .scalar(.int) = node.content {
            return node.decodeInt(for: "retry", in: 0...1000, &diagnostics).map { RetryPolicy(max: $0) }
        }
        guard node.map != nil else {
            node.expected("a number or a map", for: "retry", &diagnostics)
            return nil
        }
        guard let map = MapDecoder(node, Keywords.retry, &diagnostics) else { return nil }
        _ = map.required("max", &diagnostics)
        var policy = RetryPolicy(max: map.int("max", in: 0...1000, &diagnostics) ?? 0)
        policy.backoff = map.choice("backoff", &diagnostics) ?? policy.backoff
        policy.initial = map.duration("initial", &diagnostics) ?? policy.initial
        policy.maxInterval = map.duration("max_interval", &diagnostics) ?? max(policy.maxInterval, policy.initial)
        policy.jitter = map.bool("jitter", &diagnostics) ?? policy.jitter
        if let on = map.list("on", &diagnostics) {
            policy.on = Set(on.compactMap { $0.decodeChoice(for: "on", as: FailureKind.self, &diagnostics) })
        }
        if policy.maxInterval < policy.initial, let entry = map.entry("max_interval") {
            diagnostics.error(
                "out-of-range", "\"max_interval\" is shorter than \"initial\"", at: entry.value.span,
                hint: "make it at least as long")
        }
        return policy
    }
}

/// The ids of one list of steps.
struct StepNames {
    private var taken: Set<String>
    private var claimed: [String: SourceSpan] = [:]
    /// The last number each base was given, so that a long list of one node doesn't try all from 1.
    private var ordinals: [String: Int] = [:]

    /// - Parameter explicit: ids that the file gives; generated ones keep out of their way, and of that of handlers.
    init(explicit: [String]) { taken = Identifier.handlers.union(explicit) }

    /// The place where the id was claimed before; nil where it is new.
    mutating func claim(_ id: String, at span: SourceSpan) -> SourceSpan? {
        if let first = claimed[id] { return first }
        claimed[id] = span
        return nil
    }

    /// `send_message` of `slack.send_message`, then `send_message_2`.
    mutating func make(from node: String) -> String {
        let operation = node.split(separator: ".").last.map(String.init) ?? node
        var base = Identifier.mended(operation) ?? operation
        if Identifier.objection(to: base, allowsContexts: true) != nil { base = "step" }
        var id = base
        var ordinal = ordinals[base] ?? 1
        while !taken.insert(id).inserted {
            ordinal += 1
            id = "\(base)_\(ordinal)"
        }
        ordinals[base] = ordinal
        return id
    }
}

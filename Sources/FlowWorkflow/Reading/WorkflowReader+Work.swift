import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension WorkflowReader {
    /// What a step does; nil where it was reported.
    mutating func kind(_ map: MapDecoder, work: String) -> Step.Kind? {
        guard let node = map.node(work) else { return nil }
        switch work {
        case "uses": return uses(node, map)
        case "run": return script(node, map)
        case "steps": return .block(steps(node, key: "steps"))
        case "parallel": return .parallel(steps(node, key: "parallel"))
        case "switch": return choice(node)
        case "assert": return assertion(node)
        default: return wait(node)
        }
    }

    private mutating func uses(_ node: SourceNode, _ map: MapDecoder) -> Step.Kind? {
        let entries = map.map("with", &diagnostics) ?? []
        let arguments = entries.map { entry in
            NodeArgument(entry, ValueTemplate.compile(entry.value, diagnostics: &diagnostics))
        }
        guard let name = node.decodeString(for: "uses", &diagnostics) else { return nil }
        if WorkflowPath.isPath(name), let kind = call(name, at: node.span, arguments, map) { return kind }
        if let spec = spec(name, at: node.span) {
            check(arguments, of: Signature(spec), at: node.span)
            checkCredential(map, spec, at: node.span)
        }
        return .node(
            name: name, nameSpan: node.span,
            arguments: arguments.compactMap { argument in argument.value.map { (argument.name, $0) } })
    }

    /// The node's description; nil, reported, where there is none.
    mutating func spec(_ name: String, at span: SourceSpan) -> NodeSpec? {
        if name.contains("${{") {
            diagnostics.error(
                "computed-node", "a node's name can't be computed", at: span,
                hint: "write a step for each node and choose with if:")
            return nil
        }
        // What is wrong with it is reported.
        if WorkflowPath.isPath(name) { return nil }
        switch catalog.spec(name) {
        case .success(let spec?): return spec
        case .success(nil):
            diagnostics.error("unknown-node", "unknown node \(JSON.quoted(name))", at: span, hint: nearestNode(name))
        case .failure(let failure):
            diagnostics.error(
                "broken-node", "the node \"\(name)\" is broken: \(failure.message)", at: span, hint: failure.hint)
        }
        return nil
    }

    private func nearestNode(_ name: String) -> String {
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return "write ./\(name) for the file of a workflow" }
        let names = catalog.nodes.names
        if let near = Suggestion.didYouMean(name, among: names) { return near }
        let group = name.prefix { $0 != "." }
        let operation = name.drop { $0 != "." }.dropFirst()
        let siblings = names.filter { $0.prefix { $0 != "." } == group }
        if let near = Suggestion.nearest(
            to: String(operation), among: siblings.map { $0.drop { $0 != "." }.dropFirst() }.map(String.init))
        {
            return "did you mean \"\(group).\(near)\"?"
        }
        return siblings.isEmpty
            ? "run \"flowctl nodes list\" for those there are"
            : "run \"flowctl nodes list \(group)\" for those there are"
    }

    private mutating func checkCredential(_ map: MapDecoder, _ spec: NodeSpec, at span: SourceSpan) {
        if let entry = map.entry("credential"), spec.credentialTypes.isEmpty {
            diagnostics.error(
                "no-credential", "\"\(spec.name)\" takes no credential", at: entry.keySpan, hint: "remove it")
        }
        if !map.has("credential"), spec.needsCredential {
            credentialNames.append(
                CredentialUse(
                    name: spec.group, others: Array(spec.usualCredentials.dropFirst()), node: spec.name,
                    loginCommand: spec.loginCommand(for: spec.group), span: span))
        }
    }

    /// `run:` is `shell.run` with the text as its command.
    private mutating func script(_ node: SourceNode, _ map: MapDecoder) -> Step.Kind? {
        guard node.decodeString(for: "run", &diagnostics) != nil else { return nil }
        let parts = [("command", node), ("shell", map.node("shell") ?? defaultShell), ("parse", map.node("parse"))]
        var arguments: [(name: String, value: ValueTemplate)] = []
        for case (let name, let node?) in parts {
            guard let value = ValueTemplate.compile(node, diagnostics: &diagnostics) else { continue }
            if name != "parse" {
                refuseTemplates(
                    in: value, of: name == "command" ? "run" : name,
                    remedy: name == "command"
                        ? "pass the value in env: and read it as \"$NAME\"" : "write the program's name")
            }
            arguments.append((name, value))
        }
        if let shell = map.node("shell") { _ = shell.decodeString(for: "shell", &diagnostics) }
        if let parse = map.node("parse") { checkParse(parse) }
        let span = map.entry("run")?.keySpan ?? node.span
        return .node(name: "shell.run", nameSpan: span, arguments: arguments)
    }

    private mutating func checkParse(_ node: SourceNode) {
        guard let text = node.decodeString(for: "parse", &diagnostics), !["json", "lines"].contains(text) else {
            return
        }
        diagnostics.error(
            "unknown-value", "\(JSON.quoted(text)) is not a value of \"parse\"", at: node.span,
            hint: Suggestion.didYouMean(text, among: ["json", "lines"]) ?? "use one of json, lines")
    }

    private mutating func assertion(_ node: SourceNode) -> Step.Kind? {
        guard let map = MapDecoder(node, Keywords.assertion, &diagnostics) else { return nil }
        let message = map.node("message").flatMap { template($0, key: "message") }
        guard let that = map.required("that", &diagnostics), let expression = condition(that, key: "that") else {
            return nil
        }
        return .assert(that: expression, message: message)
    }

    private mutating func wait(_ node: SourceNode) -> Step.Kind? {
        guard let map = MapDecoder(node, Keywords.wait, &diagnostics) else { return nil }
        if map.has("for") == map.has("until") {
            diagnostics.error(
                "bad-wait", "\"wait\" takes one of \"for\" and \"until\"", at: map.start, hint: "write wait: {for: 30s}"
            )
            return nil
        }
        if let node = map.node("for") {
            guard let value = ValueTemplate.compile(node, diagnostics: &diagnostics) else { return nil }
            if case .literal = value.content { _ = node.decodeDuration(for: "for", &diagnostics) }
            return .wait(.duration(value))
        }
        guard let node = map.node("until"), let value = ValueTemplate.compile(node, diagnostics: &diagnostics) else {
            return nil
        }
        if case .literal(let literal) = value.content, literal.stringValue.flatMap(Timestamp.init(rfc3339:)) == nil {
            diagnostics.error(
                "bad-timestamp", "\(literal.shortText) is no timestamp", at: node.span,
                hint: "write one such as 2026-01-31T09:00:00Z")
        }
        return .wait(.until(value))
    }
}

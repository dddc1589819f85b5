package import FlowCore
import FlowExpression
package import FlowSpec
package import FlowYAML

/// A workflow file to a checked workflow: every mistake of the file is told in one go.
package struct WorkflowReader {
    var diagnostics = Diagnostics()
    let catalog: SpecCatalog
    let called: CalledWorkflows
    /// `defaults.shell`, which each `run:` without its own takes.
    var defaultShell: SourceNode?
    var credentialNames: [CredentialUse] = []
    /// Every `switch`, to be held against the inputs.
    var choices: [Step.Switch] = []

    /// - Parameters:
    ///   - nodes: what `uses` may name.
    ///   - files: gives the files that `uses` may name.
    ///   - typeMistakes: how grave it is what the types of expressions show. A run that began with a file goes on with
    ///     it, even where a later version of the check finds more.
    /// - Returns: nil where there is any error, also in a workflow that it calls.
    package static func read(
        _ source: SourceText, nodes: any NodeSource, files: any WorkflowFiles, limits: YAMLLimits = YAMLLimits(),
        typeMistakes: Diagnostic.Severity = .error, diagnostics: inout Diagnostics
    ) -> Workflow? {
        let called = CalledWorkflows(by: source, files, limits: limits, typeMistakes: typeMistakes)
        return read(source, catalog: SpecCatalog(nodes), called: called, &diagnostics)
    }

    static func read(
        _ source: SourceText, catalog: SpecCatalog, called: CalledWorkflows, _ diagnostics: inout Diagnostics
    ) -> Workflow? {
        var found = Diagnostics()
        defer { diagnostics.add(contentsOf: found.all) }
        // What is too long to be read is not searched either.
        let isReadable = source.bytes.count <= called.limits.bytes
        let source = isReadable ? HardCodedSecrets.check(source, &found) : source
        guard let root = YAML.read(source, limits: called.limits, diagnostics: &found) else { return nil }
        var reader = WorkflowReader(catalog: catalog, called: called)
        let workflow = reader.workflow(root)
        found.add(contentsOf: reader.diagnostics.all)
        guard var workflow else { return nil }
        ForeignTemplates(workflow).check(root, &found)
        var check = WorkflowCheck(workflow, catalog: reader.catalog)
        check.run()
        workflow.outputType = check.outputType
        found.add(contentsOf: check.namesAndOrder.all)
        for var mistake in check.types.all {
            if mistake.severity == .error { mistake.severity = called.typeMistakes }
            found.add(mistake)
        }
        return found.hasErrors ? nil : workflow
    }

    private init(catalog: SpecCatalog, called: CalledWorkflows) {
        self.catalog = catalog
        self.called = called
    }

    private mutating func workflow(_ root: SourceNode) -> Workflow? {
        let source = root.span.source
        if let keys = root.map, !keys.contains(where: { $0.key == "steps" }),
            let entry = keys.first(where: { $0.key == "connector" })
        {
            diagnostics.error(
                "no-workflow", "this is a connector, not a workflow", at: entry.keySpan,
                hint: "check it with: flowctl connectors lint \(source.name.asShellWord)")
            return nil
        }
        guard let map = MapDecoder(root, Keywords.workflow, &diagnostics) else { return nil }
        var workflow = Workflow(source: source, name: WorkflowReader.stem(of: source.name))
        if let name = map.string("name", &diagnostics) { workflow.name = name }
        workflow.description = map.string("description", &diagnostics)
        for entry in map.map("labels", &diagnostics) ?? [] {
            workflow.labels[entry.key] = entry.value.decodeString(for: entry.key, &diagnostics)
        }
        if let on = map.node("on") {
            workflow.triggers = triggers(on)
            for index in credentialNames.indices { credentialNames[index].isOfTrigger = true }
            noteWhatNothingListensTo(workflow.triggers)
        }
        workflow.inputs = (map.map("inputs", &diagnostics) ?? []).map { input($0) }
        workflow.env = environment(map)
        workflow.vars = values(map, "vars")
        if let defaults = map.node("defaults") { workflow.defaults = stepDefaults(defaults) }
        workflow.timeout = map.duration("timeout", &diagnostics)
        workflow.concurrency = map.node("concurrency").flatMap { concurrency($0) }
        workflow.order = map.choice("order", &diagnostics) ?? .file
        if let steps = map.required("steps", &diagnostics) { workflow.steps = self.steps(steps, key: "steps") }
        workflow.onFailure = map.node("on_failure").map { steps($0, key: "on_failure") } ?? []
        workflow.onSuccess = map.node("on_success").map { steps($0, key: "on_success") } ?? []
        workflow.finally = map.node("finally").map { steps($0, key: "finally") } ?? []
        workflow.outputs = values(map, "outputs")
        checkCases(against: workflow.inputs)
        workflow.credentialNames = credentialNames
        return workflow
    }

    /// `digest` of `dir/digest.yaml`.
    static func stem(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        for suffix in [".yaml", ".yml"] where file.hasSuffix(suffix) && file.count > suffix.count {
            return String(file.dropLast(suffix.count))
        }
        return file
    }

    private mutating func stepDefaults(_ node: SourceNode) -> StepDefaults {
        var defaults = StepDefaults()
        guard let map = MapDecoder(node, Keywords.defaults, &diagnostics) else { return defaults }
        defaults.timeout = map.duration("timeout", &diagnostics)
        defaults.retry = map.node("retry").flatMap { retry($0) }
        defaults.shell = map.string("shell", &diagnostics)
        defaultShell = map.node("shell")
        defaults.workingDirectory = map.node("working_directory").flatMap { template($0, key: "working_directory") }
        return defaults
    }

    /// Named values: `vars`, `outputs`.
    mutating func values(_ map: MapDecoder, _ key: String) -> [(name: String, value: ValueTemplate)] {
        (map.map(key, &diagnostics) ?? []).map { entry in
            check(id: entry.key, "the name", at: entry.keySpan, allowsContexts: true)
            return (entry.key, value(entry.value))
        }
    }

    /// A value with templates; null where they are reported, so that its name is still known.
    mutating func value(_ node: SourceNode) -> ValueTemplate {
        ValueTemplate.compile(node, diagnostics: &diagnostics) ?? ValueTemplate(.literal(.null), span: node.span)
    }

    /// Reports a name that can't be an id.
    mutating func check(id: String, _ noun: String, at span: SourceSpan, allowsContexts: Bool = false) {
        guard let objection = Identifier.objection(to: id, allowsContexts: allowsContexts) else { return }
        diagnostics.error(
            "bad-id", "\(noun) \(JSON.quoted(id)) \(objection)", at: span,
            hint: Identifier.mended(id).map { "write \($0)" } ?? "choose another name")
    }
}

/// Nodes with their descriptions, each asked for once.
final class SpecCatalog {
    let nodes: any NodeSource
    private var known: [String: Result<(any Node)?, Failure>] = [:]

    init(_ nodes: any NodeSource) { self.nodes = nodes }

    func spec(_ name: String) -> Result<NodeSpec?, Failure> { node(name).map { $0?.spec } }

    /// nil where there is none, or it is broken.
    func known(_ name: String) -> NodeSpec? { (try? spec(name).get()) ?? nil }

    /// The type of the node's output; dynamic where there is no such node.
    func outputType(of name: String, _ arguments: WrittenArguments) -> StaticType {
        guard case .success(let node?) = node(name) else { return .dynamic }
        return node.outputType(of: arguments)
    }

    private func node(_ name: String) -> Result<(any Node)?, Failure> {
        if let found = known[name] { return found }
        let result: Result<(any Node)?, Failure>
        do {
            result = .success(try nodes.node(named: name))
        } catch let diagnostic as Diagnostic {
            result = .failure(Failure(.invalid, diagnostic.message, hint: diagnostic.hint, position: diagnostic.span))
        } catch {
            result = .failure(Failure(error))
        }
        known[name] = result
        return result
    }
}

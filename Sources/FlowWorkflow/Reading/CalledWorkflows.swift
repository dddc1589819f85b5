import FlowCore
import FlowYAML

/// The workflows that a file calls, and those that these call. Each file is read once, however many steps call it.
final class CalledWorkflows {
    let limits: YAMLLimits
    let typeMistakes: Diagnostic.Severity
    private let files: any WorkflowFiles
    /// The files that are being read, each called by the one before it.
    private var chain: [String]
    /// nil where a file has mistakes, which are reported.
    private var known: [String: Workflow?] = [:]

    /// Calls within calls; more are a mistake rather than a wish.
    static let maximumDepth = 10

    init(
        by source: SourceText, _ files: any WorkflowFiles, limits: YAMLLimits, typeMistakes: Diagnostic.Severity
    ) {
        self.files = files
        self.limits = limits
        self.typeMistakes = typeMistakes
        chain = [WorkflowPath.normal(source.name)]
    }

    /// The workflow that `path` names in the file being read; nil, reported, where there is none to be had.
    func workflow(
        at path: String, span: SourceSpan, catalog: SpecCatalog, _ diagnostics: inout Diagnostics
    ) -> Workflow? {
        let name = WorkflowPath.resolved(path, in: chain.last ?? "")
        if let first = chain.firstIndex(of: name) {
            let cycle = (chain[first...] + [name]).joined(separator: " → ")
            diagnostics.error(
                "cycle", "workflows call each other: \(cycle)", at: span,
                hint: "remove one of these calls; for_each repeats a step")
            return nil
        }
        if let known = known[name] { return known }
        guard chain.count <= CalledWorkflows.maximumDepth else {
            let names = chain.joined(separator: " → ")
            diagnostics.error(
                "too-deep", "workflows call each other more than \(CalledWorkflows.maximumDepth) deep: \(names)",
                at: span, hint: "put steps of one into its caller")
            return nil
        }
        let source: SourceText
        do throws(Failure) {
            source = try files.source(named: name)
        } catch {
            diagnostics.error(
                "unreadable", error.message, at: span,
                hint: "the path starts at the folder of the file that it stands in")
            return nil
        }
        chain.append(name)
        defer { chain.removeLast() }
        let workflow = WorkflowReader.read(source, catalog: catalog, called: self, &diagnostics)
        known[name] = workflow
        return workflow
    }
}

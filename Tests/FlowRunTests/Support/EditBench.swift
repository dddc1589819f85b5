import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow

/// Runs a workflow, and takes the run up with another version of its files. A step whose value begins with `bad` fails.
struct EditBench {
    private let bench: Bench
    private let nodes: NodeCatalog
    private let files: OneFile?

    /// - Parameters:
    ///   - files: nil where none may be read.
    ///   - pages: what `test.pages` gives.
    ///   - work: is done before each step ends.
    init(
        _ pages: PagedScript = PagedScript([]), files: OneFile? = nil,
        work: @escaping @Sendable (ScriptedNodes.Call) async throws -> Void = { _ in }
    ) {
        bench = Bench { call in
            try await work(call)
            if call.text.hasPrefix("bad") { throw Failure(.conflict, "no") }
            return call.value
        }
        nodes = NodeCatalog([pages, bench.nodes])
        self.files = files
    }

    private var setup: RunSetup {
        bench.setup { setup in
            setup.nodes = nodes
            if let files { setup.world.files = files }
        }
    }

    /// What the steps were asked for.
    var said: [String] { bench.nodes.said }

    func history() throws -> RunHistory { try bench.history() }

    /// Changes the state database, as if something else had been written.
    func change(_ statements: [String]) throws {
        let database = try Database.open(bench.database, mode: .readWrite)
        for statement in statements { try database.execute(statement) }
    }

    private func read(_ text: String, calling files: [String: String]) throws -> Workflow {
        var diagnostics = Diagnostics()
        let stored = StoredWorkflowFiles(files.mapValues { Array($0.utf8) })
        guard
            let workflow = WorkflowReader.read(
                SourceText(name: "test.yaml", text: text), nodes: nodes, files: stored, diagnostics: &diagnostics)
        else {
            throw Failure(.invalid, diagnostics.all.map(\.message).joined(separator: "; "))
        }
        return workflow
    }

    func run(
        _ text: String, calling files: [String: String] = [:], inputs: ValueMap = ValueMap(),
        labels: [String: String] = [:]
    ) async throws -> RunResult {
        try await Executor.start(
            try read(text, calling: files), inputs: inputs, labels: labels, setup: setup, store: bench.store()
        ).run()
    }

    func plan(
        _ text: String, calling files: [String: String] = [:], rerun: [String] = [], keep: [String] = []
    ) async throws -> (plan: ResumePlan, edit: EditedFile) {
        let history = try bench.history()
        let summary = try history.run(named: "latest")
        let stored = try history.stored(summary)
        let old = try read(
            String(decoding: stored.snapshot.source, as: UTF8.self),
            calling: stored.snapshot.calledFiles.mapValues { String(decoding: $0, as: UTF8.self) })
        var edit = try await EditedFile(
            stored, unfinished: { try history.unfinishedCalls(of: summary) }, from: old,
            to: try read(text, calling: files), connectors: ["acme": "2"], version: "2", setup: setup)
        edit.rerun = rerun
        edit.keep = keep
        var request = ResumeRequest()
        request.edit = edit
        return (try ResumePlan(request, of: edit.workflow, summary, history, at: bench.clock.now()), edit)
    }

    func resume(
        _ text: String, calling files: [String: String] = [:], rerun: [String] = [], keep: [String] = []
    ) async throws -> RunResult {
        let (plan, edit) = try await plan(text, calling: files, rerun: rerun, keep: keep)
        return try await Executor.resume(
            "latest", options: plan.options, snapshot: edit.snapshot, setup: setup, store: bench.store()
        ) { _, _ in edit.workflow }.run()
    }

    /// The steps of the plan with what becomes of them.
    func outlook(_ plan: ResumePlan) -> [String] {
        plan.entries.map { "\($0.path) \($0.fate.rawValue) \($0.change ?? "-")" }
    }
}

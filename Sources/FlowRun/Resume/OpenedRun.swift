import FlowCore
import FlowExpression
import FlowSpec
import FlowStore
import FlowWorkflow

/// A run's workflow and what it was started with, ready for its steps.
///
/// Making it writes nothing, so that what keeps a run from going on shows before the run is taken up.
struct OpenedRun {
    let workflow: Workflow
    let setup: RunSetup
    let inputs: ValueMap
    let vars: ValueMap
    let event: Value
    let program: PreparedWorkflow
    private let run: StoredRun

    /// - Throws: a `Failure` where a step uses a node that doesn't exist, or a stored value can't be opened.
    init(_ workflow: Workflow, _ run: StoredRun, _ setup: RunSetup) throws {
        var setup = setup
        setup.workingDirectory = run.snapshot.workingDirectory
        // A mock has a port of its own each time.
        if setup.baseURL?.isMock != true { setup.baseURL = run.snapshot.baseURL.flatMap(BaseURL.init(_:)) }
        self.workflow = workflow
        self.setup = setup
        self.run = run
        inputs = try run.id.open(run.snapshot.inputs, setup).mapValue ?? ValueMap()
        vars = try run.id.open(run.snapshot.vars, setup).mapValue ?? ValueMap()
        event = try run.id.open(run.snapshot.event, setup)
        program = try PreparedWorkflow(workflow, Preparation(nodes: setup.nodes))
    }

    /// - Throws: a `Failure` where the `env` of the workflow can't be made now.
    func requireEnvironment() async throws {
        guard !workflow.env.isEmpty else { return }
        let scopes = ScopeSource(
            for: workflow, setup: setup, inputs: inputs, vars: vars, event: event, run: run.members)
        try await scopes.resolveEnvironment(workflow.env)
    }

    var hasCallsWithEnvironment: Bool { workflow.called.contains { !$0.env.isEmpty } }

    /// - Throws: a `Failure` where the `env` of a workflow that goes on can't be made now.
    func requireEnvironment(of call: StoredCall) async throws {
        guard let callee = workflow.called.first(where: { $0.source.name == call.file }), !callee.env.isEmpty else {
            return
        }
        let inputs = try run.id.open(call.inputs, setup).mapValue ?? ValueMap()
        let vars = try run.id.open(call.vars, setup).mapValue ?? ValueMap()
        let scopes = ScopeSource(
            for: callee, setup: setup, inputs: inputs, vars: vars, event: .null, run: call.members(of: run.id),
            within: workflow)
        try await scopes.resolveEnvironment(callee.env)
    }
}

extension RunID {
    /// A value of the run, whose secrets are masked from then on.
    fileprivate func open(_ stored: StoredValue, _ setup: RunSetup) throws(Failure) -> Value {
        let value = try stored.value(sealing: setup.sealing, context: text)
        setup.masker.add(secretsIn: value)
        return value
    }
}

extension RecordedSteps {
    /// The calls that go on when the run is taken up as it is: those that have not ended, in steps that haven't either.
    /// Handlers are left out, as they may not follow.
    func openCalls() throws(Failure) -> [StoredCall] {
        let closed = Set(steps.filter { $0.hasEnded || $0.status == .skipped }.map(\.path))
        return try history.unfinishedCalls(of: run).filter { call in
            !call.path.isInHandler && !call.path.placesAround.contains(where: closed.contains)
        }
    }
}

extension String {
    /// The path itself, and those of the steps and items around it.
    fileprivate var placesAround: [String] {
        [self] + indices.filter { "/[".contains(self[$0]) }.map { String(self[..<$0]) }
    }

    /// Whether a part of the path is a handler, of a workflow or of a step.
    fileprivate var isInHandler: Bool {
        split(separator: "/").dropLast().contains { part in
            let name = String(part.prefix { $0 != "#" && $0 != "[" })
            return Step.runHandlers.contains(name) || name + "/" == Step.handlerPrefix
        }
    }
}

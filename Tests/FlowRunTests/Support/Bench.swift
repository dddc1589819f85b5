import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Glibc
import Synchronization

/// A state database in a folder of its own, and what runs on it.
final class Bench: Sendable {
    private let folder = TemporaryFolder()
    let nodes: ScriptedNodes
    let clock: ManualClock
    let observer = Recorder()

    init(clock: ManualClock = ManualClock(), _ behaviour: @escaping ScriptedNodes.Behaviour = { $0.value }) {
        nodes = ScriptedNodes(behaviour)
        self.clock = clock
    }

    var database: String { folder.file("state.db") }

    /// - Parameter process: another one than this stands for a process that died.
    func store(_ process: ProcessIdentity = .current) throws -> RunStore {
        try RunStore.open(database, identity: process)
    }

    /// Copies a file into the folder.
    func take(_ file: String, as copy: String) throws {
        try Folder.write(try Folder.bytes(of: file), to: copy)
        chmod(copy, 0o600)
    }

    static let deadProcess = ProcessIdentity(
        pid: ProcessIdentity.current.pid, startTime: 1, boot: ProcessIdentity.current.boot)

    func history() throws -> RunHistory { try RunHistory.open(database) }

    func setup(_ change: (inout RunSetup) -> Void = { _ in }) -> RunSetup {
        var setup = RunSetup(
            nodes: nodes, world: .test(clock: clock), credentials: FixedCredentials(), observer: observer,
            workingDirectory: "/work", filesRoot: database + "-files")
        change(&setup)
        return setup
    }

    static func workflow(_ steps: [Step], _ change: (inout Workflow) throws -> Void = { _ in }) throws -> Workflow {
        var workflow = Workflow(source: Make.source, name: "test")
        workflow.steps = steps
        try change(&workflow)
        return workflow
    }

    func start(
        _ steps: [Step], setup: RunSetup? = nil, inputs: ValueMap = ValueMap(), event: Value = .null,
        store: RunStore? = nil, _ change: (inout Workflow) throws -> Void = { _ in }
    ) async throws -> Executor {
        try await Executor.start(
            try Bench.workflow(steps, change), inputs: inputs, event: event, setup: setup ?? self.setup(),
            store: try store ?? self.store())
    }

    func run(
        _ steps: [Step], setup: RunSetup? = nil, inputs: ValueMap = ValueMap(), event: Value = .null,
        _ change: (inout Workflow) throws -> Void = { _ in }
    ) async throws -> RunResult {
        try await start(steps, setup: setup, inputs: inputs, event: event, change).run()
    }

    func resume(
        _ steps: [Step], options: ResumeOptions = ResumeOptions(), setup: RunSetup? = nil,
        _ change: (inout Workflow) throws -> Void = { _ in }
    ) async throws -> RunResult {
        let workflow = try Bench.workflow(steps, change)
        return try await Executor.resume(
            "latest", options: options, setup: setup ?? self.setup(), store: store(), read: { _, _ in workflow }
        ).run()
    }

    /// Path and status of all steps of the last run.
    func statuses() throws -> [String: String] {
        let history = try history()
        let steps = try history.steps(of: history.run(named: "latest"))
        return Dictionary(steps.map { ($0.path, $0.status.rawValue) }) { $1 }
    }
}

/// Keeps the events of a run.
final class Recorder: RunObserver {
    private let state = Mutex<[RunEvent]>([])
    var events: [RunEvent] { state.withLock { $0 } }
    func observe(_ event: RunEvent) { state.withLock { $0.append(event) } }

    var reports: [String: StepReport] {
        Dictionary(
            events.compactMap { if case .stepEnded(let report) = $0 { (report.path, report) } else { nil } }
        ) { $1 }
    }
}

/// Lets a test wait until a node has begun, and the node until the test lets it go on.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = 0
        var blocked: [CheckedContinuation<Void, Never>] = []
        var watchers: [(Int, CheckedContinuation<Void, Never>)] = []
    }
    private let state = Mutex(State())

    /// Called by a node: waits until the gate is open.
    func pass() async {
        await withCheckedContinuation { continuation in
            let (isOpen, watchers) = state.withLock { state in
                state.arrived += 1
                if !state.isOpen { state.blocked.append(continuation) }
                let due = state.watchers.filter { $0.0 <= state.arrived }
                state.watchers.removeAll { $0.0 <= state.arrived }
                return (state.isOpen, due)
            }
            for (_, watcher) in watchers { watcher.resume() }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let blocked = state.withLock { state in
            state.isOpen = true
            defer { state.blocked = [] }
            return state.blocked
        }
        for continuation in blocked { continuation.resume() }
    }

    /// Waits until `count` nodes have reached the gate.
    func arrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.arrived >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import Synchronization

/// Makes a span of the run and of each of its steps, and has them exported: some while the run goes on, the rest when it
/// has ended. Items of a loop are events of its span; what runs inside an item is a span below the loop's.
final class SpanRecorder: RunWatcher {
    /// Spans that are sent in one request.
    private static let batch = 512
    /// More steps of one run than this have no span: a loop over a million items would make millions.
    private static let limit = 10_000

    private struct State {
        var trace: String
        var root: Span?
        /// Steps that run, by path.
        var open: [String: Span] = [:]
        /// What ended and is not sent yet.
        var ended: [Span] = []
        var count = 0
        var dropped = 0
    }

    private let export: SpanExporter
    private let context: TraceContext?
    private let clock: any WallClock
    private let random: any RandomSource
    private let state: Mutex<State>

    init(export: SpanExporter, context: TraceContext?, clock: any WallClock, random: any RandomSource) {
        self.export = export
        self.context = context
        self.clock = clock
        self.random = random
        state = Mutex(State(trace: context?.trace ?? Hexadecimal.encode(random.bytes(16))))
    }

    func observe(_ event: RunEvent) {
        let now = clock.now()
        let batch = state.withLock { state -> [Span]? in
            note(event, at: now, &state)
            guard state.ended.count >= SpanRecorder.batch else { return nil }
            defer { state.ended = [] }
            return state.ended
        }
        if let batch { export.enqueue(batch, of: state.withLock(\.trace)) }
    }

    func finish() async {
        let (trace, rest) = state.withLock { state in
            defer { state.ended = [] }
            return (state.trace, state.ended)
        }
        await export.finish(rest, of: trace)
    }

    private func note(_ event: RunEvent, at now: Timestamp, _ state: inout State) {
        switch event {
        case .runStarted(let id, let workflow, let attempt, _):
            var root = Span(id: newID(), parent: context?.parent, name: "run \(workflow)", start: now)
            root.attributes = [
                ("cicd.pipeline.name", .string(workflow)), ("cicd.pipeline.run.id", .string(id.text)),
                ("flowctl.run.attempt", .int(Int64(attempt))),
            ]
            state.root = root
        case .queued(let group, _):
            state.root?.add(Span.Event(name: "queued", at: now, attributes: [("flowctl.group", .string(group))]))
        case .givesWay(let rival):
            state.root?.add(
                Span.Event(name: "gives way", at: now, attributes: [("cicd.pipeline.run.id", .string(rival.text))]))
        case .stepStarted(let path, _, let node): begin(path, node, now, &state)
        case .attemptStarted(let path, let item, let number):
            guard number > 1 else { return }
            add("attempt", path, item, now, [("flowctl.attempt", .int(Int64(number)))], &state)
        case .retryWaiting(let path, let item, let failure, let pause):
            let facts: [(String, Value)] = [
                ("error.type", .string(failure.kind.rawValue)), ("error.message", .string(failure.message)),
                ("flowctl.wait_ms", .int(pause.inMilliseconds)),
            ]
            add("retry", path, item, now, facts, &state)
        case .waiting(let path, let item, let wait):
            let facts: [(String, Value)] = [
                ("flowctl.wait.reason", .string(wait.reason)), ("flowctl.wait_ms", .int(wait.duration.inMilliseconds)),
            ]
            add("wait", path, item, now, facts, &state)
        case .itemEnded(let path, let key, let status, let failure, _, _, _):
            guard let failure else { return }
            let facts: [(String, Value)] = [
                ("flowctl.item.key", .string(key)), ("flowctl.status", .string(status.rawValue)),
                ("error.type", .string(failure.kind.rawValue)), ("error.message", .string(failure.message)),
            ]
            add("item failed", path, nil, now, facts, &state)
        case .log(let line):
            guard line.level == "warning" || line.level == "error" else { return }
            add("log", line.path, line.item, now, [("log.message", .string(line.message))], &state)
        case .stepSkipped(let path, let reason):
            state.root?.add(
                Span.Event(
                    name: "step skipped", at: now,
                    attributes: [
                        ("cicd.pipeline.task.name", .string(path)), ("flowctl.reason", .string(reason)),
                    ]))
        case .stepReused: break
        case .stepEnded(let report): end(report, now, &state)
        case .runEnded(let result): end(result, now, &state)
        }
    }

    private func begin(_ path: String, _ node: String, _ now: Timestamp, _ state: inout State) {
        state.count += 1
        guard state.count <= SpanRecorder.limit else {
            state.dropped += 1
            return
        }
        var parent = state.root?.id
        var above = StepPath.parent(of: path)
        while let name = above {
            if let span = state.open[name] {
                parent = span.id
                break
            }
            above = StepPath.parent(of: name)
        }
        var span = Span(id: newID(), parent: parent, name: path, start: now)
        span.attributes = [("cicd.pipeline.task.name", .string(path)), ("flowctl.node", .string(node))]
        state.open[path] = span
    }

    private func add(
        _ name: String, _ path: String, _ item: Int?, _ now: Timestamp, _ facts: [(String, Value)],
        _ state: inout State
    ) {
        let place = item.map { [("flowctl.item", Value.int(Int64($0)))] } ?? []
        state.open[path]?.add(Span.Event(name: name, at: now, attributes: place + facts))
    }

    private func end(_ report: StepReport, _ now: Timestamp, _ state: inout State) {
        guard var span = state.open.removeValue(forKey: report.path) else { return }
        span.end = now
        span.attributes.append(("flowctl.attempts", .int(Int64(report.attempts))))
        span.attributes.append(("flowctl.status", .string(report.status.rawValue)))
        span.attributes.append(("cicd.pipeline.task.run.result", .string(report.status.pipelineResult)))
        span.conclude(report.status, report.failure)
        state.ended.append(span)
    }

    private func end(_ result: RunResult, _ now: Timestamp, _ state: inout State) {
        guard var root = state.root else { return }
        root.end = now
        root.attributes.append(("flowctl.status", .string(result.status.rawValue)))
        root.attributes.append(("cicd.pipeline.result", .string(result.status.pipelineResult)))
        if state.dropped > 0 { root.attributes.append(("flowctl.dropped_spans", .int(Int64(state.dropped)))) }
        root.conclude(result.status, result.failure)
        state.ended.append(root)
        state.root = nil
    }

    private func newID() -> SpanID { SpanID(text: Hexadecimal.encode(random.bytes(8))) }
}

extension Span {
    fileprivate mutating func conclude(_ status: RunStatus, _ failure: Failure?) {
        if let failure {
            attributes.append(("error.type", .string(failure.kind.rawValue)))
            if let id = failure.requestID { attributes.append(("flowctl.request_id", .string(id))) }
        }
        switch status {
        case .succeeded: self.status = .ok
        case .failed, .timedOut, .uncertain, .interrupted: self.status = .error(failure?.message ?? status.rawValue)
        case .queued, .running, .skipped, .cancelled: break
        }
    }
}

extension RunStatus {
    /// The words of OpenTelemetry's conventions for pipelines.
    fileprivate var pipelineResult: String {
        switch self {
        case .succeeded: "success"
        case .timedOut: "timeout"
        case .skipped: "skip"
        case .cancelled: "cancellation"
        case .queued, .running, .failed, .uncertain, .interrupted: "failure"
        }
    }
}

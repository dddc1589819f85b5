import FlowCore
import FlowExpression
import FlowSpec
import FlowWorkflow

/// A list of steps with all that is the same each time it runs: edges, nodes, defaults, what is read.
struct StepList: Sendable {
    let graph: StepGraph
    let steps: [PreparedStep]

    /// - Throws: a `Failure` of kind `invalid` where a step uses a node that doesn't exist.
    init(
        _ steps: [Step], isParallel: Bool = false, defaults: StepDefaults, nodes: any NodeSource
    ) throws {
        graph = StepGraph(steps, isParallel: isParallel)
        self.steps = try graph.vertices.map { try PreparedStep($0.step, defaults: defaults, nodes: nodes) }
    }

    static let empty = StepList()
    private init() {
        graph = StepGraph(vertices: [])
        steps = []
    }
}

/// One step, ready to be run any number of times.
final class PreparedStep: Sendable {
    let step: Step
    let node: (any Node)?
    /// The steps inside a block or `parallel`.
    let body: StepList
    let retry: RetryPolicy
    let timeout: Duration?
    let reads: Reads
    /// Whether its arguments come out the same when they are evaluated again on resume.
    let isReproducible: Bool

    init(_ step: Step, defaults: StepDefaults, nodes: any NodeSource) throws {
        self.step = step
        reads = Reads(step.expressions)
        isReproducible = Reads(step.workExpressions).isReproducible
        switch step.kind {
        case .node(let name, let span, _):
            guard let node = try nodes.node(named: name) else {
                throw Failure(
                    .invalid, "there is no node \"\(name)\"",
                    hint: Suggestion.didYouMean(name, among: nodes.names)
                        ?? "run \"flowctl nodes list\" for those there are", position: span)
            }
            self.node = node
            body = .empty
            retry = step.retry ?? defaults.retry ?? (node.spec.retryOwner == .node ? .http : .none)
            timeout = step.timeout ?? defaults.timeout
        default:
            node = nil
            let isParallel = if case .parallel = step.kind { true } else { false }
            body = try StepList(step.children, isParallel: isParallel, defaults: defaults, nodes: nodes)
            retry = .none
            timeout = step.timeout
        }
    }

    var nodeName: String {
        switch step.kind {
        case .node(let name, _, _): name
        case .block: "steps"
        case .parallel: "parallel"
        case .assert: "assert"
        case .wait: "wait"
        }
    }

    /// Whether its condition asks for it by itself; where it doesn't, `success()` is implied.
    var asksForStatus: Bool {
        guard let functions = step.condition?.functions else { return false }
        return !functions.isDisjoint(with: ["success", "failure", "always", "cancelled"])
    }

    var saysAlways: Bool { step.condition?.functions.contains("always") ?? false }
}

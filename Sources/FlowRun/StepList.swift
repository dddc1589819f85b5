import FlowCore
import FlowExpression
import FlowSpec
import FlowWorkflow

/// A list of steps with all that is the same each time it runs: edges, nodes, defaults, what is read.
struct StepList: Sendable {
    let graph: StepGraph
    let steps: [PreparedStep]
    /// For a step whose output may come in pages, the loops that can start with the first.
    let openings: [Int: [Int]]

    /// - Throws: a `Failure` of kind `invalid` where a step uses a node that doesn't exist.
    init(
        _ steps: [Step], isParallel: Bool = false, of workflow: Workflow, _ preparation: Preparation
    ) throws {
        graph = StepGraph(steps, order: workflow.listOrder(isParallel: isParallel))
        self.steps = try steps.indices.map { try PreparedStep(steps, $0, of: workflow, preparation) }
        openings = StepList.openings(of: self.steps, graph)
    }

    private static func openings(of steps: [PreparedStep], _ graph: StepGraph) -> [Int: [Int]] {
        var found: [Int: [Int]] = [:]
        for (index, loop) in steps.enumerated() {
            guard let id = loop.step.loop?.source?.step, !loop.asksForStatus,
                let source = graph.vertices[index].waitsFor.first(where: { steps[$0].step.id == id }),
                steps[source].mayComeInPages, !steps[source].step.isForgiven,
                // It says itself that it waits for the end, or sees how the step ended.
                loop.step.needs?.contains(where: { $0.id == id }) != true,
                Reads(besideItemsOf: loop.step).steps?.contains(id) == false
            else { continue }
            found[source, default: []].append(index)
        }
        return found
    }
}

/// One step, ready to be run any number of times.
final class PreparedStep: Sendable {
    /// A step is large, and there may be a hundred thousand, so they stay where the workflow has them.
    private let list: [Step]
    private let index: Int
    var step: Step { list[index] }
    let node: (any Node)?
    /// The lists of ``Step/branches``, in their order.
    let branches: [StepList]
    /// The workflow that the step calls.
    let callee: PreparedWorkflow?
    let retry: RetryPolicy
    let timeout: Duration?
    let reads: Reads
    /// How long the other side remembers the key by which its writes are known; nil where they have none.
    let keyLifetime: Duration?
    /// Whether its arguments come out the same when they are evaluated again on resume.
    let isReproducible: Bool
    /// The variables of its `env` that come out differently when they are evaluated again.
    let unreproducibleVariables: [String]
    /// Whether its output may be kept page by page.
    let mayComeInPages: Bool
    /// Whether it is sure to be tried, once its turn comes, and writes what must not be repeated.
    let isPlainWrite: Bool

    init(_ list: [Step], _ index: Int, of workflow: Workflow, _ preparation: Preparation) throws {
        let (defaults, step) = (workflow.defaults, list[index])
        (self.list, self.index) = (list, index)
        branches = try step.branches.map {
            try StepList($0.steps, isParallel: $0.isParallel, of: workflow, preparation)
        }
        callee = if case .call(let call) = step.kind { try preparation.called(call.workflow) } else { nil }
        reads = Reads(step.expressions)
        isReproducible = Reads(step.workExpressions).isReproducible
        unreproducibleVariables = step.environment.filter { !Reads($0.expressions).isReproducible }.map(\.name)
        switch step.kind {
        case .node(let name, let span, _):
            guard let node = try preparation.nodes.node(named: name) else {
                throw Failure(
                    .invalid, "there is no node \"\(name)\"",
                    hint: Suggestion.didYouMean(name, among: preparation.nodes.names)
                        ?? "run \"flowctl nodes list\" for those there are", position: span)
            }
            self.node = node
            retry = step.retry ?? defaults.retry ?? node.spec.usualRetry
            timeout = step.timeout ?? defaults.timeout
            keyLifetime = step.idempotencyKey == nil ? node.spec.keyLifetime : node.spec.givenKeyLifetime
        default:
            node = nil
            retry = .none
            timeout = step.timeout
            keyLifetime = nil
        }
        let isOnce = step.loop == nil && step.repetition == nil
        mayComeInPages = isOnce && step.outputs == nil && node is any PagedNode
        if let node, isOnce, step.condition == nil, keyLifetime == nil {
            isPlainWrite = (step.effect ?? (node.hasOneEffect ? node.spec.effect : nil)) == .write
        } else {
            isPlainWrite = false
        }
    }

    /// Whether it writes down what it does before any try of its own: the case of a switch, the inputs of a workflow.
    var keepsWhatItBegan: Bool {
        switch step.kind {
        case .switch, .call: true
        case .node, .block, .parallel, .assert, .wait: false
        }
    }

    /// What runs when the step failed for good.
    var handler: StepList? { step.onError == nil ? nil : branches.last }

    var nodeName: String { step.nodeName }

    /// Whether its condition asks for it by itself; where it doesn't, `success()` is implied.
    var asksForStatus: Bool {
        guard let functions = step.condition?.functions else { return false }
        return !functions.isDisjoint(with: ["success", "failure", "always", "cancelled"])
    }
}

extension Step {
    /// Whether the run goes on when it fails.
    var isForgiven: Bool { continueOnError || onError != nil }
}

import FlowCore
import FlowExpression
import FlowSpec

/// Whether what looks at an answer can be told of those in the examples.
extension ConnectorLint {
    /// What hangs on more than the answer and the arguments is left open, and so is work of several requests, whose
    /// answers each step sees differently.
    private static let known: Set = ["status", "headers", "body", "params"]

    mutating func checkReplies(of example: OperationExample, _ run: OperationRun) {
        guard let reply = example.replies.first, example.replies.count == 1, run.operation.lookups.isEmpty,
            run.operation.poll == nil, let template = run.operation.onlyRequest, template.save == nil
        else { return }
        let response = HTTPResponse(status: reply.status, headers: reply.headers, body: .bytes(reply.body))
        let judge = run.judge(template, run.rendering)
        guard judge.accepts(response) else { return }
        var scope = run.rendering.with(judge.decode(response))
        scope.isPreview = false
        let rules = run.rules(template)
        check(rules.when, "\"when\" under errors", example, scope)
        if let when = rules.when, (try? scope.value(when).boolValue) == true { return }
        if case .pages(_, let pagination) = run.operation.work {
            check(pagination.items.expressions, "\"items\"", example, scope)
            check(pagination.more, "\"more\"", example, scope)
        }
        check(run.operation.output?.expressions ?? [], "\"output\"", example, scope)
    }

    private mutating func check(
        _ condition: Expression?, _ noun: String, _ example: OperationExample, _ scope: Rendering
    ) {
        guard let condition else { return }
        check([condition], noun, example, scope) { condition, scope throws(Failure) in _ = try scope.holds(condition) }
    }

    private mutating func check(
        _ expressions: [Expression], _ noun: String, _ example: OperationExample, _ scope: Rendering,
        by tell: (Expression, Rendering) throws(Failure) -> Void = { expression, scope throws(Failure) in
            _ = try scope.value(expression)
        }
    ) {
        for expression in expressions where expression.references.allSatisfy({ Self.known.contains($0.root) }) {
            do throws(Failure) {
                try tell(expression, scope)
            } catch {
                diagnostics.error(
                    "bad-example", "\(noun) can't be told of the example's reply: \(error.message)",
                    at: expression.span, hint: error.hint ?? "ask has(…), or give another value with default(…)")
            }
        }
    }
}

extension Operation {
    /// The request, where there is no choice and no order of several.
    fileprivate var onlyRequest: RequestTemplate? {
        switch work {
        case .request(let variants), .pages(let variants, _):
            variants.conditional.isEmpty ? variants.fallback : nil
        case .steps: nil
        }
    }
}

package import FlowCore
import FlowExpression
import FlowSpec

/// One thing an app can do.
package struct Operation: Sendable {
    /// `send_message`
    package var name: String
    package var span: SourceSpan
    package var summary: String
    package var details: String
    package var documentation: String?
    package var effect: Effect
    /// Makes it a write all the same, by its arguments.
    @Boxed var writeCondition: Expression?
    package var limit: RateLimit?
    var parameters: [OperationParameter]
    var rules: [NodeSpec.Rule]
    /// What the output is, in words.
    package var returns: String
    var work: Work
    /// Asks until the job that the work began is done.
    @Boxed var poll: Poll?
    /// Splits a list that is longer than the service takes at once.
    var batch: Batch?
    /// Values looked up before the work, in order; a later one may read those before it.
    var lookups: [Lookup] = []
    /// What it gives; nil gives the body of the response, or the items of the pages.
    var output: ValueTemplate?
    /// What it does to the things of the app.
    package var resource: ResourceRole?
    package var examples: [OperationExample]
    /// What the connector does where the operation says nothing itself.
    var defaults: Connector.Defaults

    /// One request, or several in a fixed order whose results later ones see.
    indirect enum Work: Sendable {
        case request(Variants)
        case pages(Variants, Pagination)
        case steps(StepSequence)
    }

    /// Names of parameters that end up in an address.
    var parametersInAddress: Set<String> {
        requests.reduce(into: []) { $0.formUnion($1.parametersInAddress(defaults)) }
    }

    /// How long the service remembers the keys of all writes the operation sends; nil where one goes without.
    var keyLifetime: Duration? {
        let writes = mainRequests.filter { ($0.effect ?? ($0.isRead ? .read : effect)) == .write }
        guard !writes.isEmpty, writes.allSatisfy({ $0.idempotency != nil }) else { return nil }
        return writes.compactMap { $0.idempotency?.lifetime }.min()
    }

    /// The requests that every use sends in order, of variants the last.
    var mainRequests: [RequestTemplate] {
        switch work {
        case .request(let variants), .pages(let variants, _): [variants.fallback]
        case .steps(let sequence): sequence.steps.map(\.request)
        }
    }

    /// Whether a part of it may be done and kept while another one is under way, or waited for.
    var hasParts: Bool { if case .steps = work { true } else { poll != nil } }

    /// Every request it may send.
    var requests: [RequestTemplate] {
        var all = lookups.map(\.request)
        switch work {
        case .request(let variants): all += variants.requests
        case .pages(let variants, let pagination): all += variants.requests + [pagination.following].compactMap(\.self)
        case .steps(let sequence): all += sequence.requests
        }
        return all + [poll?.request, poll?.result].compactMap(\.self)
    }
}

/// Arguments to try an operation with, and what the vendor answers to them.
package struct OperationExample: Sendable {
    package struct Reply: Sendable {
        package var status: Int
        package var headers: HTTPHeaders
        package var body: [UInt8]
    }

    package var params: ValueMap
    /// One for each request in order.
    package var replies: [Reply]
    /// What the operation makes of it, where the file says so.
    package var output: Value?
    package var span: SourceSpan
}

extension Operation {
    /// Whether a parameter may be left out although a path names it: one that only a variant with a condition needs.
    func choosesByAbsence(of name: String) -> Bool {
        switch work {
        case .request(let variants), .pages(let variants, _):
            !variants.conditional.isEmpty && !variants.fallback.pathParameters.contains(name)
        case .steps: false
        }
    }

    /// Every expression of it but those of its lookups.
    var expressions: [Expression] {
        var all = output?.expressions ?? []
        switch work {
        case .request(let variants): all += variants.expressions
        case .pages(let variants, let pagination): all += variants.expressions + pagination.expressions
        case .steps(let sequence): all += sequence.expressions
        }
        if let poll { all += poll.request.expressions + poll.conditions + (poll.result?.expressions ?? []) }
        return all
    }
}

extension Variants {
    var expressions: [Expression] { conditions + requests.flatMap(\.expressions) }
}

extension Pagination {
    /// What looks at the answer of a page.
    var expressionsAfter: [Expression] {
        [items, next, incomplete?.hint].compactMap(\.self).flatMap(\.expressions)
            + [more, incomplete?.condition].compactMap(\.self)
    }

    var expressions: [Expression] { expressionsAfter + (following?.expressions ?? []) }
}

extension StepSequence {
    var expressions: [Expression] {
        var all = requests.flatMap(\.expressions) + (whole?.output?.expressions ?? [])
        for step in steps {
            if let chunking = step.chunking {
                all += chunking.expressionsBefore + chunking.expressionsAfter + (chunking.ask?.offset.expressions ?? [])
            }
            if let probe = step.probe { all.append(probe.done) }
        }
        return all
    }
}

extension Poll {
    /// Names of parameters that say where a file that the job has made is kept.
    var parametersOfPlace: Set<String> {
        let references = (result?.save?.expressions ?? []).flatMap(\.references)
        return Set(references.filter { $0.root == "params" }.compactMap(\.members.first))
    }

    /// What looks at an answer about the job.
    var conditions: [Expression] { [condition, until, failed].compactMap(\.self) + (message?.expressions ?? []) }
}

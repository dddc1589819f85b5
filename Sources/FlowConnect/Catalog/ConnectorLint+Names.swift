import FlowCore
import FlowExpression
import FlowSpec

extension ConnectorLint {
    /// What expressions of one place may read.
    struct Names {
        var roots: Set<String>
        /// Members of a root, where they are known.
        var members: [String: [String]] = [:]

        func with(_ names: String...) -> Names {
            var copy = self
            copy.roots.formUnion(names)
            return copy
        }

        func with(_ root: String, members names: [String]) -> Names {
            var copy = with(root)
            copy.members[root] = names
            return copy
        }

        /// With a response.
        var answered: Names { with("status", "headers", "body") }

    }

    mutating func checkNames(_ operation: Operation) {
        var names = Names(roots: ["base", "credential", "step_key"]).with(
            "params", members: operation.parameters.map(\.name))
        check(
            operation.writeCondition.map { [$0] } ?? [],
            Names(roots: []).with("params", members: operation.parameters.map(\.name)))
        if operation.batch != nil { names = names.with("batch", members: ["number", "offset", "previous"]) }
        check(operation.limit?.key?.expressions ?? [], names)
        for case .rules(let rules) in operation.requests.map(\.judgement) {
            check(rules.expressions, names.with("resolved", "steps", "chunk", "page", "batch", "first").answered)
        }
        names = checkLookups(operation.lookups, names)
        check(
            operation.requests.flatMap(\.doneSigns).compactMap(\.condition),
            names.with("steps", "chunk", "first").answered)
        switch operation.work {
        case .request(let variants):
            check(variants.expressions, names)
            finish(operation, names, answered: names.answered)
        case .pages(let variants, let pagination):
            check(variants.expressions, names)
            check(
                pagination.expressionsAfter, names.answered.with("page", members: ["count", "number"]))
            check(
                pagination.following?.expressions ?? [], names.with("page", members: ["cursor", "count", "number"]))
        case .steps(let sequence): check(sequence, operation, names)
        }
    }

    private mutating func check(_ sequence: StepSequence, _ operation: Operation, _ names: Names) {
        var earlier: [String] = []
        for step in sequence.steps {
            let current = names.with("steps", members: earlier)
            check(step, current)
            earlier.append(step.name)
        }
        let done = names.with("steps", members: earlier)
        check(sequence.abort.flatMap(\.expressions), done)
        if let whole = sequence.whole {
            check(whole.request.expressions, names)
            check(whole.output?.expressions ?? [], names.answered)
        }
        finish(operation, done, answered: operation.poll == nil ? done : done.answered)
    }

    private mutating func check(_ step: StepSequence.Step, _ names: Names) {
        guard let chunking = step.chunking else {
            check(step.request.expressions, names)
            if let probe = step.probe {
                check(probe.request.expressions, names)
                check([probe.done], names.answered)
            }
            return
        }
        let total = names.with("chunk", members: ["total"])
        let piece = names.with(
            "chunk", members: ["piece", "offset", "number", "size", "last", "total", "parts"])
        check(chunking.expressionsBefore, total)
        // What is accepted is asked of the answer.
        let own = Set(step.request.acceptedWhen.map(\.source))
        check(step.request.expressions.filter { !own.contains($0.source) }, piece)
        check(chunking.expressionsAfter, piece.answered)
        if let ask = chunking.ask {
            check(ask.request.expressions, total)
            check(ask.offset.expressions, total.answered)
        }
    }

    /// Of the job, and of the output.
    private mutating func finish(_ operation: Operation, _ names: Names, answered: Names) {
        guard let poll = operation.poll else {
            check(operation.output?.expressions ?? [], answered)
            return
        }
        check(poll.condition.map { [$0] } ?? [], names.answered)
        let begun = names.with("first", members: ["status", "headers", "body"])
        check(poll.request.expressions, begun)
        check(poll.result?.expressions ?? [], begun.answered)
        check([poll.until, poll.failed].compactMap(\.self) + (poll.message?.expressions ?? []), begun.answered)
        check(operation.output?.expressions ?? [], begun.answered)
    }

    /// - Returns: `names` with what was looked up.
    private mutating func checkLookups(_ lookups: [Lookup], _ names: Names) -> Names {
        var earlier: [String] = []
        for lookup in lookups {
            let current = names.with("resolved", members: earlier)
            check(lookup.expressionsBefore, current)
            check(lookup.expressionsAfter + (lookup.hint?.expressions ?? []), current.answered)
            earlier.append(lookup.name)
        }
        let shared = connector.lookups.map(\.name)
        return names.with("resolved", members: earlier + shared.filter { !earlier.contains($0) })
    }

    /// Lookups of the connector that no operation reads would do nothing.
    mutating func checkLookups() {
        for lookup in connector.lookups
        where !connector.operations.contains(where: { $0.lookups.contains { $0.name == lookup.name } }) {
            diagnostics.warning(
                "unused", "no operation reads \"resolved.\(lookup.name)\"", at: lookup.span, hint: "remove it")
        }
    }

    mutating func checkErrors() {
        check(
            connector.errors.expressions,
            Names(roots: ["params", "credential", "steps", "resolved", "chunk", "page", "batch", "first"]).answered)
    }

    /// What stands outside operations: addresses, what is sent with each request, and how a token is asked for.
    mutating func checkSharedNames() {
        check((connector.base.expressions + connector.hosts.flatMap(\.expressions)), names(of: connector.auth))
        check(connector.headers.flatMap(\.value.expressions), names(of: connector.auth).with("base", "params"))
        for scheme in connector.auth {
            let own = names(of: [scheme])
            let base = scheme.lookups.isEmpty ? scheme.base?.expressions ?? [] : []
            check(base + (scheme.hosts ?? []).flatMap(\.expressions), own)
            guard case .assertion(let assertion) = scheme.signer else { continue }
            let asking = own.with("base", "params")
            check(assertion.claims.flatMap(\.value.expressions) + assertion.request.expressions, asking)
            check(assertion.token.expressions + (assertion.expires?.expressions ?? []), asking.answered)
        }
    }

    /// What is known before a request: of the credential the fields that are no secrets. Those of a login aren't the
    /// file's to say.
    private func names(of schemes: [AuthScheme]) -> Names {
        guard !schemes.isEmpty, schemes.allSatisfy({ $0.login == nil }) else { return Names(roots: ["credential"]) }
        let fields = schemes.flatMap(\.fields).filter { !$0.isSecret }.map(\.name)
        return Names(roots: []).with("credential", members: fields + [AuthScheme.baseURLField])
    }

    /// What credentials are taken with: where, and how they are tried.
    mutating func checkProbes() {
        for scheme in connector.auth {
            let names = checkLookups(scheme.lookups, Names(roots: ["base", "credential"]))
            check(scheme.lookups.isEmpty ? [] : scheme.base?.expressions ?? [], names)
        }
        for probe in connector.auth.compactMap(\.probe) {
            let expressions = [probe.who, probe.scopes, probe.expires].compactMap(\.self).flatMap(\.expressions)
            check(expressions, Names(roots: ["params", "credential"]).answered)
        }
    }

    private mutating func check(_ expressions: [Expression], _ names: Names) {
        // What operations share, such as a limit, is told of once.
        for reference in expressions.flatMap(\.references)
        where !diagnostics.all.contains(where: { $0.id == "unknown-name" && $0.span == reference.span }) {
            guard names.roots.contains(reference.root) else {
                diagnostics.error(
                    "unknown-name", "there is no \"\(reference.root)\" here", at: reference.span,
                    hint: Suggestion.didYouMean(reference.root, among: names.roots)
                        ?? "use \(names.roots.sorted().joined(separator: ", "))")
                continue
            }
            guard let member = reference.members.first, let known = names.members[reference.root],
                !known.contains(member)
            else { continue }
            let noun =
                switch reference.root {
                case "params": "parameter"
                case "steps": "earlier step"
                case "resolved": "value under resolve:"
                case "credential": "field that is no secret"
                default: "member of \"\(reference.root)\""
                }
            diagnostics.error(
                "unknown-name", "there is no \(noun) \"\(member)\"", at: reference.span,
                hint: Suggestion.didYouMean(member, among: known))
        }
    }
}

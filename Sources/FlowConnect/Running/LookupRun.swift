import FlowCore
import FlowExpression
import FlowSpec

/// Finds a value that an operation needs before it is sent.
struct LookupRun {
    let run: OperationRun
    let lookup: Lookup

    /// - Parameter scope: with the values that were looked up before it.
    func value(_ scope: Rendering) async throws -> Value {
        if let given = try given(scope) { return given }
        if lookup.isFresh { return try await ask(scope) }
        let question = ConnectorMemory.Question(
            request: try run.unsigned(lookup.request, scope), credential: run.context.credential?.fields)
        let after = lookup.expressionsAfter + (lookup.hint?.expressions ?? [])
        let search = ConnectorMemory.Search(question: question, place: lookup.span, seen: scope.values(readBy: after))
        return try await run.memory.lookups.answer(to: search) { try await ask(scope) }
    }

    private func ask(_ scope: Rendering) async throws -> Value {
        let (_, decoded) = try await run.exchange(lookup.request, scope)
        return try result(scope.with(decoded))
    }

    /// nil where it has to be asked for.
    func given(_ scope: Rendering) throws(Failure) -> Value? {
        // Of what a dry run can't tell it shows the request.
        if let condition = lookup.condition, try !run.holds(condition, "when", scope, unknown: true) { return .absent }
        guard let given = lookup.given else { return nil }
        let value = try scope.value(given)
        if value.isAbsent || value.isNull || value.stringValue == "" { return nil }
        return value
    }

    private func result(_ scope: Rendering) throws(Failure) -> Value {
        switch lookup.result {
        case .value(let template):
            do throws(Failure) {
                return try scope.value(template)
            } catch {
                throw Failure(
                    .protocolError, "\(run.node): the answer lacks \"\(lookup.name)\": \(error.message)",
                    hint: hint(scope) ?? error.hint, underlying: error.message)
            }
        case .exactlyOne(let template):
            let value = try scope.value(template)
            let items = value.listValue ?? []
            guard items.count == 1 else {
                throw Failure(
                    items.isEmpty ? .notFound : .invalid,
                    items.isEmpty
                        ? "\(run.node): no \(noun) was found"
                        : "\(run.node): more than one \(noun) fits: \(items.count) do",
                    hint: hint(scope))
            }
            return items[0]
        }
    }

    /// What there is no telling from the answer is no reason to fail in another way.
    private func hint(_ scope: Rendering) -> String? {
        guard let template = lookup.hint else { return nil }
        return try? scope.text(template)
    }

    private var noun: String { String(lookup.name.map { $0 == "_" ? " " : $0 }) }
}

extension OperationRun {
    /// The requests of lookups that nothing given makes needless, as a dry run shows them.
    func requestsOfLookups() throws(Failure) -> [HTTPRequest] {
        var requests: [HTTPRequest] = []
        var known = ValueMap()
        for lookup in operation.lookups {
            let scope = rendering.with("resolved", .map(known))
            let given = try LookupRun(run: self, lookup: lookup).given(scope)
            if given == nil { requests.append(try request(lookup.request, scope)) }
            known[lookup.name] = given ?? .string("‹resolved.\(lookup.name)›")
        }
        return requests
    }
}

extension OperationRun {
    /// The first request that fits.
    func chosen(_ variants: Variants, _ scope: Rendering) throws(Failure) -> RequestTemplate {
        for (condition, request) in variants.conditional where try holds(condition, "when", scope) { return request }
        return variants.fallback
    }
}

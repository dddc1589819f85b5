import FlowCore
import FlowExpression
import FlowSpec
import Synchronization

/// What lookups have found, for as long as the process runs; safe to use from any thread.
final class LookupCache: Sendable {
    private let held = Mutex<[HTTPRequest: Value]>([:])

    subscript(request: HTTPRequest) -> Value? {
        get { held.withLock { $0[request] } }
        set { held.withLock { $0[request] = newValue } }
    }
}

/// Finds a value that an operation needs before it is sent.
struct LookupRun {
    let run: OperationRun
    let lookup: Lookup
    let cache: LookupCache

    /// - Parameter scope: with the values that were looked up before it.
    func value(_ scope: Rendering) async throws -> Value {
        if let given = try given(scope) { return given }
        let request = try run.request(lookup.request, scope)
        if !lookup.isFresh, let held = cache[request] { return held }
        let (_, decoded) = try await run.exchange(lookup.request, scope)
        let value = try result(scope.with(decoded))
        if !lookup.isFresh { cache[request] = value }
        return value
    }

    /// nil where it has to be asked for.
    func given(_ scope: Rendering) throws(Failure) -> Value? {
        if let condition = lookup.condition, try scope.value(condition).boolValue == false { return .absent }
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
                    hint: error.hint, underlying: error.message)
            }
        case .exactlyOne(let template):
            let value = try scope.value(template)
            let items = value.listValue ?? []
            guard items.count == 1 else {
                let hint = try lookup.hint.flatMap { template throws(Failure) in try scope.text(template) }
                throw Failure(
                    items.isEmpty ? .notFound : .invalid,
                    items.isEmpty
                        ? "\(run.node): no \(noun) was found"
                        : "\(run.node): more than one \(noun) fits: \(items.count) do",
                    hint: hint)
            }
            return items[0]
        }
    }

    private var noun: String { String(lookup.name.map { $0 == "_" ? " " : $0 }) }
}

extension OperationRun {
    /// The requests of lookups that nothing given makes needless, as a dry run shows them.
    func requestsOfLookups() throws(Failure) -> [HTTPRequest] {
        var requests: [HTTPRequest] = []
        for lookup in operation.lookups {
            let given = try LookupRun(run: self, lookup: lookup, cache: LookupCache()).given(rendering)
            if given == nil { requests.append(try request(lookup.request, rendering)) }
        }
        return requests
    }
}

extension Variants {
    /// The first request that fits.
    func chosen(_ scope: Rendering) throws(Failure) -> RequestTemplate {
        for (condition, request) in conditional where try scope.value(condition).boolValue == true { return request }
        return fallback
    }
}

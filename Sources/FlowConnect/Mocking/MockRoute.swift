import FlowCore
import FlowExpression
import FlowSpec

/// A request of an operation that a mock can be asked.
struct MockRoute: Sendable {
    let operation: Operation
    let request: RequestTemplate
    /// Which reply of the operation's example answers it.
    let index: Int
    /// Whether the operation sends it in some cases only, so that another one at the same address is rather meant.
    var isConditional = false
    /// How many replies of the example the job's state has, one after the other.
    var repliesOfPoll = 1
    /// Whether it is not asked about a job that has begun.
    var isBegin = true

    /// Every request of a connector's operations with the place its reply has in the example.
    static func all(of connector: Connector) -> [MockRoute] {
        connector.operations.flatMap { operation -> [MockRoute] in
            var routes: [MockRoute] = []
            func add(_ request: RequestTemplate, _ index: Int, isConditional: Bool = false) {
                routes.append(
                    MockRoute(operation: operation, request: request, index: index, isConditional: isConditional))
            }
            func addPoll(_ request: RequestTemplate, _ index: Int, replies count: Int, isConditional: Bool = false) {
                add(request, index, isConditional: isConditional)
                routes[routes.count - 1].repliesOfPoll = count
                routes[routes.count - 1].isBegin = false
            }
            // What the example's arguments make needless to look up has no reply there; other operations answer it.
            let replies = operation.examples.first?.replies.count ?? 0
            let start = min(operation.lookups.count, max(0, replies - operation.mainRequests.count))
            for (index, lookup) in operation.lookups.prefix(start).enumerated() { add(lookup.request, index) }
            switch operation.work {
            case .request(let variants):
                for (_, request) in variants.conditional { add(request, start, isConditional: true) }
                add(variants.fallback, start)
            case .pages(let variants, let pagination):
                for request in variants.requests + [pagination.following].compactMap(\.self) { add(request, start) }
            case .steps(let sequence):
                for (index, step) in sequence.steps.enumerated() {
                    add(step.request, start + index)
                    if let ask = step.chunking?.ask { add(ask.request, start + index) }
                    if let probe = step.probe { add(probe.request, start + index) }
                }
                let last = start + sequence.steps.count - 1
                if let whole = sequence.whole { add(whole.request, last) }
                for request in sequence.abort { add(request, -1) }
            }
            if let poll = operation.poll {
                let index = start + operation.mainRequests.count
                let count = max(1, replies - index - (poll.result == nil ? 0 : 1))
                // Of a job that is done at once in the example, it says nothing.
                addPoll(poll.request, index, replies: count, isConditional: index >= replies)
                if let result = poll.result { addPoll(result, index + count, replies: 1) }
            }
            return routes
        }
    }

    /// What the names in braces stand for in `path`, decoded; nil where it is another path.
    func match(_ path: String) -> [String: String]? {
        guard case .path(let segments) = request.target else { return nil }
        var found: [String: String] = [:]
        let trimmed = path.drop { $0 == "/" }
        var pattern = segments
        if case .text(let first)? = pattern.first { pattern[0] = .text(String(first.drop { $0 == "/" })) }
        if case .text(let last)? = pattern.last {
            pattern[pattern.count - 1] = .text(String(last.prefix { $0 != "?" }))
        }
        return match(trimmed, pattern[...], &found) ? found : nil
    }

    /// Whether it goes where an answer or an argument says.
    var isToAddress: Bool { if case .address = request.target { true } else { false } }

    /// How much of the path is written out: the more, the better it fits.
    var weight: Int {
        guard case .path(let segments) = request.target else { return 0 }
        return segments.reduce(0) { count, segment in
            if case .text(let text) = segment { count + text.utf8.count } else { count }
        }
    }

    /// What a path with a secret begins with; nil where it has none.
    var textBeforeCredential: String? {
        guard request.namesCredential, case .path(let segments) = request.target else { return nil }
        guard case .text(let text)? = segments.first else { return "/" }
        return text.hasPrefix("/") ? text : "/" + text
    }

    /// Whether a request that both fit is rather this one: by the path, then by what the file says of query and headers,
    /// and at last the one that is usual.
    func isRatherMeant(than other: MockRoute, by request: MockRequest) -> Bool {
        if weight != other.weight { return weight > other.weight }
        let (own, others) = (evidence(in: request), other.evidence(in: request))
        if own != others { return own > others }
        return !isConditional && other.isConditional
    }

    /// How many of the fields that are written out are there as they should be; those with another value count against
    /// it.
    private func evidence(in sent: MockRequest) -> Int {
        let query = request.query.map { name, template in
            template.literal.map { MockRoute.evidence($0, sent.query.first { $0.name == name }?.value) } ?? 0
        }
        let headers = request.headers.map { name, template in
            guard case .text(let template) = template else { return sent.headers[name] == nil ? 0 : 1 }
            return template.literal.map { MockRoute.evidence(.string($0), sent.headers[name]) }
                ?? (sent.headers[name] == nil ? 0 : 1)
        }
        return (query + headers).reduce(0, +)
    }

    private static func evidence(_ written: Value, _ sent: String?) -> Int { WireText.of(written) == sent ? 1 : -1 }

    /// Under what a secret in the path is found; no parameter has such a name.
    static let credentialName = "{credential}"

    private func match(
        _ path: Substring, _ segments: ArraySlice<RequestTemplate.Segment>, _ found: inout [String: String]
    ) -> Bool {
        guard let first = segments.first else { return path.isEmpty }
        switch first {
        case .text(let text):
            return path.hasPrefix(text) && match(path.dropFirst(text.count), segments.dropFirst(), &found)
        case .credential(let keepsSlashes):
            let place = RequestTemplate.Segment.parameter(MockRoute.credentialName, keepsSlashes: keepsSlashes)
            return match(path, [place] + segments.dropFirst(), &found)
        case .parameter(let name, let keepsSlashes):
            // The shortest stretch first, so that what follows in the pattern gets its part.
            var end = path.startIndex
            while end < path.endIndex {
                if !keepsSlashes, path[end] == "/" { return false }
                end = path.index(after: end)
                let text = PercentEncoding.decode(String(path[..<end]))
                var attempt = found
                attempt[name] = text
                if match(path[end...], segments.dropFirst(), &attempt), isPossible(text, for: name) {
                    found = attempt
                    return true
                }
            }
            return false
        }
    }

    /// Whether it may stand in the path for the parameter of this name, which is no number where it must be one.
    private func isPossible(_ text: String, for name: String) -> Bool {
        guard request.pathParameters.contains(name),
            let parameter = operation.parameters.first(where: { $0.name == name }), parameter.join == nil
        else { return true }
        // An argument may bring the slash along that the path begins with.
        let texts = [text, "/" + text]
        let values =
            parameter.parameter.type == .int ? texts.compactMap(Int64.init).map(Value.int) : texts.map(Value.string)
        let choices = parameter.parameter.choices
        let pattern = parameter.parameter.pattern
        return values.contains { value in
            (choices.isEmpty || choices.contains(value))
                && value.stringValue.map { pattern?.matches($0) ?? true } ?? true
        }
    }
}

extension ValueTemplate {
    fileprivate var literal: Value? { if case .literal(let value) = content { value } else { nil as Value? } }
}

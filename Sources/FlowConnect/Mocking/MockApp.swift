import FlowCore
import FlowExpression
import Synchronization

/// An app that isn't there: answers what its connector asks from the connector's own examples, strictly, and keeps what
/// was made as long as it lives. Safe to use from any thread.
package final class MockApp: Sendable {
    private struct State {
        var store: MockStore
        /// Where an address that was handed out leads: the reply that it stood in.
        var handedOut: [String: (operation: String, index: Int)] = [:]
        /// How often each operation's job has been looked after since it was begun.
        var polls: [String: Int] = [:]
    }

    package let name: String
    /// Where this app is, without a slash at the end; addresses that it hands out begin with it.
    private let url: String
    private let connector: Connector
    private let routes: [MockRoute]
    /// Operations that go where answers and arguments say.
    private let leading: Set<String>
    private let state: Mutex<State>

    /// Below it stand the addresses of other servers of the app.
    private static let elsewhere = "/~/"

    /// Where the mock of an app has what the app has at an address.
    static func place(of address: String) -> String? {
        guard let origin = Origin(address), let start = address.firstRange(of: "://")?.upperBound else { return nil }
        return elsewhere + origin.scheme + "/" + address[start...]
    }

    package init(_ connector: Connector, url: String) {
        name = connector.name
        self.url = url
        self.connector = connector
        routes = MockRoute.all(of: connector)
        leading = Set(routes.filter(\.isToAddress).map(\.operation.name))
        state = Mutex(State(store: MockStore(connector.operations.compactMap(\.resource))))
    }

    package func answer(_ request: MockRequest) -> MockReply {
        if request.path.hasPrefix(MockApp.elsewhere) { return answerElsewhere(request) }
        let fitting = routes.compactMap { route in route.match(request.path).map { (route, $0) } }
            .sorted { $0.0.isRatherMeant(than: $1.0, by: request) }
        guard !fitting.isEmpty else {
            let isHandedOut = state.withLock { $0.handedOut[request.path] != nil }
            return isHandedOut
                ? answerElsewhere(request) : .refusal(404, "the mock of \(name) has no \(shown(request))")
        }
        var refusal: MockReply?
        var unsigned: MockReply?
        // Several operations may share an address, such as those that set one field each: the first that has no
        // objection is meant.
        for (route, path) in fitting where route.request.method == request.method {
            let check = MockCheck(connector: connector, route: route)
            guard check.isMeant(by: request) else {
                unsigned = unsigned ?? check.objectionToCredential(of: request, path)
                continue
            }
            if let objection = check.objection(to: request, path: path) {
                refusal = refusal ?? objection
                continue
            }
            return reply(to: request, route, path)
        }
        if let refusal = refusal ?? unsigned { return refusal }
        return fitting.contains { $0.0.request.method == request.method }
            ? .refusal(400, "the mock of \(name) has no answer to what is asked of \(shown(request))")
            : .refusal(405, "the mock of \(name) has no \(request.method) \(shown(request))")
    }

    /// The address as it may be shown: without the query, and where the app has its credential in the path, without what
    /// may be one.
    package func shown(_ request: MockRequest) -> String {
        let inPath = connector.auth.filter(\.isInPath)
        guard !inPath.isEmpty else { return request.path }
        if inPath.count == connector.auth.count {
            return "/\(Masker.replacement)/" + (request.path.split(separator: "/").dropFirst().last ?? "")
        }
        let starts = routes.compactMap(\.textBeforeCredential)
        guard let start = starts.first(where: request.path.hasPrefix) else { return request.path }
        return start + Masker.replacement
    }

    // MARK: Replies

    private func reply(to request: MockRequest, _ route: MockRoute, _ path: [String: String]) -> MockReply {
        guard route.index >= 0, let example = route.operation.examples.first,
            !example.replies.isEmpty
        else { return MockReply(status: 204) }
        let reply = example.replies[min(route.index + repetition(of: route), example.replies.count - 1)]
        var body = reply.body
        if let role = route.operation.resource {
            var value = (try? JSON.parse(reply.body)) ?? .null
            let use = MockUse(role: role, operation: route.operation, request: request, path: path)
            let isThere = state.withLock { $0.store.apply(use, to: &value) }
            guard isThere else { return .refusal(404, "the mock of \(name) has no such \(role.kind)") }
            if !value.isNull { body = JSON.bytes(value) }
        }
        // The example has one page.
        if case .pages(_, let pagination) = route.operation.work, pagination.isBehindFirst(request),
            let place = pagination.placeOfItems, let value = try? JSON.parse(body)
        {
            body = JSON.bytes(value.replacing(at: place) { _ in .list([]) })
        }
        return handOut(
            MockReply(status: reply.status, headers: reply.headers, body: body), route.operation, after: route.index)
    }

    /// Which of the replies to the same request is meant: a job that the example has busy at first is so as often, and done
    /// from then on.
    private func repetition(of route: MockRoute) -> Int {
        state.withLock { state in
            guard route.repliesOfPoll > 1 else {
                if route.isBegin { state.polls[route.operation.name] = nil }
                return 0
            }
            let count = state.polls[route.operation.name, default: 0]
            state.polls[route.operation.name] = count + 1
            return min(count, route.repliesOfPoll - 1)
        }
    }

    /// An address that a reply of an operation with several requests names is one of the mock's then.
    private func handOut(_ reply: MockReply, _ operation: Operation, after index: Int) -> MockReply {
        guard !leading.isEmpty else { return reply }
        var reply = reply
        var headers = HTTPHeaders()
        for field in reply.headers.fields { headers[field.name] = moved(field.value, operation, index) }
        reply.headers = headers
        if let value = try? JSON.parse(reply.body) { reply.body = JSON.bytes(moved(value, operation, index)) }
        return reply
    }

    private func moved(_ value: Value, _ operation: Operation, _ index: Int) -> Value {
        switch value {
        case .string(let text): .string(moved(text, operation, index))
        case .list(let items): .list(items.map { moved($0, operation, index) })
        case .map(let map): .map(map.mapValues { moved($0, operation, index) })
        default: value
        }
    }

    private func moved(_ text: String, _ operation: Operation, _ index: Int) -> String {
        let isAbsolute = !text.hasPrefix("/")
        guard let path = isAbsolute ? MockApp.place(of: text) : text,
            !isAbsolute || leading.contains(operation.name)
        else { return text }
        // What stands in braces is to be filled in (RFC 6570).
        state.withLock {
            $0.handedOut[String(path.prefix { $0 != "?" && $0 != "#" && $0 != "{" })] = (operation.name, index)
        }
        return isAbsolute ? url + path : text
    }

    /// An address that was handed out takes the next request of its operation that goes to one, or is what the app has
    /// there. One that a list named takes what asks for it first; any other was an argument, and takes the first that may
    /// go there.
    private func answerElsewhere(_ request: MockRequest) -> MockReply {
        let toAddresses = routes.filter { $0.isToAddress && $0.request.method == request.method }
        let from = state.withLock { $0.handedOut[request.path] }
        if let from, leading.contains(from.operation) {
            if let next = toAddresses.first(where: { $0.operation.name == from.operation && $0.index > from.index }) {
                return reply(to: request, next, [:])
            }
            if let base = connector.base.literal.flatMap(MockApp.place), request.target.hasPrefix(base + "/") {
                var request = request
                request.target = String(request.target.dropFirst(base.count))
                return answer(request)
            }
        } else if let next = toAddresses.first(where: { from == nil || $0.index > 0 }) ?? toAddresses.first {
            return reply(to: request, next, [:])
        }
        return .refusal(405, "the mock of \(name) does not expect \(request.method) at this address")
    }
}

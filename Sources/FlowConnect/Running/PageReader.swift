import FlowCore
import FlowExpression
import FlowSpec

/// Reads a list page by page until it ends or has as many items as asked for.
struct PageReader {
    /// What the next request is.
    private enum Next {
        case first
        /// The marker or number to send.
        case marker(Value)
        case address(String)
    }

    let run: OperationRun
    let template: RequestTemplate
    let pagination: Pagination

    /// - Throws: a failure of kind `protocol` where the server leads in a circle or gives no list.
    func items() async throws -> Value {
        let limit = run.arguments[Pagination.limitParameter]?.intValue.map { Int(clamping: $0) } ?? .max
        var items: [Value] = []
        var next = Next.first
        var seen: Set<String> = []
        var pages = 0
        while true {
            try Task.checkCancellation()
            let request = try request(next, limit: limit)
            let (response, decoded) = try await run.send(request, template, run.rendering)
            let scope = run.rendering.with(decoded)
            let page = try pageItems(scope)
            pages += 1
            items += page
            if items.count >= limit { return .list(Array(items.prefix(limit))) }
            guard let following = try following(response, scope, page: page, count: items.count, pages: pages) else {
                return .list(items)
            }
            let mark =
                switch following {
                case .first: ""
                case .marker(let value): WireText.of(value)
                case .address(let url): url
                }
            guard seen.insert(mark).inserted else {
                throw Failure(
                    .protocolError, "\(run.node): page \(pages) leads back to an earlier page",
                    hint: "bound the list with \(Pagination.limitParameter)")
            }
            next = following
        }
    }

    /// The request of the first page.
    func firstRequest() throws(Failure) -> HTTPRequest {
        let limit = run.arguments[Pagination.limitParameter]?.intValue.map { Int(clamping: $0) } ?? .max
        return try request(.first, limit: limit)
    }

    private func request(_ next: Next, limit: Int) throws(Failure) -> HTTPRequest {
        if case .address(let url) = next {
            // The server's address holds the query of the first request already.
            return try run.request(template, run.rendering) { draft in
                draft.address = url
                draft.query = []
            }
        }
        return try run.request(template, run.rendering) { draft in
            if let size = pagination.size {
                draft.set(size.slot, to: .int(Int64(max(1, min(size.value, limit)))))
            }
            if case .marker(let value) = next, let slot = pagination.send { draft.set(slot, to: value) }
        }
    }

    private func pageItems(_ scope: Rendering) throws(Failure) -> [Value] {
        let value: Value
        do throws(Failure) {
            value = try scope.value(pagination.items)
        } catch {
            throw Failure(
                .protocolError, "\(run.node): the answer has no list of items: \(error.message)",
                underlying: error.message)
        }
        if value.isNull || value.isAbsent { return [] }
        guard let items = value.listValue else {
            throw Failure(
                .protocolError, "\(run.node): the answer has \(value.shortText) where its items should be")
        }
        return items
    }

    /// nil where this was the last page.
    private func following(
        _ response: HTTPResponse, _ scope: Rendering, page: [Value], count: Int, pages: Int
    ) throws(Failure) -> Next? {
        if let more = pagination.more, try scope.value(more).boolValue != true { return nil }
        switch pagination.style {
        case .cursor:
            // An end may be an empty marker, null, or no marker at all.
            guard let next = pagination.next, let value = try? scope.value(next), !value.isNull, !value.isAbsent,
                value.stringValue != ""
            else { return nil }
            return .marker(value)
        case .link:
            return try LinkHeader.target("next", in: response.headers).map { target throws(Failure) in
                try address(target, of: response)
            }
        case .nextURL:
            guard let next = pagination.next, let text = try? scope.text(next), !text.isEmpty else { return nil }
            return try address(text, of: response)
        case .page, .offset:
            let isShort = pagination.more == nil && page.count < (pagination.size?.value ?? 1)
            if page.isEmpty || isShort { return nil }
            return .marker(.int(Int64(pagination.style == .offset ? count : pagination.first + pages)))
        }
    }

    /// A link may be relative to the page it stands on (RFC 3986, 5.2): an absolute path is all that occurs.
    private func address(_ target: String, of response: HTTPResponse) throws(Failure) -> Next {
        if Origin(target) != nil { return .address(target) }
        if target.hasPrefix("/"), !target.hasPrefix("//"), let origin = Origin(response.url) {
            return .address(origin.description + target)
        }
        throw Failure(.protocolError, "\(run.node): the address of the next page is no http or https URL")
    }
}

extension RequestBuilder.Draft {
    /// Puts a marker or a number in its place, over what stands there.
    mutating func set(_ slot: Pagination.Slot, to value: Value) {
        switch slot.place {
        case .form:
            form = (form ?? []).filter { $0.name != slot.name } + [(slot.name, WireText.of(value))]
        case .json(let path):
            json = (json ?? .map(ValueMap())).setting(slot.name, inside: path, to: value)
        default:
            query = query.filter { $0.name != slot.name } + [(slot.name, WireText.of(value))]
        }
    }
}

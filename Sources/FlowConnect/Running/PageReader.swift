import FlowCore
import FlowExpression
import FlowSpec

/// Reads a list page by page until it ends or has as many items as asked for.
struct PageReader {
    /// What the next request is.
    enum Next {
        case first
        /// The marker or number to send.
        case marker(Value)
        case address(String)
    }

    /// How far the list has been read.
    struct Position {
        var next = Next.first
        var items = 0
        var pages = 0
        /// Marks of the pages that have been asked for, of which none may come again.
        var seen: Set<MapKey> = []
        /// Whether it was remarked that the service leaves some out.
        var isKnownIncomplete = false
        /// The items of the page before, where pages are numbered; none after a cut.
        var latest: [Value] = []
    }

    let run: OperationRun
    let template: RequestTemplate
    let pagination: Pagination
    /// What the templates see.
    let scope: Rendering

    private var limit: Int { run.arguments[Pagination.limitParameter]?.intValue.map { Int(clamping: $0) } ?? .max }

    /// The whole list.
    func items() async throws -> Value {
        var items: [Value] = []
        var position: Position? = Position()
        while let current = position {
            let (page, next) = try await page(at: current)
            items += page
            position = next
        }
        return .list(items)
    }

    /// Gives page after page.
    ///
    /// - Parameter mark: as ``Page/next`` of the page before had it; nil from the beginning.
    func forEachPage(from mark: Value?, _ take: (Page) async throws -> Void) async throws {
        var position: Position? = Position(mark)
        while let current = position {
            let (items, next) = try await page(at: current)
            try await take(Page(items, next: next?.mark))
            position = next
        }
    }

    /// - Returns: the items, and the position after them; nil where the list ends.
    /// - Throws: a failure of kind `protocol` where the server leads in a circle or gives no list.
    private func page(at position: Position) async throws -> (items: [Value], next: Position?) {
        try Task.checkCancellation()
        // Fewer items may be wanted than an earlier process has read.
        guard position.items < limit else { return ([], nil) }
        let (response, decoded) = try await exchange(position)
        let answered = scope.with(decoded)
        let items = try pageItems(answered)
        var after = position
        after.pages += 1
        after.items += items.count
        try requireAnother(items, than: position.latest, at: after.pages)
        if pagination.style.isNumbered { after.latest = items }
        let scope = answered.with("page", .map(after.asMap))
        if after.items >= limit { return (Array(items.prefix(limit - position.items)), nil) }
        let next = try following(response, scope, page: items, count: after.items, pages: after.pages)
        try check(for: pagination.incomplete, scope, isLast: next == nil, &after)
        guard let next else { return (items, nil) }
        after.next = next
        guard after.seen.insert(.string(next.text)).inserted else {
            throw leadsBack(after.pages, hint: "bound the list with \(Pagination.limitParameter)")
        }
        return (items, after)
    }

    /// Numbers always go on, also where the server does not go by them. Plain values may well repeat.
    private func requireAnother(_ items: [Value], than latest: [Value], at page: Int) throws(Failure) {
        guard items == latest, items.contains(where: { $0.mapValue != nil || $0.listValue != nil }) else { return }
        throw leadsBack(page, hint: "check what \"send\" names: the server gives the same items again")
    }

    private func leadsBack(_ page: Int, hint: String) -> Failure {
        Failure(.protocolError, "\(run.node): page \(page) leads back to an earlier page", hint: hint)
    }

    /// Remarks once that the service gives less than all there is, or fails where it gives no more.
    private func check(
        for gap: Pagination.Gap?, _ scope: Rendering, isLast: Bool, _ position: inout Position
    ) throws(Failure) {
        guard let gap else { return }
        let wasKnown = position.isKnownIncomplete
        if !wasKnown { position.isKnownIncomplete = try says(gap.condition, scope) }
        guard position.isKnownIncomplete, gap.fails ? isLast : !wasKnown else { return }
        let message = "\(run.node): the service gives only a part of the list"
        let hint = try gap.hint.flatMap { template throws(Failure) in try scope.text(template) }
        if gap.fails { throw Failure(.invalid, message, hint: hint) }
        run.context.log.log(.warning, [message, hint].compactMap(\.self).joined(separator: "; "))
    }

    /// A page that lacks what the condition asks of leaves nothing out.
    private func says(_ condition: Expression, _ scope: Rendering) throws(Failure) -> Bool {
        guard (try? scope.value(condition)) != nil else { return false }
        return try run.holds(condition, "when", scope)
    }

    private func exchange(_ position: Position) async throws -> (response: HTTPResponse, decoded: DecodedResponse) {
        guard case .marker(let cursor) = position.next, let following = pagination.following else {
            return try await run.exchange(template, scope, change: change(position.next, limit: limit))
        }
        var page = position.asMap
        page["cursor"] = cursor
        let change = change(pagination.send == nil ? .first : position.next, limit: limit, isSized: false)
        return try await run.exchange(following, scope.with("page", .map(page)), change: change)
    }

    /// The request of the first page.
    func firstRequest() throws(Failure) -> HTTPRequest {
        try run.request(template, scope, change: change(.first, limit: limit))
    }

    /// What makes the request that of one page.
    private func change(
        _ next: Next, limit: Int, isSized: Bool = true
    ) -> @Sendable (inout RequestBuilder.Draft) -> Void {
        let pagination = pagination
        return { draft in
            if case .address(let url) = next {
                // The server's address holds the query of the first request already.
                draft.address = url
                draft.query = []
                return
            }
            if isSized, let size = pagination.size {
                // Of a window nothing may be left, however few items are wanted.
                let count = pagination.style == .window ? size.value : max(1, min(size.value, limit))
                draft.set(size.slot, to: .int(Int64(count)))
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
        if let more = pagination.more, try !run.holds(more, "more", scope) { return nil }
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
            // Some write false where there is none.
            guard let next = pagination.next, let value = try? scope.value(next), !value.isNull, !value.isAbsent,
                value.boolValue != false, value.stringValue != ""
            else { return nil }
            return try address(WireText.of(value), of: response)
        case .window:
            let size = pagination.size?.value ?? 1
            if pagination.more == nil, page.count < size { return nil }
            return .marker(.int(Int64(pages * size)))
        case .page, .offset:
            let isShort = pagination.more == nil && page.count < (pagination.size?.value ?? 1)
            if page.isEmpty || isShort { return nil }
            return .marker(.int(Int64(pagination.style == .offset ? count : pagination.first + pages)))
        }
    }

    /// A link may be relative to the page it stands on.
    private func address(_ target: String, of response: HTTPResponse) throws(Failure) -> Next {
        if let address = AddressReference.resolve(target, against: response.url) { return .address(address) }
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

extension Pagination.Style {
    /// Whether pages are asked for by a number that is counted here.
    fileprivate var isNumbered: Bool {
        switch self {
        case .page, .offset, .window: true
        case .cursor, .link, .nextURL: false
        }
    }
}

extension PageReader.Next {
    /// What tells pages apart.
    fileprivate var text: String {
        switch self {
        case .first: ""
        case .marker(let value): WireText.of(value)
        case .address(let url): url
        }
    }
}

extension PageReader.Position {
    /// - Parameter mark: as ``mark`` made it, perhaps in another process; nil for the beginning.
    init(_ mark: Value?) {
        guard let mark else { return }
        items = Int(clamping: mark["items"]?.intValue ?? 0)
        pages = Int(clamping: mark["pages"]?.intValue ?? 0)
        if let url = mark["address"]?.revealed.stringValue {
            next = .address(url)
        } else if let marker = mark["marker"] {
            next = .marker(marker)
        }
    }

    /// `page` as expressions see it.
    var asMap: ValueMap { ValueMap([("count", .int(Int64(items))), ("number", .int(Int64(pages)))]) }

    var mark: Value {
        var map = ValueMap([("items", .int(Int64(items))), ("pages", .int(Int64(pages)))])
        switch next {
        case .first: break
        case .marker(let value): map["marker"] = value
        case .address(let url): map["address"] = .string(url)
        }
        return .map(map)
    }
}
